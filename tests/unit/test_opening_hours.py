"""Opening time is counted on the office's wall clock, also in the weeks in which that is changed."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odevents.opening_hours import OpeningHours, week_of

ZONE = ZoneInfo("America/Los_Angeles")
WEEK = week_of({"mon-fri": "07:00-18:00", "sat": ["08:00-12:00", "13:00-14:00"]})
HOURS = OpeningHours(ZONE, WEEK)


def at(text: str) -> float:
    """A moment on the office's wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-20 06:59:59", False),  # a Friday
        ("2026-11-20 07:00", True),
        ("2026-11-20 17:59:59", True),
        ("2026-11-20 18:00", False),
        ("2026-11-21 12:30", False),
        ("2026-11-21 13:30", True),
        ("2026-11-22 10:00", False),
    ],
)
def test_an_office_is_open_between_its_hours(moment: str, is_open: bool) -> None:
    """From the opening minute on, up to but not including the closing one."""
    assert HOURS.open_at(at(moment)) is is_open


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-20 17:00", "2026-11-23 08:00", 1 + 5 + 1),  # Friday to Monday
        ("2026-11-20 19:00", "2026-11-20 23:00", 0),
        ("2026-11-21 12:00", "2026-11-21 13:00", 0),
        ("2026-11-16 00:00", "2026-11-23 00:00", 5 * 11 + 5),
    ],
)
def test_only_opening_time_counts(start: str, end: str, hours: float) -> None:
    """Nights, lunch and Sundays do not."""
    assert HOURS.open_seconds(at(start), at(end)) == hours * 3600


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-08", 24)])
def test_a_whole_sunday_is_as_long_as_the_clocks_make_it(day: str, hours: int) -> None:
    """Summer time begins and ends in the night to a Sunday."""
    whole = OpeningHours(ZONE, week_of({"sun": "00:00-24:00"}))

    assert whole.open_seconds(at(f"{day} 00:00") - 86400, at(f"{day} 23:59:59") + 86400) == hours * 3600


@pytest.mark.parametrize("day", ["2026-03-09", "2026-11-02"])
def test_the_office_opens_by_its_wall_clock_after_the_clocks_were_changed(day: str) -> None:
    """Not an hour early or late."""
    assert not HOURS.open_at(at(f"{day} 06:59"))
    assert HOURS.open_at(at(f"{day} 07:00"))


def test_an_office_that_has_not_said_is_always_open() -> None:
    """So that nothing is hushed up by mistake."""
    always = OpeningHours(ZONE)

    assert always.open_at(at("2026-11-22 03:00"))
    assert always.open_seconds(1000.0, 1600.0) == 600
    assert always.after(1000.0, 600.0) == 1600


def test_an_office_that_never_opens_is_never_waited_for() -> None:
    """All its days may be empty."""
    never = OpeningHours(ZONE, week_of({"mon": []}))

    assert not never.open_at(at("2026-11-23 10:00"))
    assert never.after(at("2026-11-23 10:00"), 1.0) == float("inf")


@given(st.integers(0, 40 * 86400), st.integers(0, 5 * 86400), st.sampled_from(["2026-02-20", "2026-10-15"]))
def test_the_moment_after_some_opening_time_is_the_moment_when_it_has_passed(
    offset: int, seconds: int, day: str
) -> None:
    """``after`` and ``open_seconds`` are each other's inverse, across both changes of the clocks."""
    start = at(day) + offset
    reached = HOURS.after(start, seconds)

    assert abs(HOURS.open_seconds(start, reached) - seconds) < 1e-3


@pytest.mark.parametrize(
    "hours",
    [
        {"monday": "07:00-18:00"},
        {"mon-xyz": "07:00-18:00"},
        {"mon": "7-18"},
        {"mon": "18:00-07:00"},
        {"mon": "07:00-24:30"},
        {"mon-wed": "07:00-18:00", "tue": "08:00-12:00"},
    ],
)
def test_hours_that_cannot_be_meant_are_refused(hours: dict[str, str]) -> None:
    """With a message that says what is right."""
    with pytest.raises(ValueError, match=r"such as|twice"):
        week_of(hours)


def test_a_range_of_days_may_go_over_the_weekend() -> None:
    """``sat-mon`` is three days."""
    assert [bool(spans) for spans in week_of({"sat-mon": "10:00-12:00"})] == [True, *[False] * 4, True, True]
