"""``odevents freshness``: whether each office's feeds are alive, and how we know."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from odevents.cli.output import json_option, print_records

if TYPE_CHECKING:
    from odevents.office import OfficeAccess
    from odevents.subscriptions.freshness import FeedState

STALE = 3
"""Exit code of ``--check``: something is stale, or rows are missing."""


@click.command()
@click.option("--check", is_flag=True, help="Exit with 3 if a feed is stale or rows of it are missing; for cron.")
@click.option("--office", help="Only of this office.")
@json_option
def freshness(check: bool, office: str | None, as_json: bool) -> None:
    """Look at each office, by a call and one more a table, and say how its feeds are and how we know."""
    from odevents.cli.context import attach
    from odevents.cli.office_client import office_named
    from odevents.log import configure_logging
    from odevents.subscriptions.side_by_side import side_by_side
    from workers.offices_round import looking_after

    configure_logging("error", json=False)
    runtime = attach()
    chosen = {office: office_named(runtime, office)} if office else dict(runtime.offices)
    after = looking_after(runtime)
    found: dict[str, list[tuple[str, FeedState]]] = {}
    for name, states in side_by_side(chosen, lambda name: after.office(chosen[name], thorough=True)):
        if isinstance(states, Exception):
            raise states
        found[name] = states
    feeds = [(chosen[name], table, state) for name in chosen for table, state in found[name]]
    records = [_record(access, table, state) for access, table, state in feeds]
    print_records(records, ["office", "watch", "state", "since", "how we know", "missing since"], as_json=as_json)
    if not feeds:
        click.echo("no subscription of a table is declared in odevents.toml", err=True)
    for record in records if not as_json else ():
        _advise(record)
    if check and any(record["state"] == "stale" or record["missing since"] for record in records):
        raise SystemExit(STALE)


def _record(office: OfficeAccess, table: str, found: FeedState) -> dict[str, Any]:
    evidence = found.evidence
    return {
        "office": office.name,
        "watch": table,
        "state": str(found.state),
        "code": found.code,
        "reason": found.reason,
        "since": _at(office, found.since),
        "how we know": found.sentence,
        "next": found.next_step,
        "last delivery": _at(office, evidence.delivered_at),
        "last poll": _at(office, evidence.polled_at),
        "missing since": _at(office, evidence.gap.since) if evidence.gap else "",
        "close the gap": _closing(office, table, found),
    }


def _closing(office: OfficeAccess, table: str, found: FeedState) -> str:
    """The command that brings the rows that are missing."""
    import time

    from odevents.subscriptions.closing import closing_command

    gap = found.evidence.gap
    return closing_command(office.name, table, gap, time.time()) if gap else ""


def _advise(record: dict[str, Any]) -> None:
    """What to do about it, below the table."""
    who = f"{record['office']} {record['watch']}"
    if record["next"] and record["state"] in ("late", "stale"):
        click.echo(f"{record['code']} {who}: {record['how we know']}\n      Do: {record['next']}", err=True)
    if record["close the gap"]:
        click.echo(f"OD208 {who}: rows may be missing since {record['missing since']}", err=True)
        click.echo(f"      Do: {record['close the gap']}", err=True)


def _at(office: OfficeAccess, moment: float | None) -> str:
    """On the office's wall clock."""
    return "" if moment is None else f"{datetime.fromtimestamp(moment, office.zone):%Y-%m-%d %H:%M:%S}"
