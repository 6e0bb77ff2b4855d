"""``odevents trigger``: send an invented event, as an office's machine would."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from odevents.cli.scenarios import SCENARIOS, Scenario
from odevents.errors import StoreUnavailable

if TYPE_CHECKING:
    from odevents.office import OfficeAccess
    from odevents.runtime import Runtime

WORKSTATION = "TRIGGER"
_NEW_KEYS = 10**12
"""Keys of new rows are above this, where no office has one."""

_PLAIN = re.compile(r"[!-~]+")
_NUMBER = re.compile(r"0|-?[1-9][0-9]*")


@click.command()
@click.argument("scenario", required=False)
@click.option("--list", "listing", is_flag=True, help="Show all scenarios.")
@click.option("--file", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Send this body.")
@click.option("--table", default="Appointment", show_default=True, help="With --file: what its rows are.")
@click.option("--office", help="Whose event it is; the first office unless given.")
@click.option("--set", "changes", multiple=True, metavar="FIELD=VALUE", help="Put this into the row; may be repeated.")
@click.option("--rows", type=click.IntRange(1, 1000), help="So many rows, each with its own key; 1 unless given.")
@click.option("--to", "url", help="The receiver; http://HOST:PORT/apievents of the settings unless given.")
def trigger(
    scenario: str | None, listing: bool, file: Path | None, table: str, office: str | None, changes: tuple[str, ...],
    rows: int | None, url: str | None,
) -> None:  # fmt: skip
    """Send SCENARIO to the receiver. What is a change is sent twice: as it was, then changed."""
    if listing:
        for name, found in SCENARIOS.items():
            click.echo(f"{name:<24}{found.table:<20}{found.words}")
        return
    if (scenario is None) == (file is None):
        raise click.UsageError("name one scenario, or send your own with --file; --list shows the scenarios")
    if file is not None and (changes or rows):
        raise click.UsageError("--set and --rows are for scenarios; what --file names is sent as it is")
    if url is not None:
        _check_address(url)
    chosen = None if scenario is None else _scenario(scenario)
    given = {} if chosen is None else dict(_setting(change, chosen.row) for change in changes)
    from odevents.cli.context import attach

    runtime = attach()
    sender = _office(runtime, office)
    secret = runtime.settings.path_secret
    below = f"/{secret.get_secret_value()}" if secret else ""
    target = url or f"http://{runtime.settings.host}:{runtime.settings.port}/apievents{below}"
    if file is not None:
        taken = _post(target, sender, f"WatchTable: {table}", file.read_bytes())
    else:
        assert chosen is not None
        bodies = bodies_of(chosen, given, rows or 1, _now(sender))
        event = f"{chosen.source}: {chosen.table}"
        taken = all(_post(target, sender, event, json.dumps(body).encode()) for body in bodies)
    if not taken:
        raise click.exceptions.Exit(1)


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and _PLAIN.fullmatch(url)
    except ValueError:
        usable = False
    if not usable:  # said without it: its path may hold the secret
        raise click.UsageError("--to takes the address of a receiver, such as http://127.0.0.1:8080/apievents")


def _scenario(name: str) -> Scenario:
    if name in SCENARIOS:
        return SCENARIOS[name]
    close = difflib.get_close_matches(name, SCENARIOS, n=1)
    meant = f" Did you mean {close[0]}?" if close else ""
    raise click.UsageError(
        f'no scenario "{name}".{meant}\n'
        f"  odevents trigger --list     shows all {len(SCENARIOS)}        "
        "odevents trigger --file body.json     sends your own"
    )


def _setting(change: str, row: dict[str, Any]) -> tuple[str, Any]:
    """A field and its value: a number where the scenario has one there and one is written, else text."""
    field, separator, value = change.partition("=")
    if not separator:
        raise click.UsageError(f'--set takes FIELD=VALUE, not "{change}"')
    is_number = isinstance(row.get(field), int) and _NUMBER.fullmatch(value)
    return field, int(value) if is_number else value


def _office(runtime: Runtime, name: str | None) -> OfficeAccess:
    if name is None:
        return next(iter(runtime.offices.values()))
    if name not in runtime.offices:
        raise click.UsageError(f'no office "{name}"; there are: {", ".join(runtime.offices)}')
    return runtime.offices[name]


def _now(office: OfficeAccess) -> datetime:
    import time

    return office.local_time(time.time())


def bodies_of(scenario: Scenario, given: dict[str, Any], rows: int, now: datetime) -> Iterator[Any]:
    """The deliveries of a scenario: the rows as they were, unless they are new, and the rows changed.

    :param given: fields that hold this instead of what the scenario says.
    :param now: the office's local time; what is new has a key and an entry date of now.
    """
    from odevents.events.tables import table_named

    table = table_named(scenario.table)
    row = dict(scenario.row)
    if scenario.new and row[table.key] is not None and scenario.source == "WatchTable":
        row[table.key] = _NEW_KEYS + int(now.timestamp() * 10)
    if scenario.new and table.entry:
        row[table.entry] = _spelled(now)[: len(row[table.entry])]
    before = {table.stamp: _spelled(now - timedelta(seconds=1))} if table.stamp else {}
    after = {table.stamp: _spelled(now)} if table.stamp else {}
    if scenario.change:
        yield _rows({**row, **before, **given}, table.key, rows)
    changed = {**row, **after, **scenario.change, **given}
    yield changed if scenario.source == "UiEventType" else _rows(changed, table.key, rows)


def _rows(row: dict[str, Any], key: str, number: int) -> list[dict[str, Any]]:
    if not isinstance(row[key], int):
        return [row] * number
    return [{**row, key: row[key] + index} for index in range(number)]


def _spelled(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _post(url: str, office: OfficeAccess, event_type: str, body: bytes) -> bool:
    """Send it, say what was answered, and return whether it was taken."""
    import urllib.error
    import urllib.request

    headers = {"Authorization": office.customer_keys[0], "Event-Type": event_type, "Workstation": WORKSTATION}
    request = urllib.request.Request(url, body, headers)  # noqa: S310  the operator's own receiver
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            click.echo(f"{answer.status}  {event_type}  {answer.read().decode().strip()}")
            return True
    except urllib.error.HTTPError as refused:
        click.echo(f"{refused.code}  {event_type}  {refused.read().decode().strip()}")
        return False
    except (urllib.error.URLError, OSError) as error:
        raise StoreUnavailable(f"nobody answers at {url} ({error}); is the receiver running? odevents up") from None
