"""What looks at an office's subscriptions prove, and what they give away about missing rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from odevents.office import OfficeAccess
from odevents.store.feeds import Evidence
from odevents.store.subscriptions_seen import OfficeSeen, SubscriptionSeen
from odevents.subscriptions.watching import evidence_of, gap_of

ZONE = ZoneInfo("America/Los_Angeles")
OFFICE = OfficeAccess("southside", ("key",), "developer", (), "none", ZONE, "SRV01", "live")
NOON = datetime(2026, 11, 20, 12, tzinfo=ZONE).timestamp()
DAY = 86400.0
BEFORE = Evidence(NOON - DAY, looked_at=NOON - 60, cursor="2026-11-20 11:58:55", number=7, subscription="active")


def seen(confirmed: str, **facts: Any) -> OfficeSeen:
    """A look at noon that showed one subscription of appointments."""
    at = facts.pop("at", NOON)
    trouble = facts.pop("trouble", "")
    given: dict[str, Any] = {
        "number": 7,
        "name": "appointments",
        "table": "Appointment",
        "workstation": "SRV01",
        "poll_seconds": 5,
    }
    one = SubscriptionSeen(**(given | {"endpoint": "", "confirmed": confirmed} | facts))
    return OfficeSeen(at=at, read_at=0.0 if trouble else at, trouble=trouble, subscriptions=(one,))


def after(look: OfficeSeen, before: Evidence = BEFORE) -> Evidence:
    """The evidence after a look."""
    return evidence_of(before, "Appointment", look, OFFICE, NOON)


@pytest.mark.parametrize(
    ("confirmed", "polled"),
    [
        ("2026-11-20 11:59:50", NOON - 10),
        ("2026-11-20 11:58:55", None),
        ("2026-11-20 11:00:00", None),
        ("2026-11-20 13:30:00", NOON),
    ],
    ids=["moved", "stands", "set back by a rewind", "a clock that is ahead of ours"],
)
def test_a_cursor_that_moved_forward_proves_a_poll(confirmed: str, polled: float | None) -> None:
    """Dated by itself, but between the two looks whatever the office's clock says."""
    assert after(seen(confirmed)).polled_at == polled


def test_a_clock_that_is_behind_dates_no_poll_before_the_last_look() -> None:
    """Or every office with a slow clock would be late."""
    behind = replace(BEFORE, cursor="2026-11-20 11:50:00")

    assert after(seen("2026-11-20 11:51:00"), behind).polled_at == NOON - 60


def test_another_subscription_is_no_poll_of_the_last_one() -> None:
    """A new one begins where it was told to; if later than the last one stood, rows lie between."""
    made_anew = after(seen("2026-11-20 11:59:59", number=8))
    assert made_anew.polled_at is None
    assert gap_of(BEFORE, made_anew, OFFICE, NOON) is None

    stood = replace(BEFORE, cursor="2026-11-19 12:00:00")
    gap = gap_of(stood, after(seen("2026-11-20 11:59:59", number=8), stood), OFFICE, NOON)
    assert gap
    assert (gap.since, gap.cause) == (NOON - DAY, "passed")


@pytest.mark.parametrize(
    ("before", "now_at", "gap"),
    [
        ("2026-11-18 12:00:00", "2026-11-20 11:59:59", False),
        ("2026-11-16 12:00:00", "2026-11-20 11:59:59", True),
        ("2026-11-16 12:00:00", "2026-11-16 12:00:00", True),
        ("", "2026-11-16 12:00:00", True),
        ("2026-11-20 11:59:00", "2026-11-18 12:00:00", False),
    ],
    ids=["two days", "jumped over four", "stands since four", "stands so at the first look", "rewound"],
)
def test_more_than_three_days_are_a_gap(before: str, now_at: str, gap: bool) -> None:
    """Open Dental sends no more than that."""
    stood = replace(BEFORE, cursor=before)
    found = gap_of(stood, after(seen(now_at), stood), OFFICE, NOON)

    assert bool(found) is gap
    assert not found or found.since == NOON - 4 * DAY


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, "active"),
        ({"stopped": "2026-11-20 11:00:00"}, "stopped"),
        ({"stopped": "0001-01-01 00:00:00"}, "active"),
        ({"stopped": "2026-11-20 11:00:00", "paused": True}, "paused"),
        ({"table": "Patient"}, "missing"),
    ],
)
def test_what_the_list_says_of_a_subscription(facts: dict[str, Any], state: str) -> None:
    """The year 1 is Open Dental's word for never."""
    assert after(seen("2026-11-20 11:59:50", **facts)).subscription == state


@pytest.mark.parametrize(
    ("trouble", "kept"), [("key-refused", "key-refused"), ("office-offline", "unreachable"), ("budget-spent", "")]
)
def test_a_look_that_failed_changes_nothing_but_says_why(trouble: str, kept: str) -> None:
    """That our own calls were in the way is no trouble of the office."""
    assert after(seen("2026-11-20 11:59:50", trouble=trouble)) == replace(BEFORE, trouble=kept)
