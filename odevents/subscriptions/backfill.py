"""What the events did not bring, read by REST and put through the same pipeline.

A page of rows, as far as they differ from what is known, becomes a delivery of our own in the office's inbox, in one
step with how far the reading has come. So a backfill may be killed anywhere and goes on there, and a second one finds
nothing to do. The workers decide what changed, as they do for any delivery.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from odevents.client.incremental import OVERLAP
from odevents.client.paging import Place, overlapping_pages
from odevents.events.tables import table_named
from odevents.store import keys
from odevents.store.atomic import Lease, Steps
from odevents.store.backfills import BackfillRecord, Mode, TableProgress
from odevents.store.feeds import close_gap
from odevents.store.ids import new_id
from odevents.store.inbox import PRIMED
from odevents.subscriptions.known_rows import different_rows, naming
from odevents.subscriptions.sources import SOURCES, Source, still_there

if TYPE_CHECKING:
    from odevents.client.opendental import OpenDental
    from odevents.office import OfficeAccess
    from odevents.store.store import Store

MOST_ROWS = 500
"""Of one delivery: half of what Open Dental itself sends at once."""

GOES_ON_WITHIN = 300.0
"""Seconds after which an interrupted list is read from its beginning: its rows are no longer where they were."""

_SECONDS = "%Y-%m-%d %H:%M:%S"

Tell = Callable[[TableProgress], None]


def begin(mode: Mode, since: Mapping[str, datetime | None], now: float) -> BackfillRecord:
    """A backfill that has not read anything yet.

    :param since: by watch table, from when on (office-local), ``None`` for everything. Priming leaves out those that
        only report deletions.
    """
    stamps = {table: moment.strftime(_SECONDS) if moment else "" for table, moment in since.items()}
    wanted = [(table, stamp) for table, stamp in stamps.items() if _wanted(table, mode)]
    return BackfillRecord(mode, now, tuple(_progress(table, stamp) for table, stamp in wanted))


def _wanted(table: str, mode: Mode) -> bool:
    return mode == "backfill" or not table_named(table).deletes


def _progress(table: str, stamp: str) -> TableProgress:
    if table not in SOURCES:
        return TableProgress(table, stamp, done=True, skipped="the API has no list of it that we know of")
    if SOURCES[table].way == "none":
        return TableProgress(table, stamp, done=True, skipped="the API lists it for one patient at a time only")
    return TableProgress(table, stamp)


@dataclass
class Backfill:
    """One office's backfill, while it runs.

    :ivar lease: of ``keys.backfill_lease``: one at a time.
    """

    store: Store
    office: OfficeAccess
    client: OpenDental
    lease: Lease
    clock: Callable[[], float]

    def run(self, record: BackfillRecord, tell: Tell) -> BackfillRecord:
        """Read table after table from where ``record`` stands; give back how it ended.

        :raises odevents.errors.CallError: the office did not answer; what was read so far is kept.
        """
        self._begin(record)
        for table in record.tables:
            if not table.done:
                record = self._read(self._started(table), record, tell)
        record = replace(record, ended_at=self.clock())
        self._commit(Steps(), record)
        return record

    def _started(self, table: TableProgress) -> TableProgress:
        """Where to go on with a table: where it was, unless that is long ago."""
        now = self.clock()
        if table.began_at and now - table.read_at <= GOES_ON_WITHIN:
            return table
        return replace(table, began_at=now, offset=0, last=(), read=0, unreadable=0)

    def _read(self, table: TableProgress, record: BackfillRecord, tell: Tell) -> BackfillRecord:
        gone = SOURCES[table.table].way == "gone"
        for steps, progress in self._gone(table) if gone else self._listed(table, record.mode):
            moved = replace(progress, read_at=self.clock())
            if moved.done and record.mode == "backfill":
                self._close(steps, moved)
            record = record.moved(moved)
            self._commit(steps, record)
            tell(moved)
        return record

    def _begin(self, record: BackfillRecord) -> None:
        """From the beginning of priming on, what is created is new: such a row is not primed but reacted to."""
        steps = Steps()
        if record.mode == "prime":
            began = self.office.local_time(record.began_at).strftime(_SECONDS)
            for table in record.tables:
                self.store.begin_feed(steps, self.office.name, table.table, began)
        self._commit(steps, record)

    def _commit(self, steps: Steps, record: BackfillRecord) -> None:
        self.store.backfills.keep(steps, self.office.name, record)
        self.lease.commit(steps)

    def _close(self, steps: Steps, table: TableProgress) -> None:
        """A gap that was known when the reading began, and that it reached, is no more."""
        gap = self.store.feeds.gaps(self.office.name).get(table.table)
        reached = gap and (not table.since or self.office.moment_of(table.since) <= gap.since)
        if gap and reached and gap.found_at <= table.began_at:
            close_gap(steps, self.office.name, table.table)

    def _listed(self, progress: TableProgress, mode: Mode) -> Iterator[tuple[Steps, TableProgress]]:
        """The pages of a list, each with the steps that put its different rows into the inbox."""
        source = SOURCES[progress.table]
        for page, place in self._pages(source, progress):
            rows = [row for row in page if isinstance(row, dict) and self._recent(source, row, progress)]
            different, unreadable = different_rows(self.store, self.office, progress.table, rows)
            steps = Steps()
            self._put(steps, progress.table, [row.values for row in different], mode)
            progress = replace(
                progress,
                offset=place.offset,
                last=place.last,
                read=progress.read + len(page),
                different=progress.different + len(different),
                unreadable=progress.unreadable + unreadable,
            )
            yield steps, progress
        steps = Steps()
        # Where only some days were listed, or a row was not understood, a row that is not known need not be new.
        if mode == "prime" and not source.days and not progress.unreadable:
            self._deliver(steps, progress.table, [], PRIMED)
        yield steps, replace(progress, done=True)

    def _pages(self, source: Source, progress: TableProgress) -> Iterator[tuple[list[object], Place]]:
        since = datetime.strptime(progress.since, _SECONDS) if progress.since else None  # noqa: DTZ007  office-local
        call = source.find(self.client).call(**source.query(since, self._day(progress)))
        name = naming(source.gone_from or progress.table)

        def known(row: object) -> str:
            plain = name(row).encode()
            return self.store.seals.fingerprint(plain, "listed", self.office.name).hex()[:16] if plain else ""

        return overlapping_pages(self.client.sender, call, known, Place(progress.offset, progress.last))

    def _recent(self, source: Source, row: dict[str, Any], progress: TableProgress) -> bool:
        """The history is asked for by day only."""
        stamp = str(row.get(table_named(progress.table).stamp) or "")
        return source.way != "history" or not progress.since or stamp >= progress.since

    def _put(self, steps: Steps, table: str, rows: list[dict[str, Any]], source: str) -> None:
        for start in range(0, len(rows), MOST_ROWS):
            self._deliver(steps, table, rows[start : start + MOST_ROWS], source)

    def _deliver(self, steps: Steps, table: str, rows: list[dict[str, Any]], source: str) -> None:
        now = self.clock()
        body = msgspec.json.encode(rows)
        self.store.inbox.put(steps, self.office.name, new_id("dlv", now), table, body, now, of="", source=source)

    def _gone(self, progress: TableProgress) -> Iterator[tuple[Steps, TableProgress]]:
        """The known rows that the whole list does not show and that are not there either when asked for."""
        source = SOURCES[progress.table]
        table = table_named(source.gone_from)
        began = self.office.local_time(self.clock())
        whole = replace(progress, since="", offset=0, last=())
        present = {
            str(row.get(table.key)) for page, _ in self._pages(source, whole) for row in page if isinstance(row, dict)
        }
        missing: list[dict[str, Any]] = []
        for key, values, stamp in self.store.snapshots.missing(self.office.name, table.name, present):
            # A row that changed while the list was being read may be missing from it for that.
            seen_before = stamp < (began - OVERLAP).strftime(_SECONDS)
            if (
                seen_before
                and self._listable(source, values, progress)
                and not still_there(self.client, table.name, key, values)
            ):
                row = {table.key: key, table_named(progress.table).stamp: began.strftime(_SECONDS)}
                missing.append(row | ({"PatNum": values["PatNum"]} if "PatNum" in values else {}))
        steps = Steps()
        self._put(steps, progress.table, missing, "backfill")
        yield steps, replace(progress, read=len(present), different=len(missing), done=True)

    def _listable(self, source: Source, values: dict[str, Any], progress: TableProgress) -> bool:
        """Whether the list would have shown the row: schedules are listed by their date."""
        asked = source.query(None, self._day(progress))
        day = str(values.get("SchedDate") or "")[:10]
        return "dateStart" not in asked or str(asked["dateStart"]) <= day <= str(asked["dateEnd"])

    def _day(self, progress: TableProgress) -> date:
        """The day on which the reading began: the list is that of the same days when it goes on after midnight."""
        return self.office.local_time(progress.began_at).date()


def run_backfill(
    store: Store,
    office: OfficeAccess,
    client: OpenDental,
    record: BackfillRecord,
    tell: Tell,
    clock: Callable[[], float],
) -> BackfillRecord:
    """Run a backfill, alone.

    :raises odevents.errors.LeaseLost: another backfill of this office runs.
    """
    with Lease(store.redis, keys.backfill_lease(office.name), new_id("lease", clock())) as lease:
        return Backfill(store, office, client, lease, clock).run(record, tell)
