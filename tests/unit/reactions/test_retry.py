"""What to do after a call did not succeed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from odevents.errors import (
    AnswerUnreadable,
    BadRequest,
    BudgetSpent,
    CallError,
    KeyRefused,
    MethodGone,
    NotFound,
    NotSent,
    OfficeOffline,
    OfficeTooOld,
    OutcomeUnknown,
    Throttled,
)
from odevents.reactions.retry import after_reading, after_sending, patience
from odevents.store.ledger import State, Write

NOW = 1_767_600_000.0
WRITE = Write("wr_a", "southside", "rule", "note", "s", "dlv_1", "Appointment", {}, created_at=NOW)
QUARANTINE = 90.0


@pytest.mark.parametrize(
    ("error", "state", "retry_in"),
    [
        (OutcomeUnknown("x"), State.UNKNOWN, QUARANTINE),  # may have taken effect: rest, then read back
        (AnswerUnreadable("x"), State.DONE, None),  # 2xx: it did take effect
        (BudgetSpent("x", retry_in=7), State.INTENDED, 7),
        (Throttled("x", retry_in=30), State.INTENDED, 30),
        (NotSent("x"), State.INTENDED, 1),  # nothing left this machine
        (OfficeOffline("x"), State.INTENDED, 1),
        (KeyRefused("x"), State.INTENDED, 1),  # keys move within minutes, permissions are granted
        (NotFound("x"), State.DEAD, None),  # sending the same again cannot help
        (BadRequest("x"), State.DEAD, None),
        (MethodGone("x"), State.DEAD, None),
        (OfficeTooOld("x"), State.DEAD, None),
    ],
)
def test_after_sending(error: CallError, state: State, retry_in: float | None) -> None:
    """Certainly refused, done, or unknown: the three are never mixed up."""
    result = after_sending(error, WRITE, NOW, QUARANTINE)

    assert result.state is state
    assert result.retry_at == (None if retry_in is None else NOW + retry_in)


def test_what_could_not_be_read_back_stays_unknown() -> None:
    """A failed look says nothing about the write."""
    unknown = replace(WRITE, state=State.UNKNOWN, attempts=1)

    for error in (OutcomeUnknown("x"), NotSent("x"), OfficeOffline("x"), Throttled("x", retry_in=3)):
        assert after_reading(error, unknown, NOW).state is State.UNKNOWN


def test_patience_grows_with_the_time_waited_within_bounds() -> None:
    """So that a three-day outage is met with few calls, and a short one is not noticed."""
    assert [patience(WRITE, NOW + waited) for waited in (0, 40, 86_400)] == [1.0, 10.0, 300.0]


def test_a_refused_key_is_given_up_on_after_three_days() -> None:
    """By then somebody has to look."""
    result = after_sending(KeyRefused("x"), WRITE, NOW + 3 * 86_400, QUARANTINE)

    assert (result.state, result.reason) == (State.DEAD, "key-refused")
