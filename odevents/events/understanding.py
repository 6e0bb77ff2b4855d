"""Understanding a delivery: what happened to each of its rows. Pure, and in order, for a row may come twice in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec

from odevents.errors import RowUnreadable
from odevents.events.change import QUIET, Change, Feed, Kind, Known, Snapshot, Verdict, detect, nothing
from odevents.events.delivery import EventType
from odevents.events.row import ReadRow, Row, check_columns, read, validate
from odevents.events.tables import UI_EVENTS, Table, table_named

Reading = ReadRow | RowUnreadable

Explain = Callable[[str, Any, Any, str], list[str]]
"""(column, old, new, stamp) -> the writes of ours that did exactly this."""


class Understood(msgspec.Struct, frozen=True):
    """What became of one row.

    :ivar unreadable: why the row is a dead letter; nothing else is known of it then.
    :ivar change: for kinds that reactions may see.
    :ivar seen: ids of our writes that this row was the echo of.
    """

    values: object
    key: str = ""
    kind: Kind | None = None
    change: Change[Any] | None = None
    unreadable: RowUnreadable | None = None
    seen: Sequence[str] = ()


@dataclass
class Knowledge:
    """What was known before a delivery, moved on row by row.

    :ivar explain: row key -> what explains changes of that row; only of rows that writes of ours left traces in.
    :ivar updated: the snapshots that changed.
    """

    office: str
    delivery: str
    workstation: str
    snapshots: dict[str, Known]
    feed: Feed
    explain: Mapping[str, Explain]
    updated: dict[str, Known] = field(default_factory=dict)


def read_rows(elements: Sequence[object], type_: EventType) -> list[Reading]:
    """Find out which row each element is; an element that cannot be read gives its error instead."""
    table = table_named(type_.table)
    readings: list[Reading] = []
    for element in elements:
        try:
            readings.append(read(element, table))
        except RowUnreadable as error:
            readings.append(error)
    return readings


def understand(
    elements: Sequence[object], readings: Sequence[Reading], type_: EventType, known: Knowledge
) -> Iterator[Understood]:
    """Compare each row with what was known of it, and move ``known`` on."""
    table = table_named(type_.table)
    understood = _selected if table.name in UI_EVENTS else _compared
    for element, reading in zip(elements, readings, strict=True):
        if isinstance(reading, RowUnreadable):
            yield Understood(element, unreadable=reading)
            continue
        try:
            yield understood(reading, table, known)
        except RowUnreadable as error:
            yield Understood(element, reading.key, unreadable=error)
        except Exception as error:
            # A mistake of ours must cost one row, not the other 999; its text may hold anything.
            odd = RowUnreadable("unexpected", f"a row of {table.name} could not be compared ({type(error).__name__})")
            yield Understood(element, reading.key, unreadable=odd)


def _selected(row: ReadRow, table: Table, known: Knowledge) -> Understood:
    validate(row.values, table)
    return Understood(row.values, row.key, Kind.SELECTED, _change(Verdict(Kind.SELECTED), row, table, known))


def _compared(row: ReadRow, table: Table, known: Knowledge) -> Understood:
    seen: dict[str, None] = {}
    before, explain = known.snapshots.get(row.key), known.explain.get(row.key)
    verdict = detect(before, row, table, known.feed, partial(_explained, explain, row, seen) if explain else nothing)
    if verdict.kind is Kind.DUPLICATE or verdict.kind is Kind.STALE:
        return Understood(row.values, row.key, verdict.kind)
    if verdict.comparison is None:
        validate(row.values, table)
        now: Known = Snapshot(row.values, row.stamp)
    else:
        check_columns(row.values, table, verdict.comparison.unlike)  # the others are as they were when checked
        now = verdict.comparison.now
    known.snapshots[row.key] = known.updated[row.key] = now
    change = None if verdict.kind in QUIET else _change(verdict, row, table, known)
    return Understood(row.values, row.key, verdict.kind, change, seen=tuple(seen))


def _explained(explain: Explain, row: ReadRow, seen: dict[str, None], column: str, old: Any, new: Any) -> bool:
    """Whether writes of ours did this; they are noted as seen."""
    writes = explain(column, old, new, row.stamp)
    seen.update(dict.fromkeys(writes))
    return bool(writes)


def _change(verdict: Verdict, row: ReadRow, table: Table, known: Knowledge) -> Change[Any]:
    lost = known.feed.lost
    return Change(
        kind=verdict.kind,
        office=known.office,
        table=table.name,
        key=row.key,
        stamp=row.stamp,
        values=row.values,
        old=verdict.old,
        fields=verdict.fields,
        workstation=known.workstation,
        delivery=known.delivery,
        forgotten=lost.since if lost and lost.covers(row.stamp) else "",
    )


def newest_stamp(readings: Sequence[Reading]) -> str:
    """The latest change stamp among the rows, ``""`` when none has one."""
    return max((row.stamp for row in readings if isinstance(row, ReadRow)), default="")


def tombstones(understood: Sequence[Understood], type_: EventType) -> Mapping[str, Known]:
    """Rows of the watched table that this delivery says are gone: an older copy must not bring them back."""
    table = table_named(type_.table)
    if not table.deletes:
        return {}
    return {
        row.key: Snapshot(None, str(_values(row).get(table.stamp) or ""))
        for row in understood
        if row.kind is Kind.DELETED
    }


def _values(row: Understood) -> Row:
    return row.values if isinstance(row.values, dict) else {}
