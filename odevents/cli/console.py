"""``odevents console``: the operator's page."""

from __future__ import annotations

import getpass
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import click

from odevents import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from uvicorn import Server

    from odevents.console.console import Console
    from odevents.console.door import Guard
    from odevents.runtime import Runtime

STOP_WITHIN = 5
"""Seconds a page in hand has to be drawn after SIGTERM."""


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Instead of ODEVENTS_CONSOLE_PORT.")
def console(port: int | None) -> None:
    """Show what needs attention, what arrived and what was done, on ODEVENTS_CONSOLE_HOST and port 8321.

    On this machine alone it is open to whoever sits here. Elsewhere it starts only with accounts (`odevents accounts
    add`) or behind a proxy that signs people in (ODEVENTS_CONSOLE_PROXY).
    """
    from odevents.cli.context import attach
    from odevents.cli.serve import listening
    from odevents.log import configure_logging, logger
    from odevents.reloading import Reloading
    from odevents.runtime import load_runtime
    from odevents.store.presence import present

    runtime = attach()
    settings = runtime.settings
    configure_logging(settings.log_level, json=not sys.stderr.isatty())
    server, take = _server(runtime)
    Reloading(load_runtime, runtime).watch(take)
    listener = listening(settings.console_host, settings.console_port if port is None else port)
    shown = listener.getsockname()[1]
    logger.info("console starts", host=settings.console_host, port=shown, pid=os.getpid())
    if sys.stdout.isatty():
        click.echo(f"  page       http://{settings.console_host}:{shown}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises it again when it has finished
    with present(runtime.redis, "console", __version__):
        server.run([listener])


def _server(runtime: Runtime) -> tuple[Server, Callable[[Runtime], None]]:
    """The server, and what to call when the configuration has changed."""
    import uvicorn

    from odevents.console.app import create_console

    guard = guard_of(runtime)
    here = [console_of(runtime, guard, lambda: server.should_exit)]
    server = uvicorn.Server(
        uvicorn.Config(
            create_console(lambda: here[0]),
            loop="uvloop" if sys.platform != "win32" else "asyncio",
            http="httptools",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_WITHIN,
        )
    )

    def take(found: Runtime) -> None:
        here[0] = console_of(found, guard, lambda: server.should_exit)

    return server, take


def guard_of(runtime: Runtime, *, mounted: bool = False) -> Guard:
    """Who is let in.

    :param mounted: at a path of the receiver's port, which others reach: only with accounts then.
    :raises odevents.errors.ConfigError: the page would be open to others.
    """
    from odevents.console.admission import is_loopback, proxy_of, refuse_exposure
    from odevents.console.door import Guard
    from odevents.store.accounts import Accounts
    from odevents.store.sessions import Sessions

    settings, accounts = runtime.settings, Accounts(runtime.redis)
    proxy = proxy_of(settings.console_proxy, settings.console_proxy_header)
    host = "the receiver's port" if mounted else settings.console_host
    refuse_exposure(host, accounts=accounts.any(), proxy=proxy)
    return Guard(
        accounts=accounts,
        sessions=Sessions(runtime.redis),
        seals=runtime.seals,
        loopback=is_loopback(host),
        proxy=proxy,
        local_user=getpass.getuser(),
        clock=time.time,
    )


def console_of(runtime: Runtime, guard: Guard, stopping: Callable[[], bool], *, mounted: bool = False) -> Console:
    """What the pages work with, as configured now.

    :param mounted: at a path of the receiver's port, which others reach, perhaps through a proxy on this machine.
    """
    from odevents.console.console import Console

    token = runtime.settings.metrics_token
    return Console(
        store=runtime.store,
        offices=runtime.offices,
        registry=runtime.registry,
        config=runtime.config,
        file=runtime.settings.config,
        again=runtime.again,
        bulk=runtime.bulk,
        guard=guard,
        key_fingerprints=runtime.key_fingerprints,
        simulated=runtime.settings.simulated,
        metrics_token=token.get_secret_value() if token else "",
        behind_proxy=mounted or runtime.settings.tls == "proxy",
        stopping=stopping,
        clock=time.time,
    )
