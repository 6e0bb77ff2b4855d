"""POST, PUT and DELETE by the general rules.

Fields the method does not take are silently ignored, references must exist, enumerations and dates must be spelt right,
a helper such as ``priority`` sets the field it stands for, and what is left out keeps its value (API Specification,
"Data Types" and "Behavior").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from odevents.client.endpoints import Nothing
from odevents.simulator.clock import moment, wire
from odevents.simulator.enumerations import ENUMERATIONS
from odevents.simulator.rest.answer import Answer, Refused, bad_request, not_found
from odevents.simulator.rest.asked import Asked, label, whole_number
from odevents.simulator.schema import REFERENCES, Field, Table
from odevents.simulator.store import Row


def create(asked: Asked) -> Answer:
    """Insert what the body describes."""
    values = settled(asked, asked.shown)
    return created(asked, asked.store.insert(asked.shown.name, **values))


def update(asked: Asked) -> Answer:
    """Change the fields of the row in the path that the body names."""
    asked.the_row()
    asked.store.change(asked.shown.name, asked.key, **settled(asked, asked.shown))
    return updated(asked, asked.key)


def remove(asked: Asked) -> Answer:
    """Delete the row in the path."""
    asked.the_row()
    asked.office.delete(asked.shown.name, asked.key)
    return Answer(200)


def created(asked: Asked, key: int, table: Table | None = None) -> Answer:
    """201 (or the odd 200), with ``location`` and object, or with neither, as documented for the version."""
    if not _returns_object(asked):
        return Answer(asked.endpoint.success)
    resource = asked.endpoint.path.partition("/")[0]
    location = {"location": f"{asked.office.base_url}/{resource}/{key}"}
    return Answer(asked.endpoint.success, shown(asked, key, table), location)


def updated(asked: Asked, key: int) -> Answer:
    """The documented success, with the object where one is documented."""
    return Answer(asked.endpoint.success, shown(asked, key) if _returns_object(asked) else None)


_OBJECT_SINCE = {("POST", "commlogs"): "23.3.7"} | dict.fromkeys(
    (
        ("POST", "popups"), ("POST", "inssubs"), ("POST", "patplans"), ("POST", "payments"), ("POST", "procedurelogs"),
        ("POST", "diseases"), ("POST", "refattaches"), ("POST", "documents/Upload"), ("POST", "documents/SetByUrl"),
        ("PUT", "appointments/{AptNum}"), ("PUT", "claims/{ClaimNum}/Status"), ("PUT", "insverifies"),
        ("PUT", "patfields"), ("PUT", "patients/{PatNum}"),
    ),
    "22.1",  # not in the specification of 2021; the pages of today do not say since when
)  # fmt: skip


def _returns_object(asked: Asked) -> bool:
    since = _OBJECT_SINCE.get((asked.endpoint.verb, asked.endpoint.path), "")
    return asked.endpoint.response is not Nothing and (not since or asked.office.has_version(since))


def shown(asked: Asked, key: int, table: Table | None = None) -> Row:
    """The API's object of a row after a write."""
    table = table or asked.shown
    shape = table.shape(without=("serverDateTime",) if table.name == "patient" else ())
    return asked.store.objects(table.name, shape, f"t.{table.key} = ?", [key])[0]


def settled(asked: Asked, table: Table, *, ignore: frozenset[str] = frozenset()) -> Row:
    """The column values that the body asks for. :raises Refused: 400 or 404, naming the field."""
    request = asked.endpoint.request
    settable = set(request.model_fields) if request else set()
    columns = table.columns
    any_case = {name.lower(): name for name in columns if name[0].isupper()}
    values: Row = {}
    for name, value in asked.body.items():
        if name not in settable or name in ignore or name == table.key:
            continue
        if name in table.lookups and value not in (None, ""):
            by = table.lookups[name].by
            if by not in columns or (by in asked.body and name not in _NAME_WINS):
                continue
            values[by] = _looked_up(asked, table, name, value)
            continue
        # The pages spell a few parameters otherwise than the fields, BirthDate and NationalProvId.
        column = name if name in columns else any_case.get(name.lower(), "") if name[0].isupper() else ""
        if column and column not in values:
            values[column] = value_of(asked, columns[column], value)
    return values


_NAME_WINS = frozenset({"commType"})
"""Helpers that win over the number when both are sent (Commlogs POST)."""


def value_of(asked: Asked, field: Field, value: Any) -> Any:
    """One value from a body, as its column keeps it. :raises Refused: 400 or 404."""
    if field.kind in REFERENCES:
        return _reference(asked, field, value)
    if field.kind in ("int", "key", "key_text"):
        return _number(field.name, value)
    if field.kind in ("money", "money_text"):
        return _money(field.name, value)
    if field.kind == "flag":
        return _flag(field.name, value)
    if field.kind == "enum":
        if value not in ENUMERATIONS[field.target]:
            raise bad_request(f"{field.name} is invalid")
        return value
    if field.kind in ("date", "entered_date", "datetime", "stamp", "entered"):
        return _time(field, value)
    return str("" if value is None else value)


def _reference(asked: Asked, field: Field, value: Any) -> int:
    number = _number(field.name, value)
    row = asked.store.row(field.target, number) if number else None
    if number and (row is None or (field.category and row["Category"] != field.category)):
        raise not_found(field.name if field.target == "definition" else label(field.target))
    return number


def _looked_up(asked: Asked, table: Table, name: str, value: Any) -> int:
    lookup = table.lookups[name]
    equal: Mapping[str, Any] = {lookup.column: str(value)}
    if category := table.columns[lookup.by].category:
        equal = {**equal, "Category": category}
    found = asked.store.first(lookup.table, **equal)
    if found is None:
        raise not_found(name)
    return int(found[asked.store.tables[lookup.table].key])


def _number(name: str, value: Any) -> int:
    if value in (None, ""):
        return 0
    return whole_number(name, value)


def _money(name: str, value: Any) -> float:
    try:
        return round(float(value or 0), 4)
    except (TypeError, ValueError):
        raise bad_request(f"{name} is invalid") from None


def _flag(name: str, value: Any) -> str:
    text = str(value).lower()
    if text not in ("true", "false"):
        raise bad_request(f'{name} must be "true" or "false"')
    return text


def _time(field: Field, value: Any) -> str:
    dates = field.kind in ("date", "entered_date")
    text = str(value or ("0001-01-01" if dates else "0001-01-01 00:00:00"))
    try:
        written = wire(moment(text))
    except ValueError:
        form = "yyyy-MM-dd" if dates else "yyyy-MM-dd HH:mm:ss"
        raise Refused(400, f"{field.name} format must be {form}") from None
    return written[:10] if dates else written
