"""``odevents backfill``: what the events did not bring, read by REST; and making all rows known on the first day."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING

import click

from odevents.cli.output import json_option, print_records

if TYPE_CHECKING:
    from odevents.client.opendental import OpenDental
    from odevents.office import OfficeAccess
    from odevents.runtime import Runtime
    from odevents.store.backfills import BackfillRecord, Mode, TableProgress
    from odevents.store.feeds import Evidence


@click.command()
@click.argument("office")
@click.option(
    "--since",
    help="Changes of the last 36h, 5d …, or since a time, office-local unless it names a zone: '2026-11-15 08:00'.",
)
@click.option("--tables", help="Only these watch tables, with commas between; all declared ones if left out.")
@click.option("--prime", is_flag=True, help="Make all rows known, without a reaction to those that were there before.")
@json_option
def backfill(office: str, since: str | None, tables: str | None, prime: bool, as_json: bool) -> None:
    """Read by REST what the events of OFFICE did not bring, and put it through the same pipeline.

    Without --since, from where its rows are known or feared to be missing. Within the office's budget, behind the
    reactions; one that was interrupted goes on where it was. A second run finds nothing to do.
    """
    from odevents.cli.context import attach
    from odevents.cli.office_by_office import note_deed
    from odevents.cli.office_client import office_named, open_session
    from odevents.client.opendental import OpenDental
    from odevents.log import configure_logging

    configure_logging("error", json=False)
    runtime = attach()
    access = office_named(runtime, office)
    record = _chosen(runtime, access, since, tables, prime)
    with open_session(runtime, access, last=True) as session:
        ended = _run(runtime, access, OpenDental(session), record)
    runtime.hints.give(access.name, "inbox", time.time())
    note_deed(runtime, "prime" if prime else "backfill", f"{office}: {ended.different} rows differed")
    records = [
        {"table": table.table, "read": table.read, "different": table.different, "unreadable": table.unreadable}
        | {"skipped": table.skipped}
        for table in ended.tables
    ]
    print_records(records, ["table", "read", "different", "skipped"], as_json=as_json)
    for table in ended.tables:
        if table.unreadable:
            click.echo(f"{table.table}: {table.unreadable} rows cannot be read and are not known here", err=True)
    if ended.different:
        click.echo(f"Next: odevents deliveries list --office {office}   (workers understand them now)", err=True)


def _run(runtime: Runtime, office: OfficeAccess, client: OpenDental, record: BackfillRecord) -> BackfillRecord:
    """Run it; the lease of one that was killed a moment ago is waited out.

    :raises ConfigError: another one runs.
    """
    from odevents.errors import ConfigError, LeaseLost
    from odevents.store.atomic import LEASE_MS
    from odevents.subscriptions.backfill import run_backfill

    until = time.monotonic() + LEASE_MS / 1000 + 1
    while True:
        try:
            return run_backfill(runtime.store, office, client, record, _tell, time.time)
        except LeaseLost:
            if time.monotonic() > until:
                raise ConfigError(f"another backfill of {office.name} runs; look again when it has ended") from None
        time.sleep(0.5)


def _chosen(
    runtime: Runtime, office: OfficeAccess, since: str | None, tables: str | None, prime: bool
) -> BackfillRecord:
    """What to read: the interrupted backfill, unless another one is asked for.

    :raises ConfigError: a table or a time is wrong, or nothing says since when.
    """
    from odevents.subscriptions.backfill import begin
    from odevents.subscriptions.watching import watched_tables

    mode: Mode = "prime" if prime else "backfill"
    last = runtime.store.backfills.of(office.name)
    if last and not last.ended_at and last.mode == mode and not since and not tables:
        click.echo("going on with the one that was interrupted", err=True)
        return last
    chosen = tables.split(",") if tables else watched_tables(runtime.config, office.name)
    now = time.time()
    return begin(
        mode, {_known(table): None if prime else _since(runtime, office, table, since, now) for table in chosen}, now
    )


def _known(table: str) -> str:
    from odevents.errors import ConfigError
    from odevents.events.tables import WATCH_TABLES

    if table not in WATCH_TABLES:
        raise ConfigError(f"no watch table {table!r}; there are: {', '.join(WATCH_TABLES)}")
    return table


def _since(runtime: Runtime, office: OfficeAccess, table: str, since: str | None, now: float) -> datetime | None:
    """From when on changes are read: what was asked for, or the gap's beginning, or the last sign of life."""
    from odevents.errors import ConfigError
    from odevents.subscriptions.sources import SOURCES

    if since is not None:
        return moment_named(since, office, now)
    if table in SOURCES and SOURCES[table].way not in ("changes", "history"):
        return None  # read as a whole anyway
    kept = runtime.store.feeds.read([office.name]).get((office.name, table))
    begin = _last_sign(kept.evidence) if kept else runtime.store.feeds.arrivals(office.name).get(table)
    if begin is None:
        raise ConfigError(f"nothing tells since when {table} of {office.name} is missing: say --since 5d, or --prime")
    return office.local_time(min(begin, now))


def moment_named(since: str, office: OfficeAccess, now: float) -> datetime:
    """What ``--since`` names, on the office's clock, which is also meant by a time that names no zone.

    :raises ConfigError: no time of the last hundred years.
    """
    from odevents.cli.wish import oldest
    from odevents.errors import ConfigError

    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        return office.local_time(oldest(since))
    today = office.local_time(now)
    if not today.year - 100 < moment.year <= today.year + 1:
        raise ConfigError(f"--since {since} is not within the last hundred years")
    moment = moment.astimezone(office.zone).replace(tzinfo=None) if moment.tzinfo else moment
    if moment > today:
        raise ConfigError(f"--since {since} lies in the future: at {office.name} it is {today:%Y-%m-%d %H:%M}")
    return moment


def _last_sign(evidence: Evidence) -> float:
    if evidence.gap:
        return evidence.gap.since
    return evidence.delivered_at or evidence.polled_at or evidence.watched_since


def _tell(progress: TableProgress) -> None:
    """One line a table; on a terminal it moves while the pages come."""
    text = f"{progress.table:22} {progress.read:7} rows read {progress.different:7} different"
    if sys.stderr.isatty():
        click.echo(f"\r{text}", err=True, nl=progress.done)
    elif progress.done:
        click.echo(text, err=True)
