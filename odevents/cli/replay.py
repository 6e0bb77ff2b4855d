"""``odevents replay``: process stored deliveries again."""

from __future__ import annotations

from typing import Any

import click

from odevents.cli.filtering import delivery_filter, delivery_options
from odevents.cli.wish import reason_option, wish, yes_option
from odevents.errors import ConfigError


@click.command()
@click.argument("deliveries", nargs=-1)
@click.option("--failed", "which", flag_value="failed", help="Those with rows, or writes, that were given up on.")
@click.option("--unprocessed", "which", flag_value="unprocessed", help="Those about which nothing was done.")
@click.option("--all", "which", flag_value="all", help="All that the other options choose.")
@delivery_options
@reason_option
@yes_option
def replay(deliveries: tuple[str, ...], which: str | None, reason: str, yes: bool, **said: Any) -> None:
    """Process stored deliveries again, as new ones, by today's reactions. What took effect already will not again.

    Many are counted first, and with --yes handed to the workers a handful at a time; `odevents bulk` shows how far.
    """
    from odevents.cli.context import attach
    from odevents.cli.deliveries import find

    if bool(deliveries) == bool(which):
        raise ConfigError("name the deliveries, or one of --failed, --unprocessed and --all")
    runtime = attach()
    if which:
        _replay_all(runtime, which, said, reason, yes)
        return
    wanted = wish(reason)
    for entry in [find(runtime, delivery) for delivery in deliveries]:
        click.echo(f"{entry.id} comes again as {runtime.again.replay(entry, wanted)}")


def _replay_all(runtime: Any, which: str, said: dict[str, Any], reason: str, yes: bool) -> None:
    from dataclasses import replace

    from odevents.cli.bulk import do_all
    from odevents.store.filters import DeadFilter

    wanted = delivery_filter(runtime, said)
    if which == "unprocessed":
        wanted = replace(wanted, outcome="unwanted")
    if which != "failed":
        do_all(runtime, "replay", wanted, reason, "deliveries", yes=yes)
        return
    if set(wanted.query()) - {"office", "since", "until"}:
        raise ConfigError("with --failed only --office, --since and --until choose")
    failed = DeadFilter(wanted.office, wanted.since, wanted.until)
    do_all(runtime, "replay", failed, reason, "deliveries", yes=yes)
