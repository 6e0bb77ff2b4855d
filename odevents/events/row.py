"""One row: reading it, dating it, naming it, and taking out what must not be stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from odevents.errors import RowUnreadable
from odevents.events.moments import shortened
from odevents.events.tables import ALWAYS_MINIMISED, VOLATILE, Table, model_of

Row = dict[str, Any]
"""Column to JSON value, exactly as Open Dental spelt both."""

Fingerprint = Callable[[bytes], bytes]
"""Keyed and one-way: equal values give equal fingerprints, and nothing can be read from one."""

_MOST_FAULTS_NAMED = 5
_SPELLING = re.compile(r"\d{4}-\d\d-\d\d([ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?)?")


class ReadRow(msgspec.Struct, frozen=True):
    """A row whose identity and date are known.

    :ivar key: value of the table's key column, as text.
    :ivar stamp: office-local ``yyyy-MM-dd HH:mm:ss`` of the last change, ``""`` where the row has none.
    :ivar created: office-local date or datetime of creation, ``""`` where the row has none.
    """

    values: Row
    key: str
    stamp: str
    created: str


def read(value: object, table: Table) -> ReadRow:
    """Find out which row this is and how old.

    :raises RowUnreadable: it is not an object, or its key or change stamp cannot be read.
    """
    if not isinstance(value, dict):
        raise RowUnreadable("not-an-object", f"an element of {table.name} is not an object")
    return ReadRow(value, _key(value, table), stamp_of(value, table), _date(value, table.entry, table.name))


def stamp_of(values: Row, table: Table) -> str:
    """When the row last changed, office-local; ``""`` where it does not say.

    :raises RowUnreadable: what stands there is no date.
    """
    return _date(values, table.stamp, table.name)


def check_columns(values: Row, table: Table, columns: Iterable[str]) -> None:
    """Like :func:`validate` for some columns of a row whose others are known to fit.

    :raises RowUnreadable: see there.
    """
    checks = _checks(table)
    try:
        for column in columns:
            if check := checks.get(column):
                check(values[column])
    except ValidationError:
        validate(values, table)


@cache
def _checks(table: Table) -> dict[str, Callable[[object], object]]:
    """What checks each column of a typed row."""
    model = model_of(table)
    if model is None:
        return {}
    config = ConfigDict(coerce_numbers_to_str=True)
    types: dict[str, Any] = {
        name: Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
        for name, field in model.model_fields.items()
    }
    return {name: TypeAdapter(type_, config=config).validator.validate_python for name, type_ in types.items()}


def validate(values: Row, table: Table) -> BaseModel | None:
    """The typed row, tolerant of columns we do not know; ``None`` for a table without a type.

    :raises RowUnreadable: a known column holds what cannot be its value. The message names columns, never values.
    """
    model = model_of(table)
    if model is None:
        return None
    try:
        return model.model_validate(values)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        named = ", ".join(f"{'.'.join(map(str, f['loc']))} ({f['type']})" for f in faults[:_MOST_FAULTS_NAMED])
        raise RowUnreadable("bad-value", f"a row of {table.name} does not fit: {named}") from None


def minimise(values: Row, fingerprint: Fingerprint) -> bool:
    """Replace, in place, what nobody may keep by its fingerprint; say whether anything was replaced.

    A change of the value still shows as a change of its fingerprint. Empty values stay empty.
    """
    touched = False
    for column in ALWAYS_MINIMISED & values.keys():
        if values[column]:
            values[column] = "fingerprint:" + fingerprint(msgspec.json.encode([column, values[column]])).hex()[:16]
            touched = True
    return touched


def content(values: Row, leave_out: Iterable[str] = ()) -> bytes:
    """The row in one canonical spelling, without columns that differ on every send."""
    skipped = VOLATILE.union(leave_out)
    return msgspec.json.encode({k: v for k, v in values.items() if k not in skipped}, order="sorted")


def _key(values: Row, table: Table) -> str:
    key = values.get(table.key)
    if key.__class__ is int:
        return str(key)  # as nearly all are
    if table.key not in values:
        if table.model:
            raise RowUnreadable("missing-key", f"a row of {table.name} has no {table.key}")
        return content(values).decode()
    if isinstance(key, bool) or not isinstance(key, int | str) or not str(key).strip():
        raise RowUnreadable("bad-key", f"{table.key} of a row of {table.name} is not a number")
    return str(key).strip()


def _date(values: Row, column: str, table: str) -> str:
    """A date column in one spelling, so that text compares as time; ``0001-01-01`` and absence both mean "none"."""
    text = values.get(column) if column else None
    if text is None or text == "":
        return ""
    if text.__class__ is str and shortened(text).__class__ is bytes:
        return str(text)  # as it should be: to read and spell it takes much longer
    found = _SPELLING.fullmatch(text) if isinstance(text, str) else None
    try:
        moment = datetime.fromisoformat(text) if found else None
    except ValueError:
        moment = None
    if found is None or moment is None:
        raise RowUnreadable("bad-stamp", f"{column} of a row of {table} is not yyyy-MM-dd HH:mm:ss")
    if moment.year == 1:
        return ""
    return moment.date().isoformat() if found[1] is None else moment.isoformat(sep=" ", timespec="seconds")
