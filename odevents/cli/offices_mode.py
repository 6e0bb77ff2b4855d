"""``odevents offices mode``: let an office's reactions write, or only rehearse."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from odevents.cli.office_by_office import note_deed
from odevents.errors import ConfigError

if TYPE_CHECKING:
    from odevents.runtime import Runtime


@click.command()
@click.argument("office")
@click.argument("mode", type=click.Choice(["dry-run", "live"]))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--reason", default="", help="Why; it is kept with your name.")
def mode(office: str, mode: str, yes: bool, reason: str) -> None:
    """Change one line of odevents.toml: whether what reactions want is written at OFFICE, or only shown.

    The running processes take it up by themselves within seconds.
    """
    from odevents.cli.context import attach
    from odevents.config_editing import mode_change
    from odevents.runtime import checked_config

    runtime = attach()
    file = runtime.settings.config
    if office not in runtime.offices:
        raise ConfigError(f"no office {office}; there are: {', '.join(runtime.offices)}")
    if runtime.offices[office].mode == mode:
        click.echo(f"{office} is {mode} already", err=True)
        return
    change = mode_change(file, office, mode)
    edited = change.edited
    click.echo(f"{file}:{edited.line}")
    click.echo(f"- {edited.before}\n+ {edited.after}" if edited.before else f"+ {edited.after}")
    click.echo(_consequence(runtime, office, mode), err=True)
    if not yes and not _confirmed():
        raise ConfigError("nothing was changed; add --yes to do it")
    change.carry_out()
    checked_config(file, secrets=False)
    note_deed(runtime, "offices mode", f"{office}: {mode}", reason)
    click.echo(f"{office} is {mode} now; running processes take it up within seconds", err=True)


def _consequence(runtime: Runtime, office: str, mode: str) -> str:
    names = [
        table.name for table in runtime.config.reactions if "*" in table.offices or office in table.offices
    ] + list(runtime.config.handlers)
    what = ", ".join(names) or "no reaction yet"
    if mode == "live":
        return f"From then on these write at {office}: {what}. What was rehearsed before is not made up for."
    return f"From then on nothing is written at {office}; what would have been is shown: {what}"


def _confirmed() -> bool:
    return sys.stdin.isatty() and bool(click.confirm("Change it?", err=True))
