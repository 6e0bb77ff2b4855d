"""The database's stamps, the clock, and what SQL sees of it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from odevents.simulator import Clock, Office
from odevents.simulator.clock import moment, wire
from odevents.simulator.schema import tables
from tests.unit.simulator.conftest import Ask


def test_a_stamp_moves_when_a_value_really_changes_and_not_otherwise(office: Office) -> None:
    before = office.row("appointment", 3)
    office.clock.advance(60)
    assert not office.change("appointment", 3, Note=before["Note"], Op=before["Op"])
    assert office.row("appointment", 3)["DateTStamp"] == before["DateTStamp"]
    assert office.change("appointment", 3, Note="Other")
    assert office.row("appointment", 3)["DateTStamp"] == "2026-03-02 17:01:00"


def test_a_patfield_has_its_own_stamp_column(office: Office) -> None:
    number = office.insert("patfield", PatNum=3, FieldName="Text Confirm", FieldValue="No")
    office.clock.advance(60)
    office.change("patfield", number, FieldValue="Yes")
    assert office.row("patfield", number)["SecDateTEdit"] == "2026-03-02 17:01:00"


def test_a_wrong_table_row_or_field_is_an_error_of_the_test(office: Office) -> None:
    with pytest.raises(KeyError):
        office.change("appointment", 99999, Note="x")
    with pytest.raises(KeyError):
        office.insert("appointment", Colour="blue")
    with pytest.raises(KeyError):
        office.select_patient(99999)


def test_changes_from_many_threads_are_all_kept(office: Office) -> None:
    threads = [
        threading.Thread(target=lambda: [office.insert("commlog", PatNum=1, Note="x") for _ in range(50)])
        for _ in range(8)
    ]
    before = len(office.rows("commlog"))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(office.rows("commlog")) == before + 400


def test_a_clock_stands_still_or_runs_as_fast_as_told() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    still = Clock.still(start)
    assert still.now() == still.now() == start
    assert still.advance(hours=1) == datetime(2026, 3, 2, 1, tzinfo=UTC)
    fast = Clock(start, speed=1_000_000)
    assert (fast.now() - start).total_seconds() >= 0
    assert fast.now() > start


@pytest.mark.parametrize("text", ["2026-03-02T10:00:00", "20260302", "2026-3-2 10:00:00", "2026-02-30", "", "now"])
def test_only_the_apis_own_spelling_is_a_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"not yyyy-MM-dd|day is out of range"):
        moment(text)
    assert wire(moment("0001-01-01")) == "0001-01-01 00:00:00"


def test_every_reference_and_lookup_in_the_tables_leads_to_a_table() -> None:
    known = tables()
    for table in known.values():
        for field in table.fields:
            if field.kind.startswith("ref") or (field.kind == "lookup" and field.target):
                assert field.target in known, f"{table.name}.{field.name}"
    assert known["appointment"].columns["Confirmed"].category == 2


def test_a_short_query_sees_numbers_where_the_api_has_words(ask: Ask, office: Office) -> None:
    sql = "SELECT AptNum, AptStatus, IsHygiene FROM appointment WHERE AptStatus = 5 ORDER BY AptNum LIMIT 1"
    (row,) = ask("PUT", "queries/ShortQuery", SqlCommand=sql).body  # type: ignore[misc]
    assert office.row("appointment", row["AptNum"])["AptStatus"] == "Broken"  # type: ignore[has-type]
    assert row["IsHygiene"] in (0, 1)  # type: ignore[has-type]


def test_the_documented_aging_query_finds_the_guarantors_who_owe(ask: Ask, office: Office) -> None:
    sql = (
        "SELECT patnum, estbalance, bal_0_30, bal_31_60, bal_61_90, balover90, insest, baltotal FROM patient "
        "WHERE patnum=guarantor and clinicnum=1 AND ( estbalance>0 OR bal_0_30>0 OR bal_31_60>0 OR bal_61_90>0 "
        "OR balover90>0 OR insest>0 OR baltotal>0)"
    )
    rows = ask("PUT", "queries/ShortQuery", SqlCommand=sql).body
    assert isinstance(rows, list)
    assert rows
    assert all(row["BalTotal"] > 0 for row in rows)


def test_a_short_query_gives_a_hundred_rows_and_the_next_by_offset(ask: Ask, office: Office) -> None:
    office.mode = "service"
    office.store.insert_many("commlog", [{"PatNum": 1, "Note": str(n)} for n in range(250)])
    sql = "SELECT CommlogNum FROM commlog ORDER BY CommlogNum"
    first = ask("PUT", "queries/ShortQuery", SqlCommand=sql).body
    second = ask("PUT", "queries/ShortQuery?Offset=100", SqlCommand=sql).body
    assert isinstance(first, list)
    assert isinstance(second, list)
    assert (len(first), second[0]["CommlogNum"]) == (100, first[-1]["CommlogNum"] + 1)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM patient",
        "UPDATE patient SET LName = 'x'",
        "INSERT INTO patient (LName) VALUES ('x')",
        "DROP TABLE patient",
        "PRAGMA query_only = OFF",
        "ATTACH DATABASE 'x' AS y",
        "WITH a AS (SELECT 1) DELETE FROM patient",
        "SELECT * FROM sqlite_master",
        "SELECT load_extension('x')",
    ],
)
def test_a_query_that_is_not_read_only_is_401_and_changes_nothing(ask: Ask, office: Office, sql: str) -> None:
    before = office.rows("patient")
    assert ask("PUT", "queries/ShortQuery", SqlCommand=sql).status in (400, 401)
    assert office.rows("patient") == before
    assert ask("PUT", "queries/ShortQuery", SqlCommand="SELECT COUNT(*) AS n FROM patient").body == [{"n": len(before)}]


def test_bad_sql_is_400_with_an_explanation_and_dates_are_iso(ask: Ask) -> None:
    answer = ask("PUT", "queries/ShortQuery", SqlCommand="SELECT FROM WHERE")
    assert answer.status == 400
    assert "syntax" in str(answer.body)
    sql = "SELECT DateStart, CONCAT('a', 1) AS Joined, IF(1 > 2, 'x', 'y') AS Chosen FROM payperiod LIMIT 1"
    assert ask("PUT", "queries/ShortQuery", SqlCommand=sql).body == [
        {"DateStart": "2026-01-01T00:00:00", "Joined": "a1", "Chosen": "y"}
    ]
