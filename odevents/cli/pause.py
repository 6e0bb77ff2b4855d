"""``odevents pause``: the kill switch."""

from __future__ import annotations

import click

from odevents.cli.output import json_option, local, print_records
from odevents.cli.wish import wish
from odevents.errors import ConfigError


@click.command()
@click.option("--office", default="", help="Only this office's effects.")
@click.option("--reaction", default="", help="Only this reaction's effects.")
@click.option("--reason", help="Why; it is kept with your name. Without, show what is paused.")
@json_option
def pause(office: str, reaction: str, reason: str | None, as_json: bool) -> None:
    """Hold effects back: all, or those of an office or a reaction. Deliveries are still received and understood."""
    from odevents.cli.context import attach
    from odevents.store.pauses import Pause, Scope

    runtime = attach()
    if reason is None:
        held = runtime.store.pauses.all()
        found = [{"paused": s, "since": local(p.at), "who": p.who, "why": p.reason} for s, p in held.items()]
        print_records(found, ("paused", "since", "who", "why"), as_json=as_json)
        return
    if office and office not in runtime.offices:
        raise ConfigError(f"no office {office}; there are: {', '.join(runtime.offices)}")
    if reaction and reaction not in runtime.registry:
        raise ConfigError(f"no reaction {reaction}; `odevents reactions list` shows those there are")
    wanted, scope = wish(reason), Scope(office, reaction)
    runtime.store.pauses.set(scope, Pause(wanted.who, wanted.at, wanted.reason))
    click.echo(f"paused: {scope}. Nothing held is lost. Next: odevents resume{_options(office, reaction)} --reason …")


def _options(office: str, reaction: str) -> str:
    return (f" --office {office}" if office else "") + (f" --reaction {reaction}" if reaction else "")
