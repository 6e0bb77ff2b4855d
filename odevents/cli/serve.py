"""``odevents serve``: the receiver."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
from typing import TYPE_CHECKING

import click

from odevents import __version__
from odevents.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

    from odevents.receiver.server import Server
    from odevents.runtime import Runtime


@click.command()
def serve() -> None:
    """Receive deliveries at /apievents on ODEVENTS_HOST and PORT. Liveness at /livez, readiness at /readyz.

    With ODEVENTS_CONSOLE_ON_SERVE the operator's page is at /console, behind its accounts.
    """
    from odevents.hygiene import many_open_files, reuse_large_blocks
    from odevents.log import configure_logging, logger
    from odevents.reloading import Reloading
    from odevents.runtime import load_receiver_runtime, load_runtime
    from odevents.settings import load_settings
    from odevents.store.presence import present

    load = load_runtime if load_settings().console_on_serve else load_receiver_runtime
    runtime = load()
    configure_logging(runtime.settings.log_level, json=not sys.stderr.isatty())
    for doubt in runtime.refuse_doubtful_redis():
        logger.warning("Redis is not to be trusted", setting=doubt)
    many_open_files()
    reuse_large_blocks()
    take, server = _server(runtime)
    Reloading(load, runtime).watch(take)
    listener = listening(runtime.settings.host, runtime.settings.port)
    logger.info("receiver starts", host=runtime.settings.host, port=listener.getsockname()[1], pid=os.getpid())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises it again when it has finished
    with present(runtime.redis, "serve", __version__):
        server.run([listener])


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    :raises ConfigError: the port is taken, or the address is not this machine's.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        fault = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be listened on ({error.strerror})"
        raise ConfigError(
            f"port {port} of {host} {fault}; stop what listens there, or choose another: "
            "ODEVENTS_PORT and ODEVENTS_HOST, or for the demo --port 0"
        ) from None


def _server(runtime: Runtime) -> tuple[Callable[[Runtime], None], Server]:
    """What to call when the configuration has changed, and the server."""
    from odevents.receiver.app import create_app
    from odevents.receiver.receive import Receiver
    from odevents.receiver.refusals import Refusals
    from odevents.receiver.server import Server
    from odevents.store.accepting import Accepting
    from odevents.store.connection import connect_async, replicas_wanted
    from odevents.store.refusals import Refusing

    settings = runtime.settings
    index = runtime.receiver_index
    redis = connect_async(runtime.redis_url)
    accepting = Accepting(redis, index.seals(), replicas_wanted(runtime.redis))
    receiver = Receiver(index, accepting, runtime.hints, settings)
    refusals = Refusals(Refusing(redis).note)
    app = create_app(receiver, accepting.takes_writes, refusals)
    server = Server(app, refusals, settings)
    show = _mount_console(app, runtime, lambda: server.should_exit) if settings.console_on_serve else lambda _: None

    def take(found: Runtime) -> None:
        receiver.know(found.receiver_index)
        show(found)

    return take, server


def _mount_console(app: Starlette, runtime: Runtime, stopping: Callable[[], bool]) -> Callable[[Runtime], None]:
    """Show the operator's page at /console of this port; give what to call when the configuration has changed."""
    from odevents.cli.console import console_of, guard_of
    from odevents.console.app import create_console

    guard = guard_of(runtime, mounted=True)
    here = [console_of(runtime, guard, stopping, mounted=True)]
    app.mount("/console", create_console(lambda: here[0]))

    def take(found: Runtime) -> None:
        here[0] = console_of(found, guard, stopping, mounted=True)

    return take
