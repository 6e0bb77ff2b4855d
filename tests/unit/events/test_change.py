"""Change detection: an event compared with the snapshot."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odevents.events.change import EVERYTHING, Feed, Kind, Snapshot, Verdict, detect, differing, same
from odevents.events.row import read
from odevents.events.tables import table_named
from odevents.office import OfficeAccess

APPOINTMENT = table_named("Appointment")
ROW = {"AptNum": 18, "Op": 3, "Note": "", "DateTStamp": "2026-01-05 08:00:00", "SecDateTEntry": "2025-12-01 10:00:00"}
NO_FEED = Feed(since="", just_now="2026-01-05 07:55:00")


def nobody_explains(column: str, old: Any, new: Any) -> bool:
    """No write of ours."""
    return False


def verdict(before: dict[str, Any] | None, after: dict[str, Any], feed: Feed = NO_FEED) -> Verdict:
    """Compare two rows of the Appointment table."""
    known = None if before is None else Snapshot(before, before["DateTStamp"])
    return detect(known, read(after, APPOINTMENT), APPOINTMENT, feed, nobody_explains)


def test_the_changed_columns_are_told_exactly_with_their_old_values() -> None:
    """The change stamp moves with every change, and is not news beside it."""
    found = verdict(ROW, {**ROW, "Op": 4, "Note": "x", "DateTStamp": "2026-01-05 09:00:00"})

    assert (found.kind, found.old, found.fields) == (Kind.UPDATED, {"Note": "", "Op": 3}, frozenset({"Op", "Note"}))


def test_a_column_changed_without_its_stamp_is_an_update() -> None:
    """A helper such as provAbbr changes when another table does."""
    assert verdict(ROW, {**ROW, "Op": 4}).fields == {"Op"}


def test_a_stamp_that_moved_alone_is_an_update_of_the_stamp() -> None:
    """Something changed and changed back between two polls."""
    assert verdict(ROW, {**ROW, "DateTStamp": "2026-01-05 09:00:00"}).fields == {"DateTStamp"}


def test_the_same_row_again_is_a_duplicate() -> None:
    """Also when the office's clock in it has moved on."""
    assert verdict(ROW, dict(ROW)).kind is Kind.DUPLICATE
    assert verdict({**ROW, "serverDateTime": "a"}, {**ROW, "serverDateTime": "b"}).kind is Kind.DUPLICATE


def test_an_older_row_is_stale_whatever_it_holds() -> None:
    """Nothing goes backwards."""
    assert verdict(ROW, {**ROW, "Op": 4, "DateTStamp": "2026-01-05 07:59:59"}).kind is Kind.STALE


def test_the_hour_that_comes_twice_makes_nothing_stale() -> None:
    """When summer time ends, 01:10 comes after 01:50; what the clocks show twice says nothing about order."""
    before = {**ROW, "DateTStamp": "2026-11-01 01:50:00"}
    after = {**ROW, "Op": 4, "DateTStamp": "2026-11-01 01:10:00"}
    office = OfficeAccess("a", ("k",), "d", ("https://example.org",), "1/1s", ZoneInfo("America/Denver"), "", "live")
    autumn = Feed("", "2026-11-01 01:00:00", office.comes_twice)

    assert verdict(before, after, autumn).kind is Kind.UPDATED
    assert verdict(before, after).kind is Kind.STALE, "the control: on any other day it is"
    assert [office.comes_twice(f"2026-11-01 0{hour}:30:00") for hour in (0, 1, 2)] == [False, True, False]
    assert not office.comes_twice("2026-03-08 02:30:00"), "an hour that is left out does not come twice"


def test_there_and_back_again_is_two_updates() -> None:
    """A, B, A: the second A is a change like any other."""
    there = {**ROW, "Op": 4, "DateTStamp": "2026-01-05 08:00:01"}
    back = {**ROW, "DateTStamp": "2026-01-05 08:00:02"}

    assert [verdict(ROW, there).fields, verdict(there, back).fields] == [{"Op"}, {"Op"}]


def test_a_column_that_a_new_version_adds_or_drops_is_no_change() -> None:
    """Else every row of an office would change on the day of its update."""
    assert verdict(ROW, {**ROW, "NewColumn": 1}).kind is Kind.DUPLICATE
    assert verdict({**ROW, "OldColumn": 1}, ROW).kind is Kind.DUPLICATE


@pytest.mark.parametrize(("a", "b"), [(19, "19"), ("true", "True"), (None, ""), (12.5, 12.50), ("false", False)])
def test_two_spellings_of_one_value_are_the_same(a: object, b: object) -> None:
    """Versions spell numbers and booleans differently."""
    assert same(a, b)


@pytest.mark.parametrize(("a", "b"), [(19, 20), ("true", "false"), ("Yes", "yes"), ("0", ""), (0, None), ("a", "a ")])
def test_different_values_are_not_the_same(a: object, b: object) -> None:
    """The control: nothing else is folded together."""
    assert not same(a, b)


@pytest.mark.parametrize(
    ("entry", "feed", "kind"),
    [
        ("2025-12-01 10:00:00", NO_FEED, Kind.FIRST_SEEN),
        ("2026-01-05 08:00:00", NO_FEED, Kind.CREATED),
        ("2026-01-05 07:54:59", NO_FEED, Kind.FIRST_SEEN),
        ("2026-01-04 12:00:00", Feed("2026-01-04 11:59:59", "2026-01-05 07:55:00"), Kind.CREATED),
        ("2026-01-04 12:00:00", Feed("2026-01-04 12:00:00", "2026-01-05 07:55:00"), Kind.FIRST_SEEN),
        ("2025-12-01 10:00:00", Feed(EVERYTHING, "2026-01-05 07:55:00"), Kind.CREATED),
        ("0001-01-01 00:00:00", NO_FEED, Kind.FIRST_SEEN),
        ("", NO_FEED, Kind.FIRST_SEEN),
    ],
)
def test_new_to_us_is_new_only_if_it_proves_it(entry: str, feed: Feed, kind: Kind) -> None:
    """By a creation after the feed began, or just now; that a row never changed since its creation proves nothing."""
    assert verdict(None, {**ROW, "SecDateTEntry": entry}, feed).kind is kind


def test_a_date_without_time_proves_creation_only_from_the_next_day_on() -> None:
    """PatField and Patient rows only carry the day they were entered."""
    table = table_named("PatField")
    row = read({"PatFieldNum": 1, "SecDateEntry": "2026-01-05", "SecDateTEdit": "2026-01-05 08:00:00"}, table)
    kinds = [
        detect(None, row, table, Feed(since, "2026-01-05 07:55:00"), nobody_explains).kind
        for since in ("2026-01-05 06:00:00", "2026-01-04 23:59:59")
    ]

    assert kinds == [Kind.FIRST_SEEN, Kind.CREATED]


def test_what_we_wrote_ourselves_is_an_echo() -> None:
    """All that changed is explained."""
    after = {**ROW, "Op": 4, "DateTStamp": "2026-01-05 09:00:00"}
    known = Snapshot(ROW, "2026-01-05 08:00:00")

    assert detect(known, read(after, APPOINTMENT), APPOINTMENT, NO_FEED, lambda *_: True).kind is Kind.ECHO


def test_a_helper_is_ours_only_with_its_column() -> None:
    """We confirmed, and a person then set Arrived: both the number and its text are the person's."""
    before = {**ROW, "Confirmed": 1, "confirmed": "Not Called"}
    after = {**ROW, "Confirmed": 5, "confirmed": "Arrived", "DateTStamp": "2026-01-05 09:00:00"}

    def fields(ours: bool) -> frozenset[str]:
        known = Snapshot(before, "2026-01-05 08:00:00")
        explained = lambda column, *_: ours and column == "Confirmed"  # noqa: E731
        return detect(known, read(after, APPOINTMENT), APPOINTMENT, NO_FEED, explained).fields

    assert fields(False) == {"Confirmed", "confirmed"}
    assert fields(True) == set()


def test_what_a_person_changed_beside_our_write_stays_a_change() -> None:
    """Only the unexplained columns are told."""
    after = {**ROW, "Op": 4, "Note": "ours", "DateTStamp": "2026-01-05 09:00:00"}
    known = Snapshot(ROW, "2026-01-05 08:00:00")

    found = detect(known, read(after, APPOINTMENT), APPOINTMENT, NO_FEED, lambda column, *_: column == "Note")

    assert (found.kind, found.old, found.fields) == (Kind.UPDATED, {"Op": 3}, frozenset({"Op"}))


def test_an_older_copy_does_not_bring_a_deleted_row_back() -> None:
    """A tombstone remembers when; a row of the same key that changed later is seen for the first time."""
    gone = Snapshot(None, "2026-01-05 09:00:00")

    def kind(stamp: str) -> Kind:
        return detect(gone, read({**ROW, "DateTStamp": stamp}, APPOINTMENT), APPOINTMENT, NO_FEED, nobody_explains).kind

    assert [kind("2026-01-05 08:59:59"), kind("2026-01-05 09:00:00")] == [Kind.STALE, Kind.STALE]
    assert kind("2026-01-05 09:00:01") is Kind.FIRST_SEEN


def test_a_deletion_is_told_once() -> None:
    """The same deletion sent again is a duplicate."""
    table = table_named("AppointmentDeleted")
    row = {**ROW, "HistDateTStamp": "2026-01-05 09:00:00"}
    kinds = [
        detect(before, read(row, table), table, NO_FEED, nobody_explains).kind
        for before in (None, Snapshot(row, "2026-01-05 09:00:00"))
    ]

    assert kinds == [Kind.DELETED, Kind.DUPLICATE]


values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))
rows = st.dictionaries(st.sampled_from("ABCDEFG"), values)


@given(before=rows, after=rows)
def test_applying_the_differing_columns_makes_the_rows_mean_the_same(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Exactly the differing columns differ: no more, no fewer."""
    fields = differing(before, after)
    patched = {**before, **{name: after[name] for name in fields}}

    assert all(same(patched[name], after[name]) for name in before.keys() & after.keys())
    assert not any(same(before[name], after[name]) for name in fields)
