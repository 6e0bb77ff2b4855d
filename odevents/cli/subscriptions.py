"""``odevents subscriptions``: what each office is declared to send, what it does send, and making it so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from odevents.cli.office_by_office import chosen, exit_partly, for_each_office, office_option, tell_failed
from odevents.cli.output import json_option, print_records
from odevents.cli.subscriptions_apply import apply
from odevents.cli.subscriptions_by_name import adopt, pause, remove, resume, rewind
from odevents.cli.subscriptions_plan import plan

if TYPE_CHECKING:
    from odevents.subscriptions.actual import Held
    from odevents.subscriptions.office_subscriptions import OfficeSubscriptions

_LISTED = ("office", "subscription", "number", "brings", "workstation", "every", "last_poll", "state", "endpoint")


@click.group()
def subscriptions() -> None:
    """What each office is declared to send, what it does send, and making it so."""


@subscriptions.command("list")
@office_option
@json_option
def list_(wanted: tuple[str, ...], as_json: bool) -> None:
    """List the offices' subscriptions as Open Dental has them. Times are the office's."""
    from odevents.cli.context import attach

    def read(office: OfficeSubscriptions) -> list[dict[str, Any]]:
        actual = office.read(only_subscriptions=True)
        return [_listed(office, held) for held in actual.subscriptions]

    runtime = attach()
    found, failed = for_each_office(runtime, chosen(runtime, wanted), read)
    print_records([record for records in found.values() for record in records], _LISTED, as_json=as_json)
    tell_failed(failed)
    exit_partly(len(found), len(failed))


def _listed(office: OfficeSubscriptions, held: Held) -> dict[str, Any]:
    from odevents.subscriptions.marks import shown
    from odevents.subscriptions.matching import is_ours

    row, ours = held.row, is_ours(held, office.office.name)
    now = office.office.local_time(office.clock())
    return {
        "office": office.office.name,
        "subscription": held.mark.name if ours else "",
        "number": held.number,
        "brings": held.source,
        "workstation": row.Workstation or "(all)",
        "every": f"{row.PollingSeconds} s" if row.WatchTable else "",
        "last_poll": row.DateTimeStart if row.WatchTable else None,
        "state": held.mark.state or ("stopped" if held.is_stopped(now) else "running" if ours else "not ours"),
        "endpoint": shown(row.EndPointUrl),
        "stop": row.DateTimeStop,
        "key": "first" if held.key == 0 else "second",
    }


for command in (plan, apply, adopt, rewind, pause, resume, remove):
    subscriptions.add_command(command)
