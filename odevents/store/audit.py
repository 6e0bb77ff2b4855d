"""What people did: who, what, about what, why. Append-only, ids and names only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from odevents.store import keys
from odevents.store.atomic import Argument, in_store

if TYPE_CHECKING:
    from redis import Redis


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing a person did.

    :ivar what: ``pause``, ``resume``, ``requeue``, ``drop``, ``replay`` …
    :ivar about: what it was done to: a scope, an id, a filter with its count.
    """

    what: str
    at: float
    who: str
    about: str
    reason: str


def command_to_note(what: str, at: float, *, who: str, about: str, reason: str) -> tuple[Argument, ...]:
    """The command that keeps one deed, for whichever transaction it belongs to."""
    return ("XADD", keys.AUDIT, "*", "what", what, "at", repr(at), "who", who, "about", about, "reason", reason)


def note(redis: Redis, what: str, at: float, *, who: str, about: str, reason: str) -> None:
    """Keep one deed that has no transaction of its own."""
    in_store(
        lambda: cast("Any", redis).execute_command(*command_to_note(what, at, who=who, about=about, reason=reason))
    )


def deeds(redis: Redis, limit: int) -> list[Deed]:
    """The newest deeds, newest first."""
    found = cast("Any", in_store(lambda: redis.xrevrange(keys.AUDIT, count=limit)))
    records = [{name.decode(): value.decode() for name, value in said.items()} for _, said in found]
    return [Deed(r["what"], float(r["at"]), r["who"], r["about"], r["reason"]) for r in records]
