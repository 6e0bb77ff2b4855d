"""Why each reaction did, or did not, want the rows of a delivery: told from what is kept of it, never from a guess."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from odevents.events.change import QUIET, Change, Kind
from odevents.events.delivery import kept_rows_in
from odevents.reactions.registry import Examination, Registry, examine
from odevents.store.inbox import Entry, RowOutcome
from odevents.store.store import Store

_QUIET = frozenset({*(str(kind) for kind in QUIET), "unreadable"})


@dataclass(frozen=True, slots=True)
class ExplainedRow:
    """One row of a delivery, and what each reaction made of it.

    :ivar number: counted from 0.
    :ivar values: the row as it was stored; patient data.
    :ivar examinations: empty for a row that no reaction ever sees.
    """

    number: int
    outcome: RowOutcome
    values: object
    examinations: Sequence[Examination]


def explained(store: Store, registry: Registry, entry: Entry) -> Iterator[ExplainedRow]:
    """Each row of a delivery that was understood.

    :raises SealBroken: its rows cannot be opened.
    """
    outcomes = store.inbox.outcomes(entry.office, entry.id)
    if not outcomes:
        return
    rows = kept_rows_in(store.inbox.body(entry.office, entry.id))
    for number, (outcome, values) in enumerate(zip(outcomes, rows, strict=True)):
        seen = outcome.kind not in _QUIET and isinstance(values, dict)
        change = _change(entry, outcome, values) if seen else None
        examinations = [examine(reaction, change) for reaction in registry] if change else []
        yield ExplainedRow(number, outcome, values, examinations)


def _change(entry: Entry, outcome: RowOutcome, values: Any) -> Change[Any]:
    return Change(
        kind=Kind(outcome.kind),
        office=entry.office,
        table=entry.table,
        key=outcome.key,
        stamp="",
        values=values,
        old=outcome.old,
        fields=frozenset(outcome.fields),
        workstation=entry.workstation,
        delivery=entry.id,
    )
