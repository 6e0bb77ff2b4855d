"""Sealing anew, with the newest key, all that older keys sealed, so that these can be taken out of the ring.

Every value is exchanged by itself and only if it is still what was read, beside everything that goes on: it may stop
anywhere and start again, and what is done already is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from odevents.errors import SealBroken
from odevents.store import keys
from odevents.store.atomic import in_store
from odevents.store.seal import Seals

if TYPE_CHECKING:
    from redis import Redis

_PAGE = 500
_AT_ONCE = 100
_EXCHANGE = """
local field, read, fresh = unpack(ARGV)
if field == '' then
  if redis.call('GET', KEYS[1]) ~= read then return 0 end
  redis.call('SET', KEYS[1], fresh, 'KEEPTTL')
else
  if redis.call('HGET', KEYS[1], field) ~= read then return 0 end
  redis.call('HSET', KEYS[1], field, fresh)
end
return 1
"""

_FIELDS: dict[str, dict[str, str]] = {
    "delivery": {"body": "delivery", "outcomes": "outcomes"},
    "refused": {"body": "refused"},
    "write": {"intent": "write"},
}
"""Kind of hash -> its sealed fields, and the purpose that each is bound to beside office and id."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One sealed value of the store.

    :ivar field: of a hash; empty for a string.
    :ivar place: what the value is bound to.
    """

    key: str
    field: bytes
    value: bytes
    place: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resealed:
    """How far one pass over the store has come.

    :ivar looked: sealed values seen.
    :ivar resealed: those sealed anew.
    :ivar moved: those that somebody changed meanwhile; the next pass looks at them again.
    :ivar lost: those that no key in the ring opens.
    """

    looked: int = 0
    resealed: int = 0
    moved: int = 0
    lost: int = 0

    @property
    def finished(self) -> bool:
        """Whether nothing under an older key was found that could be sealed anew."""
        return self.resealed == self.moved == 0


def sealed_values(redis: Redis) -> Iterator[Sealed]:
    """Every sealed value of the store.

    :raises StoreUnavailable: Redis did not answer.
    """
    cursor = 0
    while True:
        cursor, page = cast("Any", in_store(lambda c=cursor: redis.scan(c, f"{keys.ROOT}:*", _PAGE)))  # type: ignore[misc]
        for key in page:
            yield from _sealed_in(redis, key.decode())
        if cursor == 0:
            return


def reseal(redis: Redis, seals: Seals, progress: Callable[[Resealed], None]) -> Resealed:
    """Go over the whole store once.

    :param progress: called after every hundred values.
    :raises StoreUnavailable: Redis did not answer; what was done stays done.
    """
    exchange = redis.register_script(_EXCHANGE)
    done, values = Resealed(), sealed_values(redis)
    while group := list(islice(values, _AT_ONCE)):
        done = replace(done, looked=done.looked + len(group))
        anew = list(_anew(group, seals))
        with redis.pipeline(transaction=False) as together:
            for value, fresh in anew:
                if fresh is not None:
                    exchange(keys=[value.key], args=[value.field, value.value, fresh], client=together)
            taken = in_store(together.execute)
        lost = sum(fresh is None for _, fresh in anew)
        done = replace(
            done,
            resealed=done.resealed + sum(taken),
            moved=done.moved + len(taken) - sum(taken),
            lost=done.lost + lost,
        )
        progress(done)
    return done


def _anew(group: Iterable[Sealed], seals: Seals) -> Iterator[tuple[Sealed, bytes | None]]:
    for value in group:
        if not seals.is_newest(value.value):
            try:
                yield value, seals.seal(seals.open(value.value, *value.place), *value.place)
            except SealBroken:
                yield value, None


def _sealed_in(redis: Redis, key: str) -> Iterator[Sealed]:
    match key.split(":")[2:]:
        case ["dead", letter]:
            content, office = cast("Any", in_store(lambda: redis.hmget(key, "content", "office")))
            if content and office:
                yield Sealed(key, b"content", content, (office.decode(), "dead", letter))
        case [office, "facts"]:
            if value := cast("bytes | None", in_store(lambda: redis.get(key))):
                yield Sealed(key, b"", value, (office, "facts"))
        case [office, "snapshot", table]:
            for field, value in _fields(redis, key):
                yield Sealed(key, field, value, (office, "snapshot", table, field.hex()))
        case [office, "expected", _]:
            for field, value in _fields(redis, key):
                yield Sealed(key, field, value, (office, "expected", field.decode()))
        case [office, kind, id_] if kind in _FIELDS:
            purposes = _FIELDS[kind]
            values = cast("list[bytes | None]", in_store(lambda: redis.hmget(key, list(purposes))))
            for (name, purpose), found in zip(purposes.items(), values, strict=True):
                if found:
                    yield Sealed(key, name.encode(), found, (office, purpose, id_))


def _fields(redis: Redis, key: str) -> Iterator[tuple[bytes, bytes]]:
    cursor = 0
    while True:
        cursor, page = cast("Any", in_store(lambda c=cursor: redis.hscan(key, c, count=_PAGE)))  # type: ignore[misc]
        yield from page.items()
        if cursor == 0:
            return
