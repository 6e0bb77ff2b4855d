"""Reading one row."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any

import pytest

from odevents.errors import RowUnreadable
from odevents.events.row import check_columns, minimise, read, validate
from odevents.events.tables import WATCH_TABLES, Table, model_of, table_named

APPOINTMENT = table_named("Appointment")


def test_key_stamp_and_creation_are_read() -> None:
    """A number sent as text is the same key."""
    row = read(
        {"AptNum": "18", "DateTStamp": "2026-01-05 08:00:00", "SecDateTEntry": "0001-01-01 00:00:00"}, APPOINTMENT
    )

    assert (row.key, row.stamp, row.created) == ("18", "2026-01-05 08:00:00", "")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (5, "not-an-object"),
        (None, "not-an-object"),
        ([], "not-an-object"),
        ({}, "missing-key"),
        ({"AptNum": None}, "bad-key"),
        ({"AptNum": True}, "bad-key"),
        ({"AptNum": {}}, "bad-key"),
        ({"AptNum": " "}, "bad-key"),
        ({"AptNum": 18, "DateTStamp": "yesterday"}, "bad-stamp"),
        ({"AptNum": 18, "DateTStamp": 5}, "bad-stamp"),
        ({"AptNum": 18, "DateTStamp": "20260105"}, "bad-stamp"),
        ({"AptNum": 18, "DateTStamp": "2026-W02-1"}, "bad-stamp"),
        ({"AptNum": 18, "DateTStamp": "2026-01-05 08:00:00+05:00"}, "bad-stamp"),
        ({"AptNum": 18, "DateTStamp": "2026-02-30 08:00:00"}, "bad-stamp"),
    ],
)
def test_a_row_that_cannot_be_read_says_why_without_a_value(row: object, code: str) -> None:
    """Each becomes a dead letter of its own."""
    with pytest.raises(RowUnreadable) as unreadable:
        read(row, APPOINTMENT)

    assert unreadable.value.code == code
    assert "yesterday" not in str(unreadable.value)


@pytest.mark.parametrize("spelled", ["2026-01-05T08:00:00", "2026-01-05 08:00:00", "2026-01-05 08:00:00.25"])
def test_a_stamp_has_one_spelling_so_that_text_compares_as_time(spelled: str) -> None:
    """A "T" sorts behind every blank."""
    assert read({"AptNum": 18, "DateTStamp": spelled}, APPOINTMENT).stamp == "2026-01-05 08:00:00"


@pytest.mark.parametrize(
    "row", [{"AptNum": "abc"}, {"AptNum": 18, "Op": "secret text"}, {"AptNum": 18, "IsHygiene": 7}]
)
def test_a_value_that_cannot_be_its_columns_is_named_not_shown(row: dict[str, object]) -> None:
    """Type and range errors name the column only."""
    with pytest.raises(RowUnreadable) as unreadable:
        validate(row, APPOINTMENT)

    assert unreadable.value.code == "bad-value"
    assert "secret" not in str(unreadable.value)
    assert any(column in str(unreadable.value) for column in row)


@pytest.mark.parametrize("table", WATCH_TABLES.values(), ids=WATCH_TABLES)
def test_every_typed_table_has_its_key_and_dates_as_columns(table: Table) -> None:
    """The registry of tables and the models of their rows agree."""
    model = model_of(table)
    if model is None:
        return
    # Operatory rows are polled by DateTStamp, yet the documented row does not show it.
    stamp = "" if table.name == "Operatory" else table.stamp
    named = {name for name in (table.key, stamp, table.entry) if name}

    assert named <= model.model_fields.keys()


def test_a_table_of_a_newer_version_is_a_plain_row_by_its_guessed_key() -> None:
    """And without that key, by its content."""
    table = table_named("FutureThing")

    assert read({"FutureThingNum": 4}, table).key == "4"
    assert read({"a": 1, "b": 2}, table).key == read({"b": 2, "a": 1}, table).key
    assert validate({"FutureThingNum": 4}, table) is None


def test_what_nobody_may_keep_becomes_a_fingerprint() -> None:
    """Equal values stay equal, different ones differ, empty ones stay empty, and the value is gone."""

    def fingerprint(value: bytes) -> bytes:
        return sha256(b"key" + value).digest()

    rows = [{"PatNum": 1, "SSN": ssn, "MedicaidID": ""} for ssn in ("canary-a", "canary-a", "canary-b")]
    touched = [minimise(row, fingerprint) for row in rows]

    assert touched == [True] * 3
    assert rows[0]["SSN"] == rows[1]["SSN"] != rows[2]["SSN"]
    assert "canary" not in str(rows)
    assert rows[0]["MedicaidID"] == ""
    assert not minimise({"PatNum": 1, "SSN": ""}, fingerprint)


@pytest.mark.parametrize("column", ["Op", "AptDateTime", "TimeLocked"])
def test_some_columns_are_checked_as_the_whole_row_is(column: str) -> None:
    """In the same words; a column that nobody names is not looked at."""
    wrong = {"AptNum": 18, "Op": 3, column: {"no": "value"}}
    check_columns(wrong, APPOINTMENT, ["AptNum", "NewColumn"])
    with pytest.raises(RowUnreadable) as alone:
        check_columns(wrong, APPOINTMENT, [column])
    with pytest.raises(RowUnreadable) as whole:
        validate(wrong, APPOINTMENT)

    assert str(alone.value) == str(whole.value)
    assert column in str(alone.value)


@pytest.mark.parametrize("table", [table for table in WATCH_TABLES.values() if table.model])
def test_a_column_fits_alone_where_it_fits_in_its_row(table: Table) -> None:
    """Numbers as text, text as numbers, nothing: whatever a row may hold of every column."""
    model = model_of(table)
    assert model
    required = {name: 1 for name, field in model.model_fields.items() if field.is_required()}
    values: list[Any] = ["", None, "5", 5, 1.5, True, "true", "0001-01-01 00:00:00", "x", [], 2**70]
    for column in model.model_fields:
        for value in values:
            row = {**required, column: value}
            alone = fits(partial(check_columns, row, table, [column]))
            assert alone == fits(partial(validate, row, table)), f"{column} = {value!r}"


def fits(check: Callable[[], object]) -> bool:
    """Whether a check lets a row through."""
    try:
        check()
    except RowUnreadable:
        return False
    return True
