"""``odevents demo``: everything at once, with an invented clinic, until Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib import resources
from typing import TYPE_CHECKING

import click

from odevents.cli.demo_folder import demo_folder, describe, make_demo_folder
from odevents.cli.serve import listening
from odevents.errors import StoreUnavailable

if TYPE_CHECKING:
    from odevents.client.opendental import OpenDental
    from odevents.runtime import Runtime
    from odevents.simulator import Office, Simulator
    from workers.supervisor import Supervisor

READY_WITHIN = 30.0
UNDERSTOOD_WITHIN = 60.0


@click.command()
@click.option("--port", default=8320, show_default=True, help="Port of the webhook on 127.0.0.1; 0 takes a free one.")
@click.option("--console-port", type=int, help="Port of the page, else 8321, or a free one where --port is 0.")
@click.option("--rate", default=20, show_default=True, help="Changes a minute that people at the offices make.")
@click.option("--seconds", type=float, help="Stop by itself after so many seconds.")
def demo(port: int, console_port: int | None, rate: int, seconds: float | None) -> None:
    """Receiver, workers, scheduler, page and a pretend Open Dental with three invented offices, all on this machine."""
    from odevents.log import configure_logging
    from odevents.simulator import Simulator, demo_offices
    from workers.supervisor import Supervisor

    configure_logging("error", json=False)
    console_port = (8321 if port else 0) if console_port is None else console_port
    port, console_port = port or _free_port(), console_port or _free_port()
    for wanted in (port, console_port):
        listening("127.0.0.1", wanted).close()  # refuse a port that is taken before anything is started
    with _server() as redis_url, Simulator(demo_offices(3), rate=rate) as clinic:
        environment = _environment(redis_url, clinic, port, console_port)
        os.environ |= environment
        from odevents.cli.kept import write_index
        from odevents.cli.up import everything
        from odevents.runtime import load_runtime

        runtime = load_runtime()
        write_index(runtime)
        supervisor = Supervisor(everything(runtime))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: supervisor.ask_to_stop())
        supervisor.start()
        try:
            describe(environment)
            runtime.store.ledger.mark_new()
            _await_receiver(port, supervisor)
            _prime(runtime, clinic, supervisor)
            if not supervisor.stopping:
                begun = time.time()
                _subscribe(runtime, clinic)
                _introduce(runtime, clinic, rate)
                _watch(runtime, supervisor, begun, seconds)
        finally:
            click.echo("\n  stopping …", err=True)
            supervisor.stop()


@contextlib.contextmanager
def _server() -> Iterator[str]:
    """The server named by REDIS_URL, or an embedded one with an empty folder; its folder goes with it."""
    from odevents.store.embedded import EmbeddedServer

    folder = make_demo_folder()
    given = os.environ.get("REDIS_URL")
    server = None if given else EmbeddedServer(folder / "server", empty=True)
    try:
        yield server.url if server else str(given)
    finally:
        if server:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _environment(redis_url: str, clinic: Simulator, port: int, console_port: int) -> dict[str, str]:
    """The settings of all processes of the demo, its configuration file written."""
    from odevents.cli.kept import keys_in
    from odevents.simulator import DEVELOPER_KEY

    folder = demo_folder()
    text = (resources.files("odevents.cli") / "demo.toml").read_text(encoding="utf-8")
    text = text.replace("BASE_URL", clinic.base_url).replace("PUBLIC_URL", f"http://127.0.0.1:{port}")
    (folder / "odevents.toml").write_text(text, encoding="utf-8")
    keys = {f"ODEVENTS_TEST_{name.upper()}": office.customer_key for name, office in clinic.offices.items()}
    return {
        **keys_in(folder),
        **keys,
        "ODEVENTS_TEST_DEVELOPER": DEVELOPER_KEY,
        "ODEVENTS_CONFIG": str(folder / "odevents.toml"),
        "ODEVENTS_DATA": str(folder),
        "ODEVENTS_HOST": "127.0.0.1",
        "ODEVENTS_PORT": str(port),
        "ODEVENTS_CONSOLE_PORT": str(console_port),
        "ODEVENTS_SIMULATED": "true",
        "ODEVENTS_LOG_LEVEL": "warning",
        "ODEVENTS_ALLOW_DOUBTFUL_REDIS": "1",
        "REDIS_URL": redis_url,
    }


def _await_receiver(port: int, supervisor: Supervisor) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and not supervisor.stopping and not supervisor.dead():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):  # nosec B310  our own receiver
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    if not supervisor.stopping:
        raise StoreUnavailable(f"the demo did not start: no receiver on port {port}; try --port 0")


def _prime(runtime: Runtime, clinic: Simulator, supervisor: Supervisor) -> None:
    """Make the offices' rows known, as `odevents backfill --prime` does: the first change of each is seen as one."""
    from odevents.subscriptions.backfill import begin, run_backfill
    from odevents.subscriptions.watching import watched_tables

    until = time.monotonic() + UNDERSTOOD_WITHIN
    for office, client in _clients(clinic):
        if supervisor.stopping:
            return
        record = begin("prime", dict.fromkeys(watched_tables(runtime.config, office.name)), time.time())
        run_backfill(runtime.store, runtime.offices[office.name], client, record, lambda _: None, time.time)
        runtime.hints.give(office.name, "inbox", time.time())
        while _anything_waits(runtime) and not supervisor.stopping:
            if time.monotonic() > until:
                raise StoreUnavailable("the demo did not start: its workers did not understand the first deliveries")
            time.sleep(0.02)


def _anything_waits(runtime: Runtime) -> bool:
    return any(runtime.store.inbox.depth(office) for office in runtime.offices)


def _subscribe(runtime: Runtime, clinic: Simulator) -> None:
    """As `odevents subscriptions apply` does it."""
    from odevents.subscriptions.office_subscriptions import OfficeSubscriptions

    for office, client in _clients(clinic):
        access, seen = runtime.offices[office.name], runtime.store.subscriptions_seen
        keys = runtime.key_fingerprints(access)
        subscriptions = OfficeSubscriptions(access, runtime.config, [client], keys, seen)
        subscriptions.apply(subscriptions.plan(subscriptions.read()), prune=False)


def _clients(clinic: Simulator) -> Iterator[tuple[Office, OpenDental]]:
    """Each office with a client of its own, outside the budget: setting up the demo keeps nobody waiting."""
    from odevents.client.opendental import OpenDental
    from odevents.client.session import Session
    from odevents.simulator import DEVELOPER_KEY

    for office in clinic.offices.values():
        with Session(
            developer_key=DEVELOPER_KEY, customer_key=office.customer_key, base_urls=[clinic.base_url]
        ) as session:
            yield office, OpenDental(session)


def _introduce(runtime: Runtime, clinic: Simulator, rate: int) -> None:
    port, console_port = runtime.settings.port, runtime.settings.console_port
    modes = ", ".join(f"{office.name} ({office.mode})" for office in runtime.offices.values())
    click.echo("  odevents demo: everything below is invented; nothing leaves this machine")
    click.echo(f"  page       http://127.0.0.1:{console_port}")
    click.echo(f"  webhooks   http://127.0.0.1:{port}/apievents/…")
    click.echo(f"  office API {clinic.base_url}   (pretend Open Dental)")
    click.echo(f"  offices    {modes}        {rate} changes a minute")
    click.echo("  In another terminal:  odevents trigger appointment.broken --office southside\n")


def _watch(runtime: Runtime, supervisor: Supervisor, since: float, seconds: float | None) -> None:
    """Print one line per delivery with what was done about it; not those by which the rows became known."""
    from odevents.cli.lines import Watcher
    from odevents.store.tail import follow

    watcher = Watcher()
    until = time.monotonic() + (seconds or float("inf"))
    for happening in follow(runtime.store.redis, since):
        if supervisor.stopping or time.monotonic() > until:
            return
        for line in watcher.see(happening) if happening else watcher.pass_time(time.time()):
            click.echo(line)
        supervisor.revive()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
