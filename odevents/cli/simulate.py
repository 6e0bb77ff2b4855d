"""``odevents simulate``: the pretend Open Dental on its own."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from odevents.simulator import Simulator


@click.command()
@click.option("--port", default=30222, show_default=True, help="Port of the REST API on 127.0.0.1; 0 takes a free one.")
@click.option(
    "--offices", default=3, show_default=True, type=click.IntRange(1, 3), help="How many of the demo's offices."
)
@click.option(
    "--patients", type=click.IntRange(0, 100_000), help="Patients of each office, instead of 240, 120 and 60."
)
@click.option(
    "--rate", default="20/min", show_default=True, help="Changes people make, all offices together; 0 for none."
)
@click.option("--hours", default="always", show_default=True, type=click.Choice(["always", "clinic"]),
              help="Keep that pace always, or follow a clinic's weekday.")  # fmt: skip
@click.option("--speed", default=1.0, show_default=True, help="Simulated seconds per second.")
@click.option("--seed", default=1, show_default=True, help="Decides everybody invented, the day, and which calls fail.")
@click.option("--od-version", "version", default="25.3.36", show_default=True, help="Version of Open Dental simulated.")
@click.option(
    "--faults", default="", metavar="NAME=VALUE,…", help="What goes wrong: throttle=refuse,slow=0.1,reset_after=0.05"
)
@click.option("--coverage", is_flag=True, help="List the methods that answer 501 and exit.")
def simulate(
    port: int, offices: int, patients: int | None, rate: str, hours: str, speed: float, seed: int, version: str,
    faults: str, coverage: bool,
) -> None:  # fmt: skip
    """Serve a pretend Open Dental: an invented clinic, its REST API, its subscriptions and its events."""
    if coverage:
        _print_coverage()
        return
    from odevents.simulator import Clock, Faults, Simulator, demo_offices

    opened = demo_offices(offices, patients=patients, version=version)
    try:
        for office in opened:
            office.faults = Faults.parse(faults)
        per_minute = _per_minute(rate)
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from None
    simulator = Simulator(
        opened,
        seed=seed,
        port=port,
        clock=Clock(speed=speed),
        rate=per_minute,
        hours="clinic" if hours == "clinic" else "always",
    )
    _serve(simulator, port)


def _serve(simulator: Simulator, port: int) -> None:
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    try:
        simulator.start()
        click.echo("odevents simulate: everything here is invented", err=True)
        click.echo(f"api\t{simulator.base_url}")
        for office in simulator.offices.values():
            key = f"Authorization: {office.authorization}"
            click.echo(f"{office.name}\t{office.zone}\t{office.patients} patients\t{key}")
        click.echo("Ctrl-C stops it", err=True)
        stop.wait()
    except OSError as taken:
        raise click.ClickException(f"port {port} cannot be used: {taken.strerror}; try --port 0") from None
    finally:
        simulator.stop()


def _print_coverage() -> None:
    from odevents.simulator.coverage import coverage

    modelled, missing = coverage()
    for endpoint in missing:
        click.echo(f"501\t{endpoint.verb}\t/{endpoint.path}")
    click.echo(f"{len(modelled)} methods modelled, {len(missing)} not", err=True)


def _per_minute(text: str) -> float:
    """``20/min``, ``1/s``, ``100/h``, or a bare number of changes a minute. :raises ValueError: anything else."""
    number, _, unit = text.partition("/")
    factors = {"": 1.0, "min": 1.0, "m": 1.0, "s": 60.0, "sec": 60.0, "h": 1 / 60, "hour": 1 / 60}
    if unit not in factors:
        raise ValueError(f"a rate is 20/min, 1/s or 100/h, not {text!r}")
    return float(number) * factors[unit]
