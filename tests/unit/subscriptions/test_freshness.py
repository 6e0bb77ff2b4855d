"""The states of a feed, as a table and as properties."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from odevents.opening_hours import OpeningHours, week_of
from odevents.store.feeds import Evidence, Probe
from odevents.subscriptions.freshness import MARGIN, REASONS, State, Thresholds, judge, next_turn

ZONE = ZoneInfo("America/Los_Angeles")
HOURS = OpeningHours(ZONE, week_of({"mon-fri": "07:00-18:00"}))
POLL, WARNING, FRESH = 60, 600, 900
THRESHOLDS = Thresholds(HOURS, warning=WARNING, fresh_for=FRESH)
NOON = datetime(2026, 11, 20, 12, tzinfo=ZONE).timestamp()
"""A Friday on which the office is open."""
NIGHT = NOON + 10 * 3600
MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=ZONE).timestamp()


def evidence(now: float = NOON, **ago: Any) -> Evidence:
    """Evidence whose times are given as seconds before ``now``."""
    times = ("watched_since", "delivered_at", "polled_at", "looked_at")
    told: dict[str, Any] = {"poll_seconds": POLL, "workstation": "SRV01", "subscription": "active"}
    told |= {name: now - value if name in times and value is not None else value for name, value in ago.items()}
    return Evidence(**({"watched_since": now - 86400} | told))


def probe(ago: float, rows: int, oldest_ago: float = 0.0, now: float = NOON) -> Probe:
    """A look by REST."""
    return Probe(now - ago, rows, now - oldest_ago if rows else 0.0)


TABLE: list[tuple[str, dict[str, Any], float, str, str]] = [
    ("a delivery just came", {"delivered_at": 60, "polled_at": 90, "looked_at": 30}, NOON, "fresh", "delivered"),
    ("nothing to send", {"delivered_at": 7200, "polled_at": 20, "looked_at": 10}, NOON, "quiet", "polled"),
    (
        "nothing to see but nothing changed",
        {"delivered_at": 1200, "looked_at": 10, "subscription": "unknown", "probe": probe(10, 0)},
        NOON,
        "quiet",
        "nothing-changed",
    ),
    (
        "the poll is not yet due",
        {"delivered_at": 1000, "polled_at": 1100, "looked_at": 995},
        NOON,
        "late",
        "not-looked",
    ),
    (
        "silent for a moment",
        {"delivered_at": 1000, "polled_at": 1100, "looked_at": 200, "subscription": "unknown"},
        NOON,
        "quiet",
        "in-time",
    ),
    ("just set up", {"watched_since": 30, "looked_at": 10}, NOON, "new", "no-sign-yet"),
    ("set up and never polled", {"watched_since": 700, "looked_at": 10}, NOON, "stale", "not-polled"),
    ("paused by us", {"polled_at": 90000, "looked_at": 10, "subscription": "paused"}, NOON, "paused", "paused"),
    (
        "stands still since the last",
        {"delivered_at": 400, "polled_at": 400, "looked_at": 1},
        NOON,
        "late",
        "not-polled",
    ),
    ("stands still since before", {"delivered_at": 5000, "polled_at": 400, "looked_at": 1}, NOON, "late", "not-polled"),
    ("stood still for good", {"delivered_at": 5000, "polled_at": 700, "looked_at": 10}, NOON, "stale", "not-polled"),
    (
        "sends fail",
        {"polled_at": 700, "looked_at": 10, "failing": "Answered 503"},
        NOON,
        "stale",
        "refused",
    ),
    ("deleted", {"polled_at": 700, "looked_at": 10, "subscription": "missing"}, NOON, "stale", "missing"),
    ("ended", {"polled_at": 700, "looked_at": 10, "subscription": "stopped"}, NOON, "stale", "stopped"),
    ("cannot be asked", {"polled_at": 400, "looked_at": 400, "trouble": "unreachable"}, NOON, "late", "unreachable"),
    ("key refused", {"polled_at": 700, "looked_at": 700, "trouble": "key-refused"}, NOON, "stale", "key-refused"),
    (
        "others get the rows",
        {"delivered_at": 9000, "polled_at": 20, "looked_at": 10, "probe": probe(10, 3, 720)},
        NOON,
        "stale",
        "not-arriving",
    ),
    (
        "rows that may still be on their way",
        {"delivered_at": 9000, "polled_at": 20, "looked_at": 10, "probe": probe(10, 3, 70)},
        NOON,
        "quiet",
        "polled",
    ),
    (
        "rows that came after the probe",
        {"delivered_at": 1000, "polled_at": 20, "looked_at": 10, "probe": probe(1100, 3, 9000)},
        NOON,
        "quiet",
        "polled",
    ),
    ("nobody looks", {"delivered_at": 9000, "polled_at": 8000, "looked_at": 8000}, NOON, "late", "not-looked"),
]


@pytest.mark.parametrize(("case", "known", "now", "state", "reason"), TABLE, ids=lambda value: str(value)[:40])
def test_the_table_of_states(case: str, known: dict[str, Any], now: float, state: str, reason: str) -> None:
    """Each situation has its state and its reason."""
    found = judge(evidence(now, **known), THRESHOLDS, now, "southside")

    assert (found.state, found.reason) == (state, reason), found.sentence
    assert found.code == REASONS[reason].code
    assert found.sentence


def test_every_reason_stands_in_the_table() -> None:
    """Closed has a test of its own."""
    assert {reason for *_, reason in TABLE} | {"closed"} == set(REASONS)


def test_a_closed_office_is_quiet_and_stale_again_in_the_morning_if_it_was() -> None:
    """What was silent while it was open is not forgotten overnight."""
    known = Evidence(NOON - 86400, polled_at=NOON - 3600, looked_at=NOON, subscription="active", poll_seconds=POLL)
    looked = msgspec.structs.replace(known, looked_at=NIGHT)

    assert judge(known, THRESHOLDS, NOON).state is State.STALE
    assert (found := judge(looked, THRESHOLDS, NIGHT)).state is State.QUIET
    assert found.reason == "closed"
    assert judge(msgspec.structs.replace(known, looked_at=MONDAY), THRESHOLDS, MONDAY).state is State.STALE


def test_silence_over_a_weekend_is_not_held_against_an_office_that_polled_until_it_closed() -> None:
    """Friday 17:59 to Monday 07:03 is four minutes of opening time."""
    closing, monday = (datetime(2026, 11, *day, tzinfo=ZONE).timestamp() for day in ((20, 17, 59), (23, 7, 3)))
    known = Evidence(NOON, delivered_at=closing, polled_at=closing, looked_at=monday, subscription="active")

    assert judge(known, THRESHOLDS, monday).state is State.FRESH
    assert judge(msgspec.structs.replace(known, looked_at=monday + 900), THRESHOLDS, monday + 900).state is State.STALE


def test_it_is_stale_as_soon_as_its_interval_and_the_warning_time_have_passed() -> None:
    """And late when half of the warning time has; a look at those moments is asked for."""
    known = evidence(polled_at=0, looked_at=0)
    late = next_turn(known, THRESHOLDS, NOON)
    stale = next_turn(known, THRESHOLDS, late)

    assert late - NOON == pytest.approx(POLL + WARNING / 2 + MARGIN)
    assert stale - NOON == pytest.approx(POLL + WARNING + MARGIN)
    for turn, state in ((late, State.LATE), (stale, State.STALE)):
        before, after = (msgspec.structs.replace(known, looked_at=turn + shift) for shift in (-1, 0))
        assert judge(after, THRESHOLDS, turn).state is state
        assert judge(before, THRESHOLDS, turn - 1).state is not state
    assert next_turn(known, THRESHOLDS, stale) == float("inf")


def test_the_next_step_names_the_office_and_the_machine() -> None:
    """A person reads it in the middle of something else."""
    known = evidence(polled_at=5000, looked_at=10, probe=probe(10, 3, 4000))
    found = judge(known, THRESHOLDS, NOON, "lakewood")

    assert "SRV01" in found.next_step
    assert "3 changed rows" in found.sentence
    assert "10:36" in found.sentence
    assert (
        "lakewood"
        in judge(evidence(polled_at=5000, looked_at=1, subscription="missing"), THRESHOLDS, NOON, "lakewood").next_step
    )


AGES = st.one_of(st.none(), st.integers(0, 40_000))
PROBES = st.one_of(st.none(), st.builds(probe, st.integers(0, 9000), st.integers(0, 3), st.integers(0, 20_000)))
MOMENTS = st.integers(0, 14 * 86400).map(lambda seconds: NOON + seconds)


@st.composite
def anything_known(draw: st.DrawFn) -> tuple[Evidence, float]:
    """Any evidence, and the time."""
    now = draw(MOMENTS)
    names = ("delivered_at", "polled_at", "looked_at")
    ages = {name: draw(AGES) for name in names}
    looked = draw(PROBES)
    return evidence(
        now,
        **ages,
        watched_since=draw(st.integers(0, 90_000)),
        subscription=draw(st.sampled_from(["unknown", "active", "missing", "stopped", "paused"])),
        trouble=draw(st.sampled_from(["", "unreachable", "key-refused"])),
        failing=draw(st.sampled_from(["", "Answered 503"])),
        probe=looked and Probe(looked.at - NOON + now, looked.rows, looked.oldest and looked.oldest - NOON + now),
    ), now


RANK = {State.FRESH: 0, State.QUIET: 1, State.NEW: 1, State.PAUSED: 1, State.LATE: 2, State.STALE: 3}


@given(anything_known())
def test_a_closed_office_is_never_late_or_stale(known: tuple[Evidence, float]) -> None:
    """Whatever is known."""
    facts, now = known
    found = judge(facts, THRESHOLDS, now)

    assert HOURS.open_at(now) or found.state not in (State.LATE, State.STALE)
    assert found.reason in REASONS


@given(anything_known(), st.sampled_from(["delivered_at", "polled_at"]), st.integers(0, 20_000))
@example((evidence(polled_at=700, looked_at=10), NOON), "delivered_at", 5)
def test_a_further_sign_of_life_never_makes_it_worse(known: tuple[Evidence, float], name: str, ago: int) -> None:
    """A later delivery or poll can only help."""
    facts, now = known
    later = now - ago
    assume(later >= (getattr(facts, name) or 0.0))
    more = msgspec.structs.replace(facts, **{name: later})

    assert RANK[judge(more, THRESHOLDS, now).state] <= RANK[judge(facts, THRESHOLDS, now).state]


@given(anything_known(), st.integers(1, 50_000))
def test_time_alone_never_makes_it_better_while_the_office_is_open(known: tuple[Evidence, float], later: int) -> None:
    """Without new evidence, confidence only wears off."""
    facts, now = known
    assume(HOURS.open_at(now) and HOURS.open_at(now + later))

    assert RANK[judge(facts, THRESHOLDS, now + later).state] >= RANK[judge(facts, THRESHOLDS, now).state]
