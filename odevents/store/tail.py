"""What just happened, for people who watch: one short line a delivery and one a write. Ids, names and counts only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import msgspec

from odevents.store import keys
from odevents.store.atomic import Steps, in_store

if TYPE_CHECKING:
    from redis import Redis

_KEPT = 10_000
_WAIT_MS = 500


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the tail.

    :ivar what: ``delivery`` (understood) or ``write`` (its state was recorded).
    :ivar said: its parts by name.
    :ivar position: its place in the tail; what came after it has a later one.
    """

    what: str
    at: float
    said: dict[str, Any]
    position: str = ""


def append_to_tail(steps: Steps, what: str, now: float, **said: Any) -> None:
    """Add the step that tells the watchers."""
    line = msgspec.json.encode(said)
    steps.add("XADD", keys.TAIL, "MAXLEN", "~", _KEPT, "*", "what", what, "at", repr(now), "said", line)


class Tail:
    """Reads the tail from a position on, each line once: a new connection goes on where the last one ended.

    :param since: seconds since the epoch of the first line wanted; ``None`` for what happens from now on.
    """

    def __init__(self, redis: Redis, since: float | None = None) -> None:
        self._redis = redis
        self.position = "" if since is None else f"{int(since * 1000)}-0"

    def read(self) -> list[Happening]:
        """The next lines; none when nothing came for half a second.

        :raises StoreUnavailable: Redis does not answer; call again later.
        """
        if not self.position:
            newest = cast("Any", in_store(lambda: self._redis.xrevrange(keys.TAIL, count=1)))
            self.position = newest[0][0].decode() if newest else "0-0"
        found = cast("Any", in_store(lambda: self._redis.xread({keys.TAIL: self.position}, count=1000, block=_WAIT_MS)))
        lines = (found[0][1] if isinstance(found, list) else next(iter(found.values()))[0]) if found else []
        happenings = [_happening(line_id.decode(), line) for line_id, line in lines]
        self.position = happenings[-1].position if happenings else self.position
        return happenings

    def lost(self) -> bool:
        """Whether lines after the position may be gone: too many came while nobody read, or the store was lost.

        :raises StoreUnavailable: Redis does not answer.
        """
        ends = cast("Any", in_store(lambda: (self._redis.xrange(keys.TAIL, count=1), self._redis.xlen(keys.TAIL))))
        first, length = ends
        if not self.position or self.position == "0-0":
            return False
        if not first:
            return True
        if length >= _KEPT and _order(first[0][0].decode()) > _order(self.position):
            return True
        newest = cast("Any", in_store(lambda: self._redis.xrevrange(keys.TAIL, count=1)))[0][0].decode()
        if _order(newest) < _order(self.position):
            self.position = "0-0"  # another store, or an empty one: what it has is new to us
            return True
        return False


def follow(redis: Redis, since: float | None = None) -> Iterator[Happening | None]:
    """Happenings as they come; ``None`` whenever nothing came for half a second.

    :param since: seconds since the epoch from which on they are told; ``None`` for from now on.
    :raises StoreUnavailable: Redis went away.
    """
    tail = Tail(redis, since)
    while True:
        found = tail.read()
        yield from found
        if not found:
            yield None


def _happening(position: str, line: dict[bytes, bytes]) -> Happening:
    return Happening(line[b"what"].decode(), float(line[b"at"]), msgspec.json.decode(line[b"said"]), position)


def _order(position: str) -> tuple[int, int]:
    milliseconds, _, number = position.partition("-")
    return int(milliseconds), int(number or 0)
