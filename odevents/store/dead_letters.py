"""Dead letters: deliveries, rows and writes given up on, kept for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from odevents.errors import FilterInvalid
from odevents.store import keys
from odevents.store.atomic import Argument, in_store
from odevents.store.compression import compress, decompress
from odevents.store.filters import DeadFilter, Page
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
    :ivar reaction: the reaction that could not be, where it was one.
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
    reaction: str = ""


_SUMMARY = ("of", "office", "table", "delivery", "code", "message", "at", "row", "write", "reaction")
_STEP = 500
_MOST_STEPS = 4
"""How often so many are looked up for one page."""


class DeadLetters:
    """Lists dead letters, and says the steps that add one."""

    def __init__(self, redis: Redis, seals: Seals) -> None:
        self._redis = redis
        self._seals = seals

    def recent(self, limit: int) -> list[DeadLetter]:
        """The newest, newest first."""
        found: list[DeadLetter] = []
        cursor = ""
        while len(found) < limit:
            page = self.page(DeadFilter(), cursor=cursor, limit=limit - len(found))
            found, cursor = found + page.found, page.next
            if not cursor:
                break
        return found

    def number(self) -> int:
        """How many there are."""
        return in_store(lambda: self._redis.zcard(keys.DEAD))

    def get(self, letter: str) -> DeadLetter | None:
        """One letter, ``None`` where there is none (any more)."""
        return self._letters([letter])[0]

    def page(self, wanted: DeadFilter, *, cursor: str = "", limit: int = 50) -> Page[DeadLetter]:
        """A page of those that fit, newest first; it may be short, with a cursor to go on from.

        :raises FilterInvalid: the cursor is not one.
        """
        found: list[DeadLetter] = []
        for _ in range(_MOST_STEPS):
            names, cursor = self._names(cursor, wanted)
            for name, letter in zip(names, self._letters(names), strict=True):
                if letter and dead_fits(letter, wanted):
                    found.append(letter)
                    if len(found) == limit:
                        return Page(found, f"{int(letter.at * 1000)}-{name}")
            if not cursor:
                break
        return Page(found, cursor)

    def _names(self, cursor: str, wanted: DeadFilter) -> tuple[list[str], str]:
        """The next names, newest first, and the cursor behind them."""
        rank = self._rank(cursor, wanted.until)
        read = in_store(lambda: self._redis.zrange(keys.DEAD, rank, rank + _STEP - 1, desc=True, withscores=True))
        scored = [(int(score), name.decode()) for name, score in cast("list[tuple[bytes, float]]", read)]
        fresh = [(at, name) for at, name in scored if at >= int(wanted.since * 1000)]
        more = len(fresh) == _STEP
        return [name for _, name in fresh], f"{fresh[-1][0]}-{fresh[-1][1]}" if more else ""

    def _rank(self, cursor: str, until: float) -> int:
        """How many are newer than what is wanted next."""
        if not cursor:
            return in_store(lambda: self._redis.zcount(keys.DEAD, until * 1000, "+inf")) if until else 0
        at, _, name = cursor.partition("-")
        if not (at.isascii() and at.isdecimal()):
            raise FilterInvalid("the cursor is not one of a page; begin again without it")
        rank = in_store(lambda: self._redis.zrevrank(keys.DEAD, name))
        if rank is not None:
            return cast("int", rank) + 1
        return in_store(lambda: self._redis.zcount(keys.DEAD, f"({at}", "+inf"))  # it was dealt with meanwhile

    def _letters(self, names: Sequence[str]) -> list[DeadLetter | None]:
        with self._redis.pipeline(transaction=False) as together:
            for name in names:
                together.hmget(keys.dead(name), _SUMMARY)
            found = in_store(together.execute) if names else []
        return [_letter(name, values) for name, values in zip(names, found, strict=True)]

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
        "reaction": letter.reaction,
        "at": repr(letter.at),
        "content": seals.seal(compress(content), letter.office, "dead", letter.id),
    }
    yield ("HSET", keys.dead(letter.id), *(part for pair in said.items() for part in pair))
    yield ("ZADD", keys.DEAD, int(letter.at * 1000), letter.id)
    yield ("HINCRBY", keys.STATS, f"dead|{letter.office}|{letter.of}|{letter.code}", 1)


def dead_fits(letter: DeadLetter, wanted: DeadFilter) -> bool:
    """Whether a dead letter is one of those asked for."""
    return (
        wanted.office in ("", letter.office)
        and wanted.of in ("", letter.of)
        and wanted.code in ("", letter.code)
        and wanted.reaction in ("", letter.reaction)
        and wanted.in_time(letter.at)
    )


def _letter(letter_id: str, found: Sequence[bytes | None]) -> DeadLetter | None:
    text = {name: value.decode() for name, value in zip(_SUMMARY, found, strict=True) if value is not None}
    if "of" not in text:
        return None
    return DeadLetter(
        id=letter_id,
        of=cast("Of", text["of"]),
        office=text["office"],
        table=text["table"],
        delivery=text["delivery"],
        code=text["code"],
        message=text["message"],
        at=float(text["at"]),
        row=int(text["row"]),
        write=text["write"],
        reaction=text.get("reaction", ""),
    )
