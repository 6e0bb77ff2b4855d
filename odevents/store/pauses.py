"""The kill switch: effects that are held back per office, per reaction, or all, while receiving goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import msgspec

from odevents.store import keys
from odevents.store.atomic import Steps, in_store
from odevents.store.audit import command_to_note

if TYPE_CHECKING:
    from redis import Redis

ALL = "all"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is held back: one office, one reaction, one reaction at one office, or (neither given) everything."""

    office: str = ""
    reaction: str = ""

    def __str__(self) -> str:
        parts = [f"office {self.office}" if self.office else "", f"reaction {self.reaction}" if self.reaction else ""]
        return " ".join(filter(None, parts)) or ALL


def _scopes(office: str, reaction: str) -> list[str]:
    """What may hold a write back; the look at a lane (lane_head.py) spells them too."""
    scopes = [Scope(), Scope(office)]
    if reaction:
        scopes += [Scope("", reaction), Scope(office, reaction)]
    return [str(scope) for scope in scopes]


class Pause(msgspec.Struct, frozen=True):
    """Who paused it, when (seconds since the epoch) and why."""

    who: str
    at: float
    reason: str


class Pauses:
    """Holds effects back and lets them go. Nothing held is lost: it waits in its lane."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def set(self, scope: Scope, pause: Pause) -> None:
        """Hold back from now on; a write whose bytes have left already is not called back."""
        self._together(("HSET", keys.PAUSES, str(scope), msgspec.json.encode(pause)), "pause", scope, pause)

    def lift(self, scope: Scope, pause: Pause) -> bool:
        """Let go what was held; say whether anything was.

        :param pause: who lifts it, when and why.
        """
        return bool(self._together(("HDEL", keys.PAUSES, str(scope)), "resume", scope, pause))

    def all(self) -> dict[str, Pause]:
        """What is held back now, by scope."""
        found = cast("dict[bytes, bytes]", in_store(lambda: self._redis.hgetall(keys.PAUSES)))
        return {scope.decode(): msgspec.json.decode(pause, type=Pause) for scope, pause in found.items()}

    def hold(self, office: str, reaction: str = "") -> bool:
        """Whether a write must wait; without ``reaction``, whether every write of the office must."""
        found = in_store(lambda: self._redis.hmget(keys.PAUSES, _scopes(office, reaction)))
        return any(cast("list[bytes | None]", found))

    def unless_held(self, steps: Steps, office: str, reaction: str) -> None:
        """Add the condition that a write need not wait: else nothing of the steps is done."""
        steps.unless(keys.PAUSES, _scopes(office, reaction))

    def _together(self, command: tuple[str | bytes, ...], what: str, scope: Scope, pause: Pause) -> object:
        with self._redis.pipeline(transaction=True) as together:
            note = command_to_note(what, pause.at, who=pause.who, about=str(scope), reason=pause.reason)
            for step in (command, note):
                together.execute_command(*step)  # type: ignore[no-untyped-call]
            return in_store(together.execute)[0]
