"""``odevents trigger``: send an invented event, as an office's machine would."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from odevents.cli.scenarios import SCENARIOS, STAMPS, Scenario
from odevents.errors import StoreUnavailable

if TYPE_CHECKING:
    from odevents.office import OfficeAccess
    from odevents.runtime import Runtime

WORKSTATION = "TRIGGER"


@click.command()
@click.argument("scenario", required=False)
@click.option("--list", "listing", is_flag=True, help="Show all scenarios.")
@click.option("--file", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Send this body.")
@click.option("--table", default="Appointment", show_default=True, help="With --file: what its rows are.")
@click.option("--office", help="Whose event it is; the first office unless given.")
@click.option("--set", "changes", multiple=True, metavar="FIELD=VALUE", help="Put this into the row; may be repeated.")
@click.option("--rows", default=1, show_default=True, type=click.IntRange(1, 1000), help="So many rows, by key.")
@click.option("--to", "url", help="The receiver; http://HOST:PORT/apievents of the settings unless given.")
def trigger(
    scenario: str | None, listing: bool, file: Path | None, table: str, office: str | None, changes: tuple[str, ...],
    rows: int, url: str | None,
) -> None:  # fmt: skip
    """Send SCENARIO to the receiver. What is a change is sent twice: as it was, then changed."""
    if listing:
        for name, found in SCENARIOS.items():
            click.echo(f"{name:<24}{found.table:<20}{found.words}")
        return
    if (scenario is None) == (file is None):
        raise click.UsageError("name one scenario, or send your own with --file; --list shows the scenarios")
    chosen = None if scenario is None else _scenario(scenario)
    settings = [_setting(change) for change in changes]
    from odevents.cli.context import attach

    runtime = attach()
    sender = _office(runtime, office)
    target = url or f"http://{runtime.settings.host}:{runtime.settings.port}/apievents"
    if file is not None:
        _post(target, sender, f"WatchTable: {table}", file.read_bytes())
    elif chosen is not None:
        for body in _bodies(chosen, dict(settings), rows, _now(sender)):
            _post(target, sender, f"{chosen.source}: {chosen.table}", json.dumps(body).encode())


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


def _setting(change: str) -> tuple[str, Any]:
    field, separator, value = change.partition("=")
    if not separator:
        raise click.UsageError(f'--set takes FIELD=VALUE, not "{change}"')
    return field, int(value) if value.lstrip("-").isdigit() else value


def _office(runtime: Runtime, name: str | None) -> OfficeAccess:
    if name is None:
        return next(iter(runtime.offices.values()))
    if name not in runtime.offices:
        raise click.UsageError(f'no office "{name}"; there are: {", ".join(runtime.offices)}')
    return runtime.offices[name]


def _now(office: OfficeAccess) -> datetime:
    import time

    return office.local_time(time.time())


def _bodies(scenario: Scenario, given: dict[str, Any], rows: int, now: datetime) -> Iterator[Any]:
    """The deliveries of a scenario: the rows as they were, unless they are new, and the rows changed."""
    stamp = STAMPS.get(scenario.table, "DateTStamp")
    before, after = now - timedelta(seconds=1), now
    if scenario.change:
        yield _rows({**scenario.row, **given, stamp: _spelled(before)}, rows)
    changed = {**scenario.row, **scenario.change, **given, stamp: _spelled(after)}
    if scenario.new and "SecDateTEntry" in changed:
        changed["SecDateTEntry"] = _spelled(after)
    yield changed if scenario.source == "UiEventType" else _rows(changed, rows)


def _rows(row: dict[str, Any], number: int) -> list[dict[str, Any]]:
    key = next(iter(row))
    return [{**row, key: row[key] + index if index else row[key]} for index in range(number)]


def _spelled(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _post(url: str, office: OfficeAccess, event_type: str, body: bytes) -> None:
    import urllib.error
    import urllib.request

    headers = {"Authorization": office.customer_keys[0], "Event-Type": event_type, "Workstation": WORKSTATION}
    request = urllib.request.Request(url, body, headers)  # noqa: S310  the operator's own receiver
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            click.echo(f"{answer.status}  {event_type}  {answer.read().decode().strip()}")
    except urllib.error.HTTPError as refused:
        click.echo(f"{refused.code}  {event_type}  {refused.read().decode().strip()}")
    except (urllib.error.URLError, OSError) as error:
        raise StoreUnavailable(f"nobody answers at {url} ({error}); is the receiver running? odevents up") from None
