"""``odevents recover``: after the store was lost, or put back from an older copy."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from odevents.cli.office_by_office import chosen, exit_partly, for_each_office, office_option, tell_failed
from odevents.cli.wish import go_on, oldest, reason_option, wish, yes_option
from odevents.errors import ConfigError

if TYPE_CHECKING:
    from odevents.runtime import Runtime
    from odevents.subscriptions.office_subscriptions import OfficeSubscriptions
    from odevents.subscriptions.rewind import Rewound


@click.command()
@click.option(
    "--since", required=True, help="How long ago the last moment was that the store still knows: 30m, 6h, 2d."
)
@office_option
@reason_option
@yes_option
def recover(since: str, wanted: tuple[str, ...], reason: str, yes: bool) -> None:
    """Look again at everything that a lost store may have forgotten.

    Subscriptions are set back, rows that changed since then count as changed, and every write is read back before it
    is made: what was done is not done again, what was not done is.
    """
    from odevents.cli.context import attach
    from odevents.store.audit import note
    from odevents.subscriptions.rewind import is_within_reach

    runtime, began = attach(), oldest(since)
    names = chosen(runtime, wanted)
    if not is_within_reach(began, time.time()):
        raise ConfigError(f"--since {since}: Open Dental sends nothing again that is older than three days")
    if not go_on(len(names), "offices would be looked at again", yes=yes):
        return
    wished = wish(reason)
    _say_so(runtime, names, began, wished.at)
    about = f"{', '.join(names)} since {since}"
    note(runtime.store.redis, "recover", wished.at, who=wished.who, about=about, reason=reason)
    if not runtime.config.subscriptions:
        click.echo("No subscriptions are declared, so none is set back: what they sent since must come again otherwise")
        return
    done, failed = for_each_office(runtime, names, lambda found: _set_back(found, began))
    for office, rewound in done.items():
        click.echo(f"{office}: {sum(one.moved for one in rewound)} of {len(rewound)} subscriptions set back")
    tell_failed(failed)
    if failed:
        click.echo("For those: odevents subscriptions rewind, when they answer again", err=True)
    exit_partly(len(done), len(failed))


def _say_so(runtime: Runtime, names: Iterable[str], since: float, now: float) -> None:
    """Before anything comes again, for it would be taken for news or for nothing."""
    from odevents.recovering import recover as forget

    for name in names:
        forget(runtime.store, runtime.offices[name], since, now)


def _set_back(found: OfficeSubscriptions, since: float) -> list[Rewound]:
    from odevents.subscriptions.rewind import rewind

    held = list(found.plan(found.read()).kept.values())
    return [
        moved
        for key, client in enumerate(found.clients)
        for moved in rewind(client.subscriptions, [one for one in held if one.key == key], found.office, since)
    ]
