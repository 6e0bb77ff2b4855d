"""One attempt at one write, by the protocol that makes it take effect once (docs/guarantees.md).

1. A write that may have been sent waits out its quarantine, and is read back before anything else.
2. What reads first is read first: done already, or not allowed any more, ends it here.
3. With budget and connection at hand, the intent is recorded durably, together with what its echo will look like; the
   next thing that happens is the call's first byte.
4. The answer decides: done; certainly not applied; or unknown, and then step 1 comes round again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from odevents.client.call import Sender
from odevents.config import OnUnknown
from odevents.errors import CallError
from odevents.reactions.action import CLOCKS_DIFFER_BY, Action, Context, Echo, Found, NoTarget
from odevents.reactions.retry import MOST_ATTEMPTS, after_reading, after_sending
from odevents.store.expected import Expectation
from odevents.store.ledger import Result, State, Write

HELD_FOR = 2.0


class Held(Exception):
    """Effects are paused; nothing was sent."""


class Recorder(Protocol):
    """Who records, durably and only while the lane is ours, what is about to happen."""

    def intend(self, write: Write, echo: Echo | None, expectation: Expectation) -> Write:
        """The call is about to leave.

        :raises odevents.errors.LeaseLost: it must not, the lane is somebody else's.
        :raises Held: it must not, effects are paused.
        """
        ...

    def forget(self, write: Write, echo: Echo | None) -> None:
        """The call had no effect, so there will be no echo."""
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """All that one attempt needs besides the write itself.

    :ivar clock: seconds since the epoch.
    :ivar quarantine: seconds that an unknown outcome rests before it is read back.
    :ivar still: whether the reaction's condition holds at the office now.
    """

    action: Action
    context: Context
    sender: Sender
    recorder: Recorder
    clock: Callable[[], float]
    quarantine: float
    on_unknown: OnUnknown = "verify"
    still: Callable[[], bool] = lambda: True


def attempt(write: Write, at: Attempt) -> tuple[Write, Result]:
    """Try once; return the entry with what was learned, and what is known now.

    :raises odevents.errors.LeaseLost: the lane was taken over; nothing was sent since.
    """
    doubtful = write.state in (State.SENT, State.UNKNOWN)
    rested = write.sent_at + at.quarantine
    if doubtful and at.on_unknown == "drop" and not _decided(write):
        return write, Result(State.SKIPPED, "outcome-unknown")
    if doubtful and at.clock() < rested:
        return write, Result(State.UNKNOWN, "quarantine", retry_at=rested)
    try:
        learned = at.action.target(write.intent, at.context)
        write = replace(write, intent={**write.intent, **learned})
        ended = _read_back(write, at) if doubtful or at.action.reads_first else None
        if ended is None and not at.still():
            ended = Result(State.SKIPPED, "no-longer-holds")
        return (write, ended) if ended else _send(write, at)
    except NoTarget as missing:
        return write, Result(State.SKIPPED, str(missing))
    except CallError as error:
        return write, after_reading(error, write, at.clock())


def _read_back(write: Write, at: Attempt) -> Result | None:
    check = at.action.check(write.intent, at.context)
    match check.found:
        case Found.THERE:
            return Result(State.DONE, "read-back" if write.attempts else "already-there")
        case Found.FORBIDDEN:
            return Result(State.SKIPPED, check.reason)
        case Found.UNKNOWABLE:
            return None if _decided(write) else Result(State.DEAD, "cannot-be-read-back")
        case Found.ABSENT:
            return _given_up(write, at)


def _decided(write: Write) -> bool:
    """Whether a person, having looked, wants it sent."""
    return write.requeued > 0 and write.attempts == 0


def _given_up(write: Write, at: Attempt) -> Result | None:
    if write.attempts and at.on_unknown == "manual":
        return Result(State.DEAD, "not-there-after-unknown-outcome")
    return Result(State.DEAD, "too-many-attempts") if write.attempts >= MOST_ATTEMPTS else None


def _send(write: Write, at: Attempt) -> tuple[Write, Result]:
    call = at.action.call(write.intent, at.context)
    echo = at.action.echo(write.intent, at.context)
    departed: list[Write] = []

    def depart() -> None:
        # A second base URL is tried only when the first was not reached, so one record covers both.
        if not departed:
            departed.append(at.recorder.intend(write, echo, expectation_of(write, echo, at.context.now, at.quarantine)))

    try:
        answer = at.sender.send(replace(call, departing=depart))
    except Held:
        return write, Result(write.state, "paused", retry_at=at.clock() + HELD_FOR)
    except CallError as error:
        return _failed(error, write, departed, echo, at)
    if not departed:
        raise RuntimeError(f"{call.verb} {call.template} was sent by something that does not call `departing`")
    return replace(departed[0], intent={**departed[0].intent, "answer": answer}), Result(State.DONE)


def _failed(
    error: CallError, write: Write, departed: list[Write], echo: Echo | None, at: Attempt
) -> tuple[Write, Result]:
    if not departed:
        return write, after_reading(error, write, at.clock())
    result = after_sending(error, departed[0], at.clock(), at.quarantine)
    if result.state is State.UNKNOWN or result.state is State.DONE:
        return departed[0], result
    at.recorder.forget(departed[0], echo)
    # Certainly not applied: this attempt is not one of the few that may have been.
    return write, result


def expectation_of(write: Write, echo: Echo | None, now: datetime, quarantine: float) -> Expectation:
    """The echo carries the office's time of the write: from now on, and not long after.

    :param now: the office's local time.
    """
    latest, earliest = now + timedelta(seconds=quarantine) + CLOCKS_DIFFER_BY, now - CLOCKS_DIFFER_BY
    return Expectation(
        write.id, echo.traces if echo else [], f"{earliest:%Y-%m-%d %H:%M:%S}", f"{latest:%Y-%m-%d %H:%M:%S}"
    )
