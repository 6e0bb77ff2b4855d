"""Which of the rows that REST shows are not as we know them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from odevents.errors import RowUnreadable
from odevents.events.change import QUIET, Feed, Snapshot, detect
from odevents.events.row import ReadRow, minimise, read, validate
from odevents.events.tables import table_named

if TYPE_CHECKING:
    from odevents.office import OfficeAccess
    from odevents.store.store import Store


def different_rows(store: Store, office: OfficeAccess, table: str, rows: Iterable[dict[str, Any]]) -> list[ReadRow]:
    """The rows that are new to us or differ, what nobody may keep taken out of them.

    Rows that cannot be read are left to the events, which make dead letters of them once. Columns that only one of REST
    and events has are no difference.

    :raises StoreUnavailable: Redis did not answer.
    """

    def fingerprint(value: bytes) -> bytes:
        return store.seals.fingerprint(value, "minimised", office.name)

    readings: list[ReadRow] = []
    for row in rows:
        minimise(row, fingerprint)
        with suppress(RowUnreadable):
            validate(row, table_named(table))
            readings.append(read(row, table_named(table)))
    known = store.snapshots.read(office.name, table, [reading.key for reading in readings])
    return [reading for reading in readings if _differs(office, table, reading, known.get(reading.key))]


def _differs(office: OfficeAccess, table: str, row: ReadRow, known: Snapshot | None) -> bool:
    feed = Feed("", "", office.comes_twice)
    return detect(known, row, table_named(table), feed, lambda *_: False).kind not in QUIET
