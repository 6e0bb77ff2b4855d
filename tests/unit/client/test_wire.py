"""Open Dental's spellings are read into plain values, and plain values are spelt as it wants them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from odevents.client import wire
from odevents.client.models import Row
from odevents.client.wire import Date, DateTime, Flag, Money, MoneyText, Num, NumText, Text, When


class Tooth(Row):
    ToothNum: Text
    Movement: NumText = 0
    IsHidden: Flag = False
    Fee: Money = Decimal(0)
    FeeText: MoneyText = Decimal(0)
    Seen: Date = None
    DateTStamp: DateTime = None
    ItemOrder: Num = 0


def read(kind: Any, value: object) -> object:
    return TypeAdapter(kind).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "spelt", "value"),
    [
        (Num, 239, 239),
        (Num, "239", 239),
        (Num, "-1", -1),
        (Num, "", 0),
        (Num, None, 0),
        (Text, "x", "x"),
        (Text, None, ""),
        (Flag, "true", True),
        (Flag, "True", True),
        (Flag, "False", False),
        (Flag, True, True),
        (Flag, "", False),
        (Money, "255.00", Decimal("255.00")),
        (Money, 128.6, Decimal("128.6")),
        (Money, 0.1, Decimal("0.1")),
        (Money, "", Decimal(0)),
        (Date, "2021-09-13", date(2021, 9, 13)),
        (Date, "0001-01-01", None),
        (Date, "0001-01-01 00:00:00", None),
        (Date, "", None),
        (Date, None, None),
        (Date, "3/16/2022", date(2022, 3, 16)),
        (Date, "2021-12-04 10:20:30", date(2021, 12, 4)),
        (DateTime, "2021-05-04 09:32:45-07:00", datetime(2021, 5, 4, 9, 32, 45, tzinfo=timezone(timedelta(hours=-7)))),
        (DateTime, "2021-05-04 09:32:45", datetime(2021, 5, 4, 9, 32, 45)),
        (DateTime, "2021-05-01T00:00:00", datetime(2021, 5, 1)),
        (DateTime, "0001-01-01 00:00:00", None),
        (DateTime, "", None),
        (DateTime, "2016-12-01", datetime(2016, 12, 1)),
        (DateTime, "7/6/2023 11:48:55 AM", datetime(2023, 7, 6, 11, 48, 55)),
        (DateTime, "7/6/2023 11:48:55 PM", datetime(2023, 7, 6, 23, 48, 55)),
        (DateTime, "1/1/0001 12:00:00 AM", None),
        (When, "2020-07-30", date(2020, 7, 30)),
        (When, "2020-07-30 00:00:00", datetime(2020, 7, 30)),
        (When, date(2020, 7, 30), date(2020, 7, 30)),
        (When, datetime(2020, 7, 30), datetime(2020, 7, 30)),
    ],
)
def test_a_spelling_is_read(kind: Any, spelt: object, value: object) -> None:
    found = read(kind, spelt)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("kind", "nonsense"),
    [(Num, "many"), (Num, "1.5"), (Flag, "perhaps"), (Money, "a lot"), (Date, "tomorrow"), (DateTime, "13/13/2023")],
)
def test_nonsense_is_refused(kind: Any, nonsense: str) -> None:
    with pytest.raises(ValidationError):
        read(kind, nonsense)


def test_a_row_is_written_back_as_open_dental_spells_it() -> None:
    row = Tooth.model_validate(
        {
            "ToothNum": 4,
            "Movement": "2",
            "IsHidden": "True",
            "Fee": 12.5,
            "FeeText": "255.00",
            "Seen": "0001-01-01",
            "DateTStamp": "2021-05-03 08:30:12",
            "newColumn": {"kept": ["as", "it", "is"]},
        }
    )

    assert row.wire() == {
        "ToothNum": "4",
        "Movement": "2",
        "IsHidden": "true",
        "Fee": 12.5,
        "FeeText": "255.00",
        "Seen": "0001-01-01",
        "DateTStamp": "2021-05-03 08:30:12",
        "ItemOrder": 0,
        "newColumn": {"kept": ["as", "it", "is"]},
    }


def test_a_row_shows_its_key_and_no_value() -> None:
    row = Tooth.model_validate({"ToothNum": "4", "DateTStamp": "2021-05-03 08:30:12", "Name": "Harrison"})

    assert repr(row) == str(row) == "Tooth(ToothNum='4')"


def test_an_error_about_a_row_shows_no_value() -> None:
    with pytest.raises(ValidationError) as caught:
        Tooth.model_validate({"ToothNum": "4", "Movement": "Harrison"})

    assert "Movement" in str(caught.value)
    assert "Harrison" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "spelt"),
    [
        (True, "true"),
        (False, "false"),
        (Decimal("75.50"), 75.5),
        (Decimal("100.00"), 100),
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 8, 0, 0, 999), "2026-01-31 08:00:00"),
        (time(13, 45), "13:45:00"),
        (None, "0001-01-01"),
        ([1, 2], [1, 2]),
        ([{"ProcNum": 1, "Amount": Decimal("1.5")}], [{"ProcNum": 1, "Amount": 1.5}]),
        ("", ""),
        (0, 0),
    ],
)
def test_a_value_is_spelt_for_a_body(value: object, spelt: object) -> None:
    assert wire.spelt(value) == spelt
    assert type(wire.spelt(value)) is type(spelt)


def test_a_list_in_a_query_is_joined_by_commas() -> None:
    assert wire.query_text([1, 2, 3]) == "1,2,3"


def test_a_moment_with_a_zone_is_refused_until_it_is_the_offices() -> None:
    moment = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)

    with pytest.raises(ValueError, match="local time"):
        wire.datetime_text(moment)
    assert wire.datetime_text(wire.office_time(moment, ZoneInfo("America/Los_Angeles"))) == "2026-03-02 10:00:00"


@given(st.dates(min_value=date(1, 1, 2)))
def test_every_day_survives_the_wire(day: date) -> None:
    assert read(Date, wire.date_text(day)) == day


@given(st.datetimes(min_value=datetime(1, 1, 2)))
def test_every_second_survives_the_wire(moment: datetime) -> None:
    assert read(DateTime, wire.datetime_text(moment)) == moment.replace(microsecond=0)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_every_amount_of_money_survives_the_wire(amount: Decimal) -> None:
    row = Tooth.model_validate({"ToothNum": "4", "Fee": str(amount), "FeeText": str(amount)})
    again = Tooth.model_validate(row.wire())

    assert again.Fee == again.FeeText == amount
