"""Dead letters: deliveries, rows and writes given up on, kept for a person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from odevents.store import keys
from odevents.store.atomic import Argument, in_store
from odevents.store.compression import compress, decompress
from odevents.store.seal import Sealing, Seals

if TYPE_CHECKING:
    from redis import Redis

Of = Literal["delivery", "row", "write"]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One thing given up on.

    :ivar of: what it is.
    :ivar delivery: id of the delivery it came with.
    :ivar write: id of the ledger entry, for a write.
    :ivar row: position of the row in the delivery, counted from 0; -1 when it is not a row.
    :ivar code: reason code.
    :ivar message: the reason in words, without any value.
    """

    id: str
    of: Of
    office: str
    table: str
    delivery: str
    code: str
    message: str
    at: float
    row: int = -1
    write: str = ""


class DeadLetters:
    """Lists dead letters, and says the steps that add one."""

    def __init__(self, redis: Redis, seals: Seals) -> None:
        self._redis = redis
        self._seals = seals

    def recent(self, limit: int) -> list[DeadLetter]:
        """The newest, newest first."""
        ids = cast("list[bytes]", in_store(lambda: self._redis.zrevrange(keys.DEAD, 0, limit - 1)))
        with self._redis.pipeline(transaction=False) as together:
            for letter in ids:
                together.hgetall(keys.dead(letter.decode()))
            records = in_store(together.execute)
        return [_letter(name.decode(), record) for name, record in zip(ids, records, strict=True) if record]

    def content(self, letter: DeadLetter) -> bytes:
        """What was given up on, as it came.

        :raises SealBroken: altered, or its key is not in the ring.
        """
        sealed = cast("bytes | None", in_store(lambda: self._redis.hget(keys.dead(letter.id), "content")))
        return decompress(self._seals.open(sealed or b"", letter.office, "dead", letter.id))


def steps_to_bury(letter: DeadLetter, content: bytes, seals: Sealing) -> Iterator[tuple[Argument, ...]]:
    """The commands that keep one dead letter, for whichever transaction it belongs to."""
    said: dict[str, Argument] = {
        "of": letter.of,
        "office": letter.office,
        "table": letter.table,
        "delivery": letter.delivery,
        "row": letter.row,
        "write": letter.write,
        "code": letter.code,
        "message": letter.message,
        "at": repr(letter.at),
        "content": seals.seal(compress(content), letter.office, "dead", letter.id),
    }
    yield ("HSET", keys.dead(letter.id), *(part for pair in said.items() for part in pair))
    yield ("ZADD", keys.DEAD, int(letter.at * 1000), letter.id)
    yield ("HINCRBY", keys.STATS, f"dead|{letter.office}|{letter.of}|{letter.code}", 1)


def _letter(letter_id: str, record: dict[bytes, bytes]) -> DeadLetter:
    text = {name.decode(): value for name, value in record.items()}
    return DeadLetter(
        id=letter_id,
        of=cast("Of", text["of"].decode()),
        office=text["office"].decode(),
        table=text["table"].decode(),
        delivery=text["delivery"].decode(),
        code=text["code"].decode(),
        message=text["message"].decode(),
        at=float(text["at"]),
        row=int(text["row"]),
        write=text["write"].decode(),
    )
