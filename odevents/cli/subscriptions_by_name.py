"""``odevents subscriptions adopt | rewind | pause | resume | remove``: one declared name at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from odevents.cli.office_by_office import chosen, exit_partly, for_each_office, note_deed, office_option, tell_failed
from odevents.cli.output import json_option, print_records
from odevents.cli.wish import oldest
from odevents.errors import ConfigError

if TYPE_CHECKING:
    from odevents.runtime import Runtime
    from odevents.subscriptions.actual import Held
    from odevents.subscriptions.office_subscriptions import OfficeSubscriptions

_TOLD = ("office", "subscription", "number", "result")
_REWOUND = ("office", "subscription", "number", "result", "before", "start")

Records = list[dict[str, Any]]


@click.command()
@click.argument("office")
@click.argument("number", type=click.IntRange(1))
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do it; without, only say what would change.")
def adopt(office: str, number: int, name: str, yes: bool) -> None:
    """Make subscription NUMBER of OFFICE the declared NAME. It keeps its cursor; whoever had its events loses them."""
    from odevents.cli.context import attach
    from odevents.subscriptions.adopting import adoption_of
    from odevents.subscriptions.apply import carry_out

    def adopt_here(subscriptions: OfficeSubscriptions) -> list[str]:
        step = adoption_of(subscriptions, number, name)
        if yes:
            carry_out(subscriptions.clients, step)
            subscriptions.look()
        return [str(change) for change in step.changes]

    runtime = attach()
    changed, failed = for_each_office(runtime, chosen(runtime, [office]), adopt_here)
    tell_failed(failed)
    for change in changed.get(office, []):
        click.echo(change)
    if changed and yes:
        note_deed(runtime, "subscriptions adopt", f"{office}: #{number} as {name}")
    if changed:
        click.echo(f"{office}: #{number} is {name} now" if yes else "add --yes to do it", err=True)
    exit_partly(len(changed), len(failed))


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option("--since", required=True, help="How far back: 30m, 2h, 2d …; Open Dental sends three days at the most.")
@office_option
@json_option
def rewind(names: tuple[str, ...], since: str, wanted: tuple[str, ...], as_json: bool) -> None:
    """Have what changed since then sent again, by all subscriptions of tables or those named."""
    from odevents.subscriptions.rewind import is_within_reach
    from odevents.subscriptions.rewind import rewind as set_back

    start = oldest(since)

    def set_back_here(office: OfficeSubscriptions) -> Records:
        held = [found for name, found in _kept(office).items() if not names or name in names]
        return [
            _told(office, found.name, found.number, "set back" if found.moved else "stands further back already")
            | {"before": found.before, "start": found.start}
            for found in set_back(office.clients[0].subscriptions, held, office.office, start)
        ]

    def close_gaps(runtime: Runtime, office: str, records: Records) -> None:
        again = {record["subscription"] for record in records}
        tables = [one.watch for one in runtime.config.subscriptions if one.watch and one.name in again]
        runtime.store.feeds.close_gaps(office, start, tables)

    reached = is_within_reach(start, time.time())
    if not reached:
        click.echo("Open Dental sends the changes of three days; for older ones: odevents backfill", err=True)
    then = close_gaps if reached else None
    _everywhere("subscriptions rewind", set_back_here, wanted, as_json=as_json, columns=_REWOUND, then=then)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@office_option
@click.option("--reason", default="", help="Why; it is kept with your name.")
@json_option
def pause(names: tuple[str, ...], wanted: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Stop subscriptions for a while; apply leaves them stopped. Open Dental keeps three days of changes for them."""
    from odevents.subscriptions.marks import marked

    def pause_one(office: OfficeSubscriptions, name: str, held: Held) -> str:
        if held.mark.state == "paused":
            return "was paused already"
        stop = office.office.local_time(office.clock()).replace(microsecond=0) - timedelta(seconds=1)
        note = marked(held.row.Note, name, "paused")
        office.clients[held.key].subscriptions.update(held.number, DateTimeStop=stop, Note=note)
        return "paused"

    _everywhere("subscriptions pause", _each(names, pause_one), wanted, as_json=as_json, reason=reason)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@office_option
@json_option
def resume(names: tuple[str, ...], wanted: tuple[str, ...], as_json: bool) -> None:
    """Let paused subscriptions run again; what changed meanwhile is sent, three days of it at the most."""
    from odevents.subscriptions.marks import marked
    from odevents.subscriptions.rewind import KEPT

    def resume_one(office: OfficeSubscriptions, name: str, held: Held) -> str:
        if held.mark.state != "paused":
            return "was not paused"
        note = marked(held.row.Note, name)
        office.clients[held.key].subscriptions.update(held.number, DateTimeStop=None, Note=note)
        began = held.row.DateTimeStart
        now = office.office.local_time(office.clock())
        missed = held.row.WatchTable and began is not None and now - began > KEPT
        return "resumed; changes of before three days ago are missing: odevents backfill" if missed else "resumed"

    _everywhere("subscriptions resume", _each(names, resume_one), wanted, as_json=as_json)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@office_option
@click.option("--reason", default="", help="Why; it is kept with your name.")
@json_option
def remove(names: tuple[str, ...], wanted: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Remove subscriptions of ours; one that is still declared comes back with the next apply."""
    from odevents.subscriptions.adopting import remove_all

    def remove_here(office: OfficeSubscriptions) -> Records:
        done = remove_all(office, names)
        return [_told(office, step.name, step.number, "removed" if gone else "stopped for good") for step, gone in done]

    _everywhere("subscriptions remove", remove_here, wanted, as_json=as_json, reason=reason)


def _each(
    names: Sequence[str], act: Callable[[OfficeSubscriptions, str, Held], str]
) -> Callable[[OfficeSubscriptions], Records]:
    """Act on each of the named subscriptions that an office has, and look again."""

    def here(office: OfficeSubscriptions) -> Records:
        kept = _kept(office)
        done = [_told(office, name, kept[name].number, act(office, name, kept[name])) for name in names if name in kept]
        office.look()
        return done

    return here


def _kept(office: OfficeSubscriptions) -> dict[str, Held]:
    return dict(office.plan(office.read(only_subscriptions=True)).kept)


def _told(office: OfficeSubscriptions, name: str, number: int, result: str) -> dict[str, Any]:
    return {"office": office.office.name, "subscription": name, "number": number, "result": result}


def _everywhere(
    what: str,
    action: Callable[[OfficeSubscriptions], Records],
    wanted: Sequence[str],
    *,
    as_json: bool,
    columns: Sequence[str] = _TOLD,
    reason: str = "",
    then: Callable[[Runtime, str, Records], None] | None = None,
) -> None:
    """Act at the offices, side by side, print what was done, and keep who did it.

    :param then: what else follows from what was done at an office.
    """
    from odevents.cli.context import attach

    runtime = attach()
    done, failed = for_each_office(runtime, chosen(runtime, wanted), action)
    records = [record for found in done.values() for record in found]
    print_records(records, columns, as_json=as_json)
    tell_failed(failed)
    for office, found in done.items():
        if found:
            note_deed(runtime, what, f"{office}: {', '.join(record['subscription'] for record in found)}", reason)
        if found and then:
            then(runtime, office, found)
    if not records and not failed:
        raise ConfigError("no office has such a subscription; `odevents subscriptions list` shows those there are")
    exit_partly(len(done), len(failed))
