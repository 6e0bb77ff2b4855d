"""``odevents init``: from nothing to a configuration that works, in a few questions."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from odevents.cli.starter import Answers, env_lines, likely_zones, starter_file
from odevents.errors import CallError, ConfigError

if TYPE_CHECKING:
    from odevents.client.opendental import OpenDental

_CONFIG, _ENV = Path("odevents.toml"), Path(".env")
_HOSTED = "https://api.opendental.com/api/v1"
_HERE = "http://127.0.0.1:8320"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the office said of itself; nothing of it when it could not be asked."""

    version: str = ""
    time: datetime | None = None
    machines: Sequence[str] = ()


@click.command()
def init() -> None:
    """Write odevents.toml and .env for a first office, in dry-run mode, after a few questions.

    The office is asked in between (three reads), so that most answers can be suggested.
    """
    if _CONFIG.exists():
        raise ConfigError(f"{_CONFIG} is there already; edit it, and check it with `odevents check`")
    click.echo("A few questions about one office; Enter takes what is in brackets. Nothing is written to the office.\n")
    office = click.prompt("Name of the office, in small letters", default="office", value_proc=_name)
    base_url = click.prompt("Its API", default=_HOSTED, value_proc=_url)
    developer_key = click.prompt("Your developer key", hide_input=True, value_proc=_key)
    customer_key = click.prompt("The office's customer key", hide_input=True, value_proc=_key)
    seen = _ask(base_url, developer_key, customer_key)
    zones = likely_zones(seen.time or datetime.now(), datetime.now(UTC))  # noqa: DTZ005  this machine's, as a guess
    zone = click.prompt("Its time zone", default=zones[0], value_proc=_zone)
    if seen.machines:
        click.echo(f"Machines there, the busiest first: {', '.join(seen.machines)}")
    machine = click.prompt("The machine that fires its events", default=next(iter(seen.machines), ""))
    click.echo("Where can that machine reach the receiver? On the internet: https and a name, led here by a proxy.")
    public_url = click.prompt("Address of the receiver", default=_HERE, value_proc=_url)
    answers = Answers(office, base_url, zone, machine.strip(), public_url)
    _write(answers, customer_key, developer_key)
    click.echo(f"\nWritten: {_CONFIG}, and {_ENV} with the two keys, for your eyes only: never commit it.")
    click.echo("Next:  odevents up                    in a terminal of its own: receiver, workers, scheduler, page")
    click.echo("       odevents subscriptions apply   events begin to flow")
    click.echo("       odevents doctor                whether everything is as it should be")


def _ask(base_url: str, developer_key: str, customer_key: str) -> _Seen:
    from odevents.client.budget import LocalBudget
    from odevents.client.opendental import OpenDental
    from odevents.client.session import Session

    try:
        with Session(
            developer_key=developer_key,
            customer_key=customer_key,
            base_urls=[base_url],
            budget=LocalBudget("1/1s"),
            read_attempts=1,
        ) as session:
            seen = _look(OpenDental(session))
    except CallError as error:
        click.echo(f"The office could not be asked: {error}", err=True)
        if not click.confirm("Go on without?", default=True):
            raise click.Abort from None
        return _Seen()
    click.echo(f"The office answers: Open Dental {seen.version or 'of an unknown version'}.")
    return seen


def _look(client: OpenDental) -> _Seen:
    version = next(iter(client.preferences.find(PrefName="ProgramVersion")), None)
    provider = next(iter(client.providers.find(Limit=1)), None)
    beats = [(str(computer.LastHeartBeat or ""), computer.CompName) for computer in client.computers.find()]
    return _Seen(
        version.ValueString if version else "",
        provider.serverDateTime if provider else None,
        [name for _, name in sorted(beats, reverse=True)],
    )


def _write(answers: Answers, customer_key: str, developer_key: str) -> None:
    _CONFIG.write_text(starter_file(answers), encoding="utf-8")
    _ENV.touch(mode=0o600)
    os.chmod(_ENV, 0o600)  # noqa: PTH101  also one that was there before
    with _ENV.open("a", encoding="utf-8") as env:
        env.write(env_lines(answers, customer_key, developer_key))


def _name(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", value):
        raise click.BadParameter("up to 40 small letters, digits and dashes")
    return value


def _url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s\"\\]+", value):
        raise click.BadParameter(f"an address such as {_HOSTED}")
    return value.rstrip("/")


def _key(value: str) -> str:
    if not re.fullmatch(r"[!-~]{4,200}", value.strip()):
        raise click.BadParameter("a key is printable characters without spaces")
    return value.strip()


def _zone(value: str) -> str:
    from zoneinfo import available_timezones

    if value not in available_timezones():
        raise click.BadParameter("a zone of the IANA list, such as America/Los_Angeles")
    return value
