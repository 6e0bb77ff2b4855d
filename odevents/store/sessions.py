"""Who is signed in to the console, who failed to, and what was revealed to whom, each for a short time only."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, cast

import msgspec

from odevents.store import keys
from odevents.store.atomic import in_store
from odevents.store.audit import command_to_note

if TYPE_CHECKING:
    from redis import Redis

IDLE_SECONDS = 15 * 60
"""A session nobody uses is over after this."""

LONGEST_SECONDS = 12 * 3600
"""A session is over after this, however busy it is."""

REVEAL_SECONDS = 5 * 60

FAILURES_SECONDS = 5 * 60
MOST_FAILURES = 10
"""Failed sign-ins from one address within :data:`FAILURES_SECONDS`, after which that address waits."""


class Session(msgspec.Struct, frozen=True):
    """A person who is signed in.

    :ivar since: seconds since the epoch.
    """

    who: str
    since: float


class Sessions:
    """Sessions by a token that only the browser keeps: Redis knows its hash."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def begin(self, who: str, now: float) -> str:
        """Sign somebody in; give the token."""
        token = secrets.token_urlsafe(32)
        session = msgspec.json.encode(Session(who, now))
        note = command_to_note("sign-in", now, who=who, about="console", reason="")
        with self._redis.pipeline(transaction=True) as together:
            together.set(_session(token), session, ex=IDLE_SECONDS)
            together.execute_command(*note)  # type: ignore[no-untyped-call]
            in_store(together.execute)
        return token

    def find(self, token: str, now: float, *, used: bool) -> Session | None:
        """The session of a token, if it is not over.

        :param used: a person did something; a page that refreshes itself does not keep a session alive.
        """
        key = _session(token)
        ask = (lambda: self._redis.getex(key, ex=IDLE_SECONDS)) if used else (lambda: self._redis.get(key))
        found = cast("bytes | None", in_store(ask))
        session = None if found is None else msgspec.json.decode(found, type=Session)
        return session if session and now < session.since + LONGEST_SECONDS else None

    def end(self, token: str) -> None:
        """Sign out."""
        in_store(lambda: self._redis.delete(_session(token)))

    def may_try(self, address: str) -> bool:
        """Whether somebody at this address may try to sign in now."""
        found = cast("bytes | None", in_store(lambda: self._redis.get(_failures(address))))
        return int(found or 0) < MOST_FAILURES

    def note_failure(self, address: str) -> None:
        """Count a failed sign-in; the account itself is never locked."""
        with self._redis.pipeline(transaction=True) as together:
            together.incr(_failures(address))
            together.expire(_failures(address), FAILURES_SECONDS)
            together.hincrby(keys.STATS, "console|sign-in|failed", 1)
            in_store(together.execute)

    def reveal(self, who: str, delivery: str, reason: str, now: float) -> None:
        """Show the values of a delivery to one person for a while: a deed with a reason."""
        note = command_to_note("reveal", now, who=who, about=delivery, reason=reason)
        with self._redis.pipeline(transaction=True) as together:
            together.set(_revealed(who, delivery), repr(now + REVEAL_SECONDS), ex=REVEAL_SECONDS)
            together.execute_command(*note)  # type: ignore[no-untyped-call]
            in_store(together.execute)

    def revealed_until(self, who: str, delivery: str) -> float:
        """Until when a delivery is revealed to somebody, in seconds since the epoch; 0 when it is not."""
        found = cast("bytes | None", in_store(lambda: self._redis.get(_revealed(who, delivery))))
        return float(found or 0)

    def mask(self, who: str, delivery: str) -> None:
        """Hide again what was revealed."""
        in_store(lambda: self._redis.delete(_revealed(who, delivery)))


def _session(token: str) -> str:
    return keys.session(sha256(token.encode()).hexdigest()[:40])


def _failures(address: str) -> str:
    return keys.failures(sha256(address.encode()).hexdigest()[:16])


def _revealed(who: str, delivery: str) -> str:
    return keys.revealed(sha256(who.encode()).hexdigest()[:16], delivery)
