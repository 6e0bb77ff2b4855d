"""``odevents listen``: the patient on the screen, the moment they are selected."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from odevents.errors import CallError, ConfigError

if TYPE_CHECKING:
    from odevents.client.resources.subscriptions import Subscriptions
    from odevents.listener.setup import Setup

HOSTED = "https://api.opendental.com/api/v1"
FINDINGS = 3

F = TypeVar("F", bound=Callable[..., None])


@click.group()
def listen() -> None:
    """Follow the patient selected in Open Dental on this workstation."""


def _where(command: F) -> F:
    """The options that say which listener: the same for every command."""
    port = click.option("--port", type=click.IntRange(1, 65535), help="Port of localhost, instead of [listener] port.")
    file = click.Path(path_type=Path, dir_okay=False)
    config = click.option("--config", type=file, help="File with a [listener] table. Default: ./odevents.toml.")
    return config(port(command))


@listen.command()
@_where
def run(config: Path | None, port: int | None) -> None:
    """Listen until stopped."""
    import asyncio

    from odevents.listener.handlers import load_handlers
    from odevents.listener.run import Listener
    from odevents.listener.run import listen as listen_until_stopped

    config = _found(config)
    setup = _setup(config, port)
    handlers = load_handlers(setup.handlers, config.resolve().parent if config else None)
    listener = Listener(setup.section, setup.keys, handlers)
    asyncio.run(listen_until_stopped(listener, lambda line: click.echo(line, err=True)))


@listen.command()
@_where
@click.option("--office", default="office", show_default=True, help="Name under which the customer key is kept.")
@click.option("--workstation", help="This machine as Open Dental names it. Default: found out.")
@click.option("--api", default=HOSTED, show_default=True, help="The office's API, for the subscription.")
@click.option("--no-subscription", is_flag=True, help="Do not create the subscription in Open Dental.")
@click.option("--print", "only_print", is_flag=True, help="Show what starts it at sign-in; change nothing.")
def install(
    config: Path | None,
    port: int | None,
    office: str,
    workstation: str | None,
    api: str,
    no_subscription: bool,
    only_print: bool,
) -> None:
    """Keep the key, start at sign-in, and subscribe this workstation."""
    from odevents.listener import autostart, subscription
    from odevents.listener import workstation as machine
    from odevents.listener.setup import listener_arguments
    from odevents.subscriptions.marks import listener_endpoint

    config = _found(config)
    port = _own_port(port, machine.people()) if not only_print else port
    start = autostart.autostart(listener_arguments(config, port))
    if only_print:
        sys.stdout.buffer.write(start.definition)
        return
    setup = _with_key(config, port, office)
    start.install(autostart.run_command)
    click.echo("started; starts again at every sign-in")
    here = workstation or machine.name()
    if no_subscription:
        click.echo(f"subscribe {here} to PatientSelected with {listener_endpoint(setup.section.port)}")
    else:
        keys = setup.keys if setup.section.keys else {office: setup.keys[office]}
        _on_subscriptions(api, keys, lambda known: subscription.ensure(known, setup.section.port, here))
    click.echo("Next: odevents listen test")


@listen.command()
@_where
@click.option("--workstation", help="This machine as Open Dental names it. Default: found out.")
@click.option("--api", default=HOSTED, show_default=True, help="The office's API, for the subscription.")
@click.option("--keep-subscription", is_flag=True, help="Leave the subscription in Open Dental.")
def uninstall(
    config: Path | None, port: int | None, workstation: str | None, api: str, keep_subscription: bool
) -> None:
    """Undo install: subscription, start at sign-in, key."""
    from odevents.listener import autostart, subscription
    from odevents.listener import workstation as machine
    from odevents.listener.credentials import system_store

    if not keep_subscription:
        setup = _setup(config, port)
        here = workstation or machine.name()
        _on_subscriptions(api, setup.keys, lambda known: subscription.remove(known, setup.section.port, here))
    autostart.autostart([]).remove(autostart.run_command)
    store = system_store()
    store.forget()
    click.echo(f"stopped, does not start at sign-in any more; no key left in {store.place()}")


@listen.command()
@_where
@click.option("--json", "as_json", is_flag=True, help="The counters as JSON.")
def status(config: Path | None, port: int | None, as_json: bool) -> None:
    """What the running listener has seen and done. Exit 3 if there is something to look at."""
    import msgspec

    from odevents.listener import probe, report

    setup = _setup(config, port)
    tally = probe.status(setup.section.port, setup.any_key)
    if as_json:
        click.echo(msgspec.json.encode(tally).decode())
        return
    click.echo("\n".join(report.told(tally, _page(setup))))
    if findings := report.findings(tally):
        click.echo("\n".join(findings))
        sys.exit(FINDINGS)


@listen.command()
@_where
def test(config: Path | None, port: int | None) -> None:
    """Select an invented patient and tell what happened."""
    from odevents.listener import probe, report, workstation

    setup = _setup(config, port)
    tally = probe.send_test(setup.section.port, setup.any_key, workstation.name())
    click.echo("\n".join(report.tested(tally, _page(setup))))
    if findings := report.findings(tally):
        click.echo("\n".join(findings))
        sys.exit(FINDINGS)


def _found(config: Path | None) -> Path | None:
    usual = Path("odevents.toml")
    return config or (usual if usual.is_file() else None)


def _setup(config: Path | None, port: int | None) -> Setup:
    from odevents.listener.credentials import system_store
    from odevents.listener.setup import read_setup

    return read_setup(_found(config), port, system_store())


def _with_key(config: Path | None, port: int | None, office: str) -> Setup:
    """The setup, after asking for the key unless the file says where it is."""
    from odevents.listener.config import load_listener
    from odevents.listener.credentials import system_store

    section, _ = load_listener(config)
    if not section.keys:
        store = system_store()
        key = _secret(f"Customer key of {office}", "OD_CUSTOMER_KEY")
        if not key:
            raise ConfigError("install needs the customer key: type it, pipe it in, or set OD_CUSTOMER_KEY")
        store.write({**store.read(), office: key})
        click.echo(f"key of {office} kept in {store.place()}")
    return _setup(config, port)


def _own_port(port: int | None, signed_in: list[str]) -> int | None:
    """On a machine with several people signed in, the port this one chooses."""
    from odevents.listener.config import PORT
    from odevents.listener.workstation import needs_own_port

    if port is not None or not needs_own_port(signed_in):
        return port
    words = (
        f"{len(signed_in)} people are signed in to this machine and share its localhost: each needs a port of their own"
    )
    if not sys.stdin.isatty():
        raise click.UsageError(f"{words}. Say which with --port")
    click.echo(words)
    chosen: int = click.prompt("Port for you", type=click.IntRange(1, 65535), default=PORT)
    return chosen


def _on_subscriptions(api: str, keys: Mapping[str, str], work: Callable[[Subscriptions], str]) -> None:
    """Do something with each office's subscriptions. The developer key is asked for, used now and kept nowhere."""
    from odevents.client.opendental import OpenDental
    from odevents.client.session import Session

    developer_key = _secret("Developer key (not kept)", "OD_DEVELOPER_KEY")
    if not developer_key:
        raise ConfigError("the subscription needs the developer key: set OD_DEVELOPER_KEY, or go without (--help)")
    for office, key in keys.items():
        try:
            with Session(developer_key=developer_key, customer_key=key, base_urls=[api]) as session:
                click.echo(f"{office}: {work(OpenDental(session).subscriptions)}")
        except CallError as error:
            raise ConfigError(f"the subscription of {office}: {error}. Try again, or go without (--help)") from None


def _secret(words: str, variable: str) -> str:
    """From the environment, from a pipe, or typed unseen; never from the command line, which others can read."""
    import os

    if value := os.environ.get(variable, "").strip():
        return value
    if sys.stdin.isatty():
        typed: str = click.prompt(words, hide_input=True, default="", show_default=False)
        return typed.strip()
    return sys.stdin.readline().strip()


def _page(setup: Setup) -> str:
    from odevents.listener.run import Listener

    return Listener(setup.section, setup.keys).page(setup.section.port)
