"""What to do after a call did not succeed: a value, decided by rules that can be read in one place.

=====================  =========================================================================
what happened          then
=====================  =========================================================================
outcome unknown        wait out the quarantine, read back, send again only if it is not there
no budget, throttled   when the office allows it
not sent, offline      again later, ever more patiently, for as long as it takes
key refused            again every few minutes for three days: keys move, permissions are granted
anything else refused  dead: sending the same again cannot help
=====================  =========================================================================
"""

from __future__ import annotations

from odevents.errors import AnswerUnreadable, BudgetSpent, CallError, KeyRefused, NotApplied, OutcomeUnknown, Throttled
from odevents.store.ledger import Result, State, Write

MOST_ATTEMPTS = 5
KEY_REFUSED_FOR = 3 * 24 * 3600.0
_SOONEST, _LATEST = 1.0, 300.0


def after_sending(error: CallError, write: Write, now: float, quarantine: float) -> Result:
    """How an attempt ended whose call raised ``error``.

    :param write: the entry as it was when the call was sent.
    :param quarantine: seconds to wait before an unknown outcome is read back.
    """
    if isinstance(error, AnswerUnreadable):
        return Result(State.DONE, "answer-unreadable")
    if isinstance(error, OutcomeUnknown):
        return Result(State.UNKNOWN, "no-trustworthy-answer", retry_at=now + quarantine)
    return _refused(error, write, State.INTENDED, now)


def after_reading(error: CallError, write: Write, now: float) -> Result:
    """How an attempt ended that could not even be checked; what is known of the write stays as it was."""
    if isinstance(error, OutcomeUnknown | AnswerUnreadable):
        return Result(write.state, "could-not-read", retry_at=now + patience(write, now))
    return _refused(error, write, write.state, now)


def patience(write: Write, now: float) -> float:
    """Seconds until the next try: a quarter of the time it has waited already, within bounds."""
    return min(max((now - write.created_at) / 4, _SOONEST), _LATEST)


def _refused(error: CallError, write: Write, state: State, now: float) -> Result:
    code = _code(error)
    if isinstance(error, BudgetSpent | Throttled):
        return Result(state, code, retry_at=now + error.retry_in)
    if isinstance(error, NotApplied) and error.transient:
        return Result(state, code, retry_at=now + patience(write, now))
    if isinstance(error, KeyRefused) and now - write.created_at < KEY_REFUSED_FOR:
        return Result(state, code, retry_at=now + patience(write, now))
    return Result(State.DEAD, code)


def _code(error: CallError) -> str:
    """The error's name as a reason code: ``OfficeOffline`` is ``office-offline``."""
    name = type(error).__name__
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")
