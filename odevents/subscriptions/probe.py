"""A cheap look by REST: are there changed rows that never came to us?

Each look asks for what changed since the one before, so that every changed row is compared once, within a few calls.
It also finds what the events lose now and then by themselves (a row that changes while its page is being read).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from odevents.client.paging import overlapping_pages
from odevents.store.feeds import Evidence, Gap, Probe
from odevents.subscriptions.known_rows import different_rows, naming
from odevents.subscriptions.sources import SOURCES

if TYPE_CHECKING:
    from odevents.client.opendental import OpenDental
    from odevents.events.row import ReadRow
    from odevents.office import OfficeAccess
    from odevents.store.store import Store

MOST_PAGES = 10
"""Of one look; where more has changed, nothing is said about what is missing."""

PASSED_BY = timedelta(minutes=2)
"""A row is passed over when the cursor is further on than it by this; the office's clock may run a little apart."""

_SECONDS = "%Y-%m-%d %H:%M:%S"


def can_probe(table: str) -> bool:
    """Whether the API lists what changed in a table."""
    return table in SOURCES and SOURCES[table].way == "changes"


def probe(
    store: Store, office: OfficeAccess, client: OpenDental, table: str, evidence: Evidence, now: float
) -> tuple[Probe, Gap | None] | None:
    """Look; give what was found, and the gap if rows were passed over; ``None`` when nothing can be said now.

    :raises odevents.errors.CallError: the office did not answer.
    :raises StoreUnavailable: Redis did not answer.
    """
    since = _since(evidence, office)
    found = _read(client, table, since, office, now)
    if found is None or store.inbox.depth(office.name):
        return None  # too much, or what is missing may be waiting to be understood
    rows, server = found
    skew = now - office.moment_of(server)
    different, _ = different_rows(store, office, table, rows)
    missing = sorted((row for row in different if row.stamp), key=_stamp)
    if not missing:
        return Probe(now, until=server), None
    oldest = min(office.moment_of(missing[0].stamp) + skew, now)
    return Probe(now, len(missing), oldest, until=missing[0].stamp), _gap(missing, evidence, office, now)


def _stamp(row: ReadRow) -> str:
    return row.stamp


def _since(evidence: Evidence, office: OfficeAccess) -> datetime:
    """From where the last look left off; from a gap's beginning, to see whether it has been closed."""
    until = evidence.probe.until if evidence.probe else ""
    since = datetime.fromisoformat(until) if until else office.local_time(evidence.watched_since)
    return min(since, office.local_time(evidence.gap.since)) if evidence.gap else since


def _read(
    client: OpenDental, table: str, since: datetime, office: OfficeAccess, now: float
) -> tuple[list[dict[str, Any]], str] | None:
    """The changed rows and the office's time at the beginning; ``None`` when they are too many."""
    source = SOURCES[table]
    call = source.find(client).call(**source.query(since, since.date()))
    read = list(islice(overlapping_pages(client.sender, call, naming(table)), MOST_PAGES + 1))
    if len(read) > MOST_PAGES:
        return None
    rows = [row for page, _ in read for row in page if isinstance(row, dict)]
    told = next((str(row["serverDateTime"]) for row in rows if row.get("serverDateTime")), "")
    return rows, told or office.local_time(now).strftime(_SECONDS)


def _gap(missing: list[ReadRow], evidence: Evidence, office: OfficeAccess, now: float) -> Gap | None:
    if not evidence.cursor or evidence.subscription != "active":
        return None
    cursor = datetime.fromisoformat(evidence.cursor) - PASSED_BY
    passed = [row for row in missing if row.stamp < cursor.strftime(_SECONDS)]
    return Gap(office.moment_of(passed[0].stamp), "passed", now) if passed else None
