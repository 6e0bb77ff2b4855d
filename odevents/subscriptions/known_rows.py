"""Which of the rows that REST shows are not as we know them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from odevents.errors import RowUnreadable
from odevents.events.change import QUIET, Feed, Known, detect
from odevents.events.row import ReadRow, minimise, read, validate
from odevents.events.tables import table_named

if TYPE_CHECKING:
    from odevents.office import OfficeAccess
    from odevents.store.store import Store


def different_rows(
    store: Store, office: OfficeAccess, table: str, rows: Iterable[dict[str, Any]]
) -> tuple[list[ReadRow], int]:
    """The rows that are new to us or differ, what nobody may keep taken out of them; and how many cannot be read.

    Those that cannot be read are left to the events, which make dead letters of them once. Columns that only one of
    REST and events has are no difference.

    :raises StoreUnavailable: Redis did not answer.
    """

    def fingerprint(value: bytes) -> bytes:
        return store.seals.fingerprint(value, "minimised", office.name)

    readings: list[ReadRow] = []
    unreadable = 0
    for row in rows:
        minimise(row, fingerprint)
        try:
            validate(row, table_named(table))
            readings.append(read(row, table_named(table)))
        except RowUnreadable:
            unreadable += 1
    known = store.snapshots.read(office.name, table, [reading.key for reading in readings])
    different = [reading for reading in readings if _differs(office, table, reading, known.get(reading.key))]
    return different, unreadable


def naming(table: str) -> Callable[[object], str]:
    """What identifies a row of a table's list, as it is: its key and its stamp, ``""`` where it has no key."""
    key, stamp = table_named(table).key, table_named(table).stamp

    def name(row: object) -> str:
        return f"{row[key]} {row.get(stamp, '')}" if isinstance(row, dict) and key in row else ""

    return name


def _differs(office: OfficeAccess, table: str, row: ReadRow, known: Known | None) -> bool:
    feed = Feed("", "", office.comes_twice)
    return detect(known, row, table_named(table), feed, lambda *_: False).kind not in QUIET
