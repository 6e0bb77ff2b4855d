"""Deliveries of our own that a backfill made, and what every delivery tells of its feed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from odevents.events.change import Kind
from odevents.events.tables import WATCH_TABLES
from odevents.events.understanding import Understood
from odevents.store.atomic import Steps
from odevents.store.feeds import arrive
from odevents.store.inbox import PRIME, PRIMED, Entry
from odevents.store.store import Store

NEVER = "9999"
"""Later than all stamps: being young does not prove that a row is new while all rows are read for the first time."""


def young_since(entry: Entry, just_now: str) -> str:
    """Since when (office-local) a row must have been created to be new for that alone."""
    return NEVER if entry.source == PRIME else just_now


def without_first_seen(understood: Sequence[Understood], entry: Entry) -> list[Understood]:
    """The rows as they were understood; those that priming showed for the first time are known, and nothing else."""
    if entry.source != PRIME:
        return list(understood)
    return [replace(row, change=None) if row.kind is Kind.FIRST_SEEN else row for row in understood]


def note_feed(store: Store, steps: Steps, entry: Entry) -> None:
    """Add the step that notes a sign of life of the feed, or that all its rows are known."""
    if entry.source == "WatchTable" and entry.table in WATCH_TABLES:
        arrive(steps, entry.office, entry.table, entry.received_at)
    elif entry.source == PRIMED:
        store.complete_feed(steps, entry.office, entry.table)
