"""Replay: a delivery processed again is compared with nothing. Its rows are the changes that they were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from odevents.errors import RowUnreadable
from odevents.events.change import QUIET, Change, Kind
from odevents.events.row import read
from odevents.events.tables import table_named
from odevents.events.understanding import Understood
from odevents.store.inbox import Entry, RowOutcome

_NO_CHANGE = frozenset(str(kind) for kind in QUIET) | {"unreadable"}


def as_they_were(
    understood: Sequence[Understood], outcomes: Sequence[RowOutcome], entry: Entry
) -> Iterator[Understood]:
    """The rows of a replay, each with the change it was the first time.

    Rows that nothing is known of, or that could not be read then, are taken as they come now. The changes have the
    identities they had, so what took effect then will not again; what is wanted only by today's reactions will.
    """
    for index, row in enumerate(understood):
        outcome = outcomes[index] if index < len(outcomes) else None
        if outcome is None or outcome.kind in _NO_CHANGE or not isinstance(row.values, dict):
            yield row
        else:
            yield replace(row, kind=Kind(outcome.kind), change=_change(row, outcome, entry))


def _change(row: Understood, outcome: RowOutcome, entry: Entry) -> Change[object] | None:
    assert isinstance(row.values, dict)
    try:
        stamp = read(row.values, table_named(entry.table)).stamp
    except RowUnreadable:
        return None
    return Change(
        kind=Kind(outcome.kind),
        office=entry.office,
        table=entry.table,
        key=outcome.key,
        stamp=stamp,
        values=row.values,
        old=outcome.old,
        fields=frozenset(outcome.fields),
        workstation=entry.workstation,
        delivery=entry.replay_of,
        forgotten=outcome.forgotten,
    )
