"""Change detection: an event compared with the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar, cast

import msgspec
from pydantic import BaseModel

from odevents.events.row import ReadRow, Row, stamp_of, validate
from odevents.events.tables import VOLATILE, Table, table_named

RowT = TypeVar("RowT")


class Kind(StrEnum):
    """How an event relates to what was known of its row."""

    CREATED = "created"
    """The row is new, and proves it by its creation date."""
    UPDATED = "updated"
    """Columns changed since the snapshot."""
    DELETED = "deleted"
    """The row was deleted at the office."""
    FIRST_SEEN = "first-seen"
    """The row is new to us only; nothing is known to have changed."""
    DUPLICATE = "duplicate"
    """Nothing differs from the snapshot."""
    STALE = "stale"
    """The event is older than the snapshot, which stays."""
    ECHO = "echo"
    """All that changed is what we wrote ourselves."""
    SELECTED = "selected"
    """A person opened the row on a workstation; nothing need have changed."""


QUIET = frozenset({Kind.DUPLICATE, Kind.STALE, Kind.ECHO})
"""Kinds that no reaction ever sees."""


class Comparison(msgspec.Struct, frozen=True):
    """A known row held against the same row later.

    :ivar unlike: see :func:`unlike`.
    :ivar now: the row as it will be known.
    """

    unlike: Row
    now: Known


class Known(Protocol):
    """The last row seen for (office, table, key), however it is kept."""

    @property
    def values(self) -> Row | None:
        """The row, ``None`` when it is known to be deleted."""

    @property
    def stamp(self) -> str:
        """When it last changed."""

    @property
    def gone(self) -> bool:
        """Whether it is known to be deleted."""

    def against(self, after: ReadRow) -> Comparison | None:
        """Hold the same row against it; ``None`` where all is as it was."""


class Snapshot(msgspec.Struct, frozen=True):
    """A known row as it came.

    :ivar values: ``None`` when the row is known to be deleted.
    """

    values: Row | None
    stamp: str = ""

    @property
    def gone(self) -> bool:
        """See :class:`Known`."""
        return self.values is None

    def against(self, after: ReadRow) -> Comparison | None:
        """See :class:`Known`."""
        found = unlike(self.values or {}, after.values)
        return Comparison(found, Snapshot(after.values, after.stamp)) if found else None


WHOLE_ROW = "*"
"""Stands for all columns of a row that a write of ours created."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A time of which the store has forgotten what came and what was done; both ends are office-local stamps.

    A row without a snapshot that changed then was known before: it is presumed to have been updated, in columns that
    nobody can tell any more.
    """

    since: str
    until: str

    def covers(self, stamp: str) -> bool:
        """Whether something stamped so happened then."""
        return bool(stamp) and self.since <= stamp <= self.until


EVERYTHING = "*"
"""The feed is known to have shown every row there is: a backfill saw to it."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Since when an office's rows of one table have been coming in; times are office-local.

    :ivar since: newest change stamp of the first delivery ever, ``""`` before there was one, or ``EVERYTHING``. Rows
        created later would have been seen, so what is not known is new. (A row that never changed after its creation
        proves nothing: most of an office's old rows are like that.)
    :ivar just_now: some minutes before the present delivery came; a row created after that is new in any case.
    :ivar comes_twice: whether the office's clocks show this time twice, as in the hour in which summer time ends.
    :ivar lost: the time that was forgotten, where somebody has said so (``odevents recover``).
    """

    since: str
    just_now: str
    comes_twice: Callable[[str], bool] = lambda _: False
    lost: Lost | None = None


Explained = Callable[[str, Any, Any], bool]
"""Whether a column's change, from an old to a new value, is exactly what a write of ours did."""


def nothing(_column: str, _old: Any, _new: Any) -> bool:
    """No write of ours did it."""
    return False


class Change(msgspec.Struct, Generic[RowT], frozen=True, dict=True, repr_omit_defaults=True):
    """What happened to one row; what a handler is given.

    :ivar office: name of the office in ``odevents.toml``.
    :ivar table: watch table or UI event type.
    :ivar key: the row's primary key, as text.
    :ivar fields: columns that changed; never one that only we changed.
    :ivar values: the whole row as it was sent.
    :ivar old: previous values of the changed columns.
    :ivar delivery: id of the delivery that carried it.
    :ivar forgotten: ``""``, or since when (office-local) the store has forgotten what was done, this change's
        reactions perhaps among it.
    """

    kind: Kind
    office: str
    table: str
    key: str
    stamp: str
    values: Row
    old: Row = {}
    fields: frozenset[str] = frozenset()
    workstation: str = ""
    delivery: str = ""
    forgotten: str = ""

    def __repr__(self) -> str:
        return f"Change({self.kind}, {self.office}, {self.table}, {self.delivery})"  # nothing of the row

    @property
    def presumed(self) -> bool:
        """Whether the row was updated in columns that nobody can tell any more, because the store was lost.

        ``fields`` are all of them then, and ``before`` is ``None``.
        """
        return self.kind is Kind.UPDATED and not self.old

    @cached_property
    def row(self) -> RowT:
        """The row as a typed model (a plain ``dict`` for tables without one)."""
        return self._typed(self.values)

    @cached_property
    def before(self) -> RowT | None:
        """The row as it was, ``None`` when that is not known."""
        if self.kind is not Kind.UPDATED or self.presumed:
            return None
        return self._typed({**self.values, **self.old})

    @property
    def patient(self) -> str:
        """The patient the row is about, as text; ``""`` where it is about none."""
        return str(self.values.get("PatNum") or "")

    def _typed(self, values: Row) -> RowT:
        model: BaseModel | None = validate(values, table_named(self.table))
        return cast("RowT", values if model is None else model)


class Verdict(msgspec.Struct, frozen=True):
    """How a row compares: its kind, which columns changed, and what they held before.

    :ivar comparison: what the row was compared with; ``None`` where nothing was known, or all is as it was.
    """

    kind: Kind
    old: Row = {}
    fields: frozenset[str] = frozenset()
    comparison: Comparison | None = None


_DUPLICATE, _STALE = Verdict(Kind.DUPLICATE), Verdict(Kind.STALE)


def detect(before: Known | None, row: ReadRow, table: Table, feed: Feed, explained: Explained) -> Verdict:
    """Compare one row with what was known of it."""
    if table.deletes:
        return _DUPLICATE if before and _same_deletion(before, row.values) else Verdict(Kind.DELETED)
    if before is None:
        if explained(WHOLE_ROW, None, None):
            return Verdict(Kind.ECHO)
        return _unknown(row, feed)
    if before.gone:
        return _STALE if row.stamp <= before.stamp else Verdict(Kind.FIRST_SEEN)
    comparison = before.against(row)
    if comparison is None:
        return _DUPLICATE
    if table.key in comparison.unlike and not same(comparison.unlike[table.key], row.values[table.key]):
        return _unknown(row, feed)  # another row, kept under the same fingerprint
    if row.stamp and row.stamp < _stamp_in(comparison.unlike, table) and not feed.comes_twice(row.stamp):
        return _STALE
    return _compared(comparison, row, table, explained)


def _stamp_in(unlike: Row, table: Table) -> str:
    """The stamp that was known; ``""`` where it has not moved, or was none."""
    return "" if unlike.get(table.stamp, ABSENT) is ABSENT else stamp_of(unlike, table)


def _unknown(row: ReadRow, feed: Feed) -> Verdict:
    if _proves_creation(row, feed):
        return Verdict(Kind.CREATED)
    if feed.lost and feed.lost.covers(row.stamp):
        return Verdict(Kind.UPDATED, fields=frozenset(row.values) - VOLATILE)
    return Verdict(Kind.FIRST_SEEN)


def _compared(comparison: Comparison, row: ReadRow, table: Table, explained: Explained) -> Verdict:
    unlike = comparison.unlike
    changed = meant(unlike, row.values)
    if not changed:
        return _DUPLICATE
    # The stamp moves with every change; alone it says that something changed and changed back.
    meaningful = changed - {table.stamp} or changed
    ours = _ours(unlike, row, meaningful, explained) if explained is not nothing else set()
    if ours == meaningful:
        return Verdict(Kind.ECHO, comparison=comparison)
    fields = frozenset(meaningful - ours)
    return Verdict(Kind.UPDATED, {name: unlike[name] for name in sorted(fields)}, fields, comparison)


def _ours(unlike: Row, row: ReadRow, meaningful: Set[str], explained: Explained) -> set[str]:
    """The columns that only we changed."""
    ours = {name for name in meaningful if explained(name, unlike[name], row.values[name])}
    # "confirmed" is the text of "Confirmed": whoever changed the column changed its helper with it.
    return ours | {name for name in meaningful if name[:1].islower() and name[:1].upper() + name[1:] in ours}


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Columns present in both whose values differ in meaning.

    A column that a new Open Dental version adds or drops is not a change of the row.
    """
    return meant(unlike(before, after), after)


ABSENT: Any = object()
"""Stands for the value of a column that is not there."""


def unlike(before: Mapping[str, Any], after: Mapping[str, Any]) -> Row:
    """What ``before`` holds in the columns of ``after`` that hold something else there, or that it does not have."""
    if before == after:
        return {}
    return {name: old for name, value in after.items() if (old := before.get(name, ABSENT)) != value}


def meant(unlike: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Those of the unlike columns that differ in meaning."""
    return {
        name
        for name, old in unlike.items()
        if old is not ABSENT and name not in VOLATILE and not same(old, after[name])
    }


def same(a: object, b: object) -> bool:
    """Whether two JSON values mean the same: ``19`` and ``"19"``, ``"True"`` and ``"true"`` do."""
    if a == b or (a.__class__ is int and b.__class__ is int):
        return a == b
    return _spelling(a) == _spelling(b)


def _spelling(value: object) -> str:
    text = value if isinstance(value, str) else "" if value is None else str(value)
    folded = text.casefold()
    return folded if folded == "true" or folded == "false" else text


def _proves_creation(row: ReadRow, feed: Feed) -> bool:
    """A row without snapshot is new if its feed would have shown it earlier had it been there."""
    if feed.since == EVERYTHING:
        return True
    if not row.created:
        return False
    known_since = min(filter(None, (feed.since, feed.lost.since if feed.lost else "")), default="")
    if known_since and row.created > known_since[: len(row.created)]:
        return True
    return len(row.created) > len("yyyy-MM-dd") and row.created >= feed.just_now


def _same_deletion(before: Known, after: Row) -> bool:
    """By REST a deletion is told with other columns than by an event; a row is deleted once."""
    return not before.gone and not differing(before.values or {}, after)
