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

    :ivar what: ``delivery`` (understood) or ``write`` (ended).
    :ivar said: its parts by name.
    """

    what: str
    at: float
    said: dict[str, Any]


def append_to_tail(steps: Steps, what: str, now: float, **said: Any) -> None:
    """Add the step that tells the watchers."""
    line = msgspec.json.encode(said)
    steps.add("XADD", keys.TAIL, "MAXLEN", "~", _KEPT, "*", "what", what, "at", repr(now), "said", line)


def follow(redis: Redis, since: str = "$") -> Iterator[Happening | None]:
    """Happenings as they come; ``None`` whenever nothing came for half a second.

    :raises StoreUnavailable: Redis went away.
    """
    last = since
    if last == "$":
        newest = in_store(lambda: redis.xrevrange(keys.TAIL, count=1))
        last = cast("Any", newest)[0][0].decode() if newest else "0"
    while True:
        position = last
        found = cast("Any", in_store(lambda position=position: redis.xread({keys.TAIL: position}, block=_WAIT_MS)))  # type: ignore[misc]
        if not found:
            yield None
            continue
        lines = found[0][1] if isinstance(found, list) else next(iter(found.values()))[0]
        for line_id, line in lines:
            last = line_id.decode()
            yield Happening(line[b"what"].decode(), float(line[b"at"]), msgspec.json.decode(line[b"said"]))
