"""``odevents serve``: the receiver."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from uvicorn import Server

    from odevents.runtime import Runtime

STOP_WITHIN = 20
"""Seconds a request in hand has to finish after SIGTERM."""


@click.command()
def serve() -> None:
    """Receive deliveries at /apievents on ODEVENTS_HOST and PORT. Liveness at /livez, readiness at /readyz."""
    from odevents.log import configure_logging, logger
    from odevents.runtime import load_runtime

    runtime = load_runtime()
    configure_logging(runtime.settings.log_level, json=not sys.stderr.isatty())
    for doubt in runtime.refuse_doubtful_redis():
        logger.warning("Redis may lose what it acknowledged", setting=doubt)
    server = _server(runtime)
    logger.info("receiver starts", host=runtime.settings.host, port=runtime.settings.port, pid=os.getpid())
    server.run()


def _server(runtime: Runtime) -> Server:
    import uvicorn

    from odevents.receiver.app import create_app
    from odevents.receiver.receive import Receiver
    from odevents.store.accepting import Accepting
    from odevents.store.connection import connect_async

    redis = connect_async(runtime.redis_url)
    accepting = Accepting(redis, runtime.seals, runtime.store.replicas)
    receiver = Receiver(runtime.offices, runtime.seals, accepting, runtime.hints, runtime.settings.max_body_bytes)
    return uvicorn.Server(
        uvicorn.Config(
            create_app(receiver, accepting.takes_writes),
            host=runtime.settings.host,
            port=runtime.settings.port,
            loop="uvloop" if sys.platform != "win32" else "asyncio",
            http="httptools",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_WITHIN,
        )
    )
