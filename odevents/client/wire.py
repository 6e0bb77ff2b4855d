"""How Open Dental spells values in JSON, in one place.

Source: API Specification, "Data Types", and the shapes seen in its examples. Booleans are the strings ``"true"`` and
``"false"`` (also ``"True"``), numbers sometimes arrive as strings, money with or without quotes, and
``0001-01-01`` means "none". Dates and times are the office's local time and carry no zone. Two places print
them the American way.

The types of a *row* also take ``null`` and ``""`` for "empty", so that an odd value in a column nobody reads
never loses the row. Everything but that rare branch is checked by compiled code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, PlainSerializer
from pydantic_core import CoreSchema, core_schema

NO_DATE = "0001-01-01"
NO_DATETIME = "0001-01-01 00:00:00"
_AMERICAN = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y")


def date_text(value: dt.date | None) -> str:
    """``2026-01-31``; ``None`` is ``0001-01-01``."""
    return NO_DATE if value is None else value.isoformat()


def datetime_text(value: dt.datetime | None) -> str:
    """``2026-01-31 08:00:00``, no fractions; ``None`` is ``0001-01-01 00:00:00``.

    :raises ValueError: it carries a zone; see :func:`office_time`.
    """
    if value is None:
        return NO_DATETIME
    if value.tzinfo is not None:
        raise ValueError("dates and times are the office's local time, without a zone")
    return value.isoformat(sep=" ", timespec="seconds")


def office_time(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """A moment (with a zone) as the office's clock shows it: local, without a zone, as every call wants it."""
    return moment.astimezone(zone).replace(tzinfo=None)


def spelt(value: Any) -> Any:
    """Spell a Python value, or a nest of them, as Open Dental's JSON wants it in a request body."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case dt.datetime():
            return datetime_text(value)
        case dt.date() | None:
            return date_text(value)
        case dt.time():
            return value.isoformat(timespec="seconds")
        case list() | tuple():
            return [spelt(item) for item in value]
        case dict():
            return {name: spelt(item) for name, item in value.items()}
    return value


def query_text(value: Any) -> str:
    """Spell a value for a URL's query, before percent-encoding; a list is joined by commas (``1,2``)."""
    plain = spelt(value)
    return ",".join(map(str, plain)) if isinstance(plain, list) else str(plain)


class _OrEmpty:
    """Annotates a row's type: what its schema refuses may still be ``null`` or ``""``, read as ``empty``."""

    def __init__(self, empty: object) -> None:
        self.empty = empty

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        blank = core_schema.chain_schema(
            [
                core_schema.literal_schema([None, ""]),
                core_schema.no_info_plain_validator_function(lambda _: self.empty),
            ]
        )
        return core_schema.union_schema([handler(source), blank], mode="left_to_right")


class _OrNever:
    """Annotates a date type: the spellings of "none" become ``None``, unusual spellings are read as well."""

    def __init__(self, unusual: Callable[[str], object], *, days: bool = False) -> None:
        self.unusual = unusual
        self.days = days

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        never = core_schema.chain_schema(
            [
                core_schema.literal_schema([NO_DATETIME, NO_DATE, "", None, "0001-01-01T00:00:00"]),
                core_schema.no_info_plain_validator_function(lambda _: None),
            ]
        )
        unusual = core_schema.no_info_after_validator_function(self.unusual, core_schema.str_schema())
        usual = _moment_or_day() if self.days else handler(source)
        return core_schema.union_schema(
            [never, usual, unusual],
            mode="left_to_right",
            custom_error_type="date_spelling",
            custom_error_message="Input should be a date or time as Open Dental spells it",
        )


def _moment_or_day() -> CoreSchema:
    """A midnight stays a moment and a day stays a day, whether given as an object or as text."""
    day = core_schema.chain_schema([core_schema.str_schema(pattern=r"^\d{4}-\d\d-\d\d$"), core_schema.date_schema()])
    return core_schema.union_schema(
        [
            core_schema.datetime_schema(strict=True),
            core_schema.date_schema(strict=True),
            day,
            core_schema.datetime_schema(),
        ],
        mode="left_to_right",
    )


def _unusual_datetime(text: str) -> dt.datetime | None:
    for form in _AMERICAN:
        try:
            moment = dt.datetime.strptime(text, form)  # noqa: DTZ007 - the office's local time has no zone
        except ValueError:
            continue
        return None if moment.year == 1 else moment
    raise ValueError("not a date")


def _unusual_date(text: str) -> dt.date | None:
    """A day written with a time of day is that day: some columns are dates in one version and not in another."""
    try:
        return dt.datetime.fromisoformat(text).date()
    except ValueError:
        moment = _unusual_datetime(text)
        return None if moment is None else moment.date()


def _row_datetime_text(value: dt.datetime | None) -> str:
    """As it was read, with its zone where a ``DateTimeFormatString`` asked for one."""
    return NO_DATETIME if value is None else value.isoformat(sep=" ", timespec="seconds")


def _flag_text(value: bool) -> str:
    return "true" if value else "false"


def _money_number(value: Decimal) -> float:
    return float(value)


Num = Annotated[int, _OrEmpty(0)]
"""A whole number; also from ``"239"``."""

NumText = Annotated[int, _OrEmpty(0), PlainSerializer(str, when_used="json")]
"""A whole number that Open Dental spells as a string here."""

Text = Annotated[str, _OrEmpty("")]

Flag = Annotated[bool, _OrEmpty(False), PlainSerializer(_flag_text, when_used="json")]
"""``"true"``/``"True"``/``true``; spelt ``"true"`` or ``"false"``."""

Money = Annotated[Decimal, _OrEmpty(Decimal(0)), PlainSerializer(_money_number, when_used="json")]
"""An exact decimal; also from ``"255.00"``."""

MoneyText = Annotated[Decimal, _OrEmpty(Decimal(0)), PlainSerializer(str, when_used="json")]
"""An exact decimal that Open Dental spells as a string here."""

Date = Annotated[dt.date | None, _OrNever(_unusual_date), PlainSerializer(date_text, when_used="json")]
"""A day; ``0001-01-01`` is ``None``."""

DateTime = Annotated[
    dt.datetime | None, _OrNever(_unusual_datetime), PlainSerializer(_row_datetime_text, when_used="json")
]
"""A moment in the office's local time, without a zone; ``0001-01-01 00:00:00`` is ``None``."""

Day = dt.date
"""In a request: a day that must be given."""

Moment = dt.datetime
"""In a request: a moment that must be given, in the office's local time and without a zone."""

Time = dt.time
"""In a request: a time of day, ``08:30:00``."""

When = Annotated[dt.datetime | dt.date | None, _OrNever(_unusual_datetime, days=True)]
"""In a request: a moment, or a whole day, which some filters take as well (``DateTStamp=2020-07-30``)."""

IntText = Annotated[int, PlainSerializer(str)]
"""In a request: a whole number that the examples send as a string."""

DecimalText = Annotated[Decimal, PlainSerializer(str)]
"""In a request: a decimal that the examples send as a string."""
