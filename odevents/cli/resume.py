"""``odevents resume``: let go what was held back."""

from __future__ import annotations

import click

from odevents.cli.wish import reason_option, wish
from odevents.errors import ConfigError


@click.command()
@click.option("--office", default="", help="What was paused for this office.")
@click.option("--reaction", default="", help="What was paused for this reaction.")
@reason_option
def resume(office: str, reaction: str, reason: str) -> None:
    """Let held effects go, in their order and within the budget. Name exactly what was paused."""
    from odevents.cli.context import attach
    from odevents.store.pauses import Pause, Scope

    pauses = attach().store.pauses
    wanted, scope = wish(reason), Scope(office, reaction)
    if not pauses.lift(scope, Pause(wanted.who, wanted.at, wanted.reason)):
        raise ConfigError(f"{scope} is not paused; paused are: {', '.join(pauses.all()) or 'none'}")
    click.echo(f"resumed: {scope}")
    if others := pauses.all():
        click.echo(f"still paused: {', '.join(others)}", err=True)
