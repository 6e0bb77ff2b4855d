"""One attempt at one write, by the protocol that makes it take effect once (docs/guarantees.md).

1. A write that may have been sent waits out its quarantine, and is read back before anything else.
2. What reads first is read first: done already, or not allowed any more, ends it here.
3. The intent is recorded durably, together with what its echo will look like; then the call leaves.
4. The answer decides: done; certainly not applied; or unknown, and then step 1 comes round again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

from odevents.client.call import Sender
from odevents.errors import CallError
from odevents.reactions.action import Action, Context, Echo, Found, NoTarget
from odevents.reactions.retry import MOST_ATTEMPTS, after_reading, after_sending
from odevents.store.expected import Expectation
from odevents.store.ledger import Result, State, Write

_CLOCKS_DIFFER_BY = timedelta(minutes=5)


class Recorder(Protocol):
    """Who records, durably and only while the lane is ours, what is about to happen."""

    def intend(self, write: Write, echo: Echo | None, expectation: Expectation) -> Write:
        """The call is about to leave.

        :raises odevents.errors.LeaseLost: it must not.
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
    """

    action: Action
    context: Context
    sender: Sender
    recorder: Recorder
    clock: Callable[[], float]
    quarantine: float


def attempt(write: Write, at: Attempt) -> tuple[Write, Result]:
    """Try once; return the entry with what was learned, and what is known now.

    :raises odevents.errors.LeaseLost: the lane was taken over; nothing was sent since.
    """
    doubtful = write.state in (State.SENT, State.UNKNOWN)
    rested = write.sent_at + at.quarantine
    if doubtful and at.clock() < rested:
        return write, Result(State.UNKNOWN, "quarantine", retry_at=rested)
    try:
        learned = at.action.target(write.intent, at.context)
        write = replace(write, intent={**write.intent, **learned})
        ended = _read_back(write, at) if doubtful or at.action.reads_first else None
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
            return Result(State.DEAD, "cannot-be-read-back")
        case Found.ABSENT:
            return Result(State.DEAD, "too-many-attempts") if write.attempts >= MOST_ATTEMPTS else None


def _send(write: Write, at: Attempt) -> tuple[Write, Result]:
    call = at.action.call(write.intent, at.context)
    echo = at.action.echo(write.intent, at.context)
    sent = at.recorder.intend(write, echo, _expectation(write, echo, at))
    try:
        answer = at.sender.send(call)
    except CallError as error:
        result = after_sending(error, sent, at.clock(), at.quarantine)
        if result.state in (State.INTENDED, State.DEAD):
            at.recorder.forget(sent, echo)
        return sent, result
    return replace(sent, intent={**sent.intent, "answer": answer}), Result(State.DONE)


def _expectation(write: Write, echo: Echo | None, at: Attempt) -> Expectation:
    """The echo carries the office's time of the write: from now on, and not long after."""
    latest = at.context.now + timedelta(seconds=at.quarantine) + _CLOCKS_DIFFER_BY
    earliest = at.context.now - _CLOCKS_DIFFER_BY
    return Expectation(
        write.id, echo.traces if echo else [], f"{earliest:%Y-%m-%d %H:%M:%S}", f"{latest:%Y-%m-%d %H:%M:%S}"
    )
