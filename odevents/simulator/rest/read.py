"""GET: one row, or rows by filters and pages.

Filters compare for equality, except that the change stamps mean "since", dates may be ranges, and hidden rows stay out
unless asked for (API Specification, "Pagination" and the pages of the resources).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from odevents.simulator.clock import moment, wire
from odevents.simulator.rest.answer import Answer, Refused, bad_request, not_found
from odevents.simulator.rest.asked import Asked, label
from odevents.simulator.rest.formats import reformat
from odevents.simulator.schema import REFERENCES, Field
from odevents.simulator.store import Row

_PAGING = frozenset({"Limit", "Offset", "DateFormatString", "DateTimeFormatString"})
_DAYS = {
    "appointment": "AptDateTime", "histappointment": "HistDateTStamp", "asapcomm": "DateTimeEntry",
    "clockevent": "TimeDisplayed1", "schedule": "SchedDate",
}  # fmt: skip
_RENAMED = {("schedule", "BlockoutDefNum"): "BlockoutType"}
_SINCE = frozenset({("payment", "DateEntry"), ("task", "DateTimeOriginal")})
_STRICTLY_AFTER = frozenset({"appointment"})
_OPTIONAL_SINGLE = ("appointment", "SecUserNumEntry")


def single(asked: Asked) -> Answer:
    """The row whose key is in the path."""
    table = asked.shown
    shape = table.shape(without=("serverDateTime",) if table.name == "patient" else ())
    found = asked.store.objects(table.name, shape, f"t.{table.key} = ?", [asked.key])
    if not found:
        raise not_found(label(table.name))
    return Answer(200, reformat(found[0], shape, asked.query))


def listing(
    asked: Asked, *, where: str = "", values: Sequence[Any] = (), shape: Sequence[Field] = (), order: str = ""
) -> Answer:
    """A page of the rows that the filters in the URL, and ``where``, let through."""
    table = asked.shown
    conditions, wanted = filters(asked)
    if where:
        conditions.append(where)
        wanted.extend(values)
    limit, offset = page(asked)
    shape = shape or table.shape()
    tail = f"ORDER BY {order or f't.{table.key}'} LIMIT {limit} OFFSET {offset}"
    found = asked.store.objects(table.name, shape, " AND ".join(conditions), wanted, tail=tail)
    return Answer(200, [reformat(row, shape, asked.query) for row in found])


def paged(asked: Asked, rows: Sequence[Row]) -> Answer:
    """A page of rows that were computed rather than selected."""
    limit, offset = page(asked)
    return Answer(200, list(rows[offset : offset + limit]))


def page(asked: Asked) -> tuple[int, int]:
    """How many rows, and from which on. :raises Refused: 400 for what is not a whole number."""
    most = asked.office.page_size
    limit = asked.asked_number("Limit", most)
    offset = asked.asked_number("Offset", 0)
    if limit < 0 or offset < 0:
        raise bad_request("Limit and Offset must not be negative")
    return min(limit or most, most), offset


def filters(asked: Asked) -> tuple[list[str], list[Any]]:
    """SQL conditions, and their values, for the parameters in the URL that this method knows."""
    table = asked.shown
    known = set(asked.endpoint.request.model_fields) if asked.endpoint.request else set()
    conditions: list[str] = []
    values: list[Any] = []
    for name, text in asked.query.items():
        if name not in known or name in _PAGING or text == "":
            continue
        if name in ("date", "dateStart", "dateEnd"):
            conditions.append(f"substr(t.{_DAYS[table.name]}, 1, 10) {_RANGE[name]} ?")
            values.append(day(name, text))
            continue
        field = table.columns.get(_RENAMED.get((table.name, name), name))
        if field is None:
            continue
        condition, value = _condition(asked, field, text)
        conditions.append(condition)
        values.append(value)
    hidden = next((c for c in ("isHidden", "IsHidden") if c in table.columns), "")
    if hidden and "includeHidden" in known and asked.query.get("includeHidden", "").lower() != "true":
        conditions.append(f"t.{hidden} = 'false'")
    return conditions, values


_RANGE = {"date": "=", "dateStart": ">=", "dateEnd": "<="}


def _condition(asked: Asked, field: Field, text: str) -> tuple[str, Any]:
    table = asked.shown.name
    if field.kind == "stamp":
        return f"t.{field.name} {'>' if table in _STRICTLY_AFTER else '>='} ?", since(field.name, text)
    if (table, field.name) in _SINCE:
        return f"t.{field.name} >= ?", text
    if field.kind in REFERENCES or field.kind in ("int", "key", "key_text"):
        number = asked.asked_number(field.name)
        if field.name == "PatNum" and number and asked.store.row("patient", number) is None:
            raise not_found("Patient")
        return f"t.{field.name} = ?", number
    if field.kind == "flag":
        return f"t.{field.name} = ?", text.lower()
    return f"t.{field.name} = ?", text


def since(name: str, text: str) -> str:
    """A change stamp from the URL; a bare date is its midnight. :raises Refused: 400 as documented."""
    try:
        return wire(moment(text))
    except ValueError:
        raise bad_request(f"{name} format must be yyyy-MM-dd HH:mm:ss") from None


def day(name: str, text: str) -> str:
    """A date from the URL. :raises Refused: 400 for anything else."""
    try:
        return wire(moment(text[:10]))[:10]
    except ValueError:
        raise bad_request(f"{name} format must be yyyy-MM-dd") from None


def required(asked: Asked) -> None:
    """Every parameter the method requires is there. :raises Refused: 400 ``PatNum is required``."""
    request = asked.endpoint.request
    if request is None:
        return
    given: dict[str, Any] = {**asked.query, **asked.body}
    for name, field in request.model_fields.items():
        if field.is_required() and given.get(name) in (None, ""):
            if name == "FieldValue" and name in given:
                continue  # an empty value deletes the field
            raise bad_request(f"{name} is required")
    filled = {name: value for name, value in given.items() if value not in (None, "")}
    # The conditions are those of today's pages; an example of 2021 sends a number together with its name.
    if not asked.office.has_version("22.1"):
        return
    if wrong := [condition.rule for condition in request.conditions if not condition.met(filled)]:
        raise Refused(400, "; ".join(wrong))
