"""The receiver's server: uvicorn with our edge on every connection."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

from odevents.receiver.edge import Connection
from odevents.receiver.failures import in_any
from odevents.receiver.gate import Gate, Limits
from odevents.receiver.refusals import Refusals
from odevents.receiver.tls import certificate_of
from odevents.settings import Settings

STOP_WITHIN = 20
"""Seconds a request in hand has to finish after SIGTERM."""

_TICKS_BETWEEN_LOOKS = 20
"""At ten ticks a second: how often the certificate's files are looked at."""


class Server(uvicorn.Server):
    """uvicorn's server, whose connections pass the gate.

    :raises ConfigError: deliveries would travel readable.
    """

    def __init__(self, app: Starlette, refusals: Refusals, settings: Settings) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="uvloop" if sys.platform != "win32" else "asyncio",
                http="httptools",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=bool(settings.proxies),
                forwarded_allow_ips=list(settings.proxies),
                timeout_graceful_shutdown=STOP_WITHIN,
            )
        )
        self._certificate = certificate_of(settings)
        self._limits = Limits(
            head=settings.head_seconds,
            body=settings.body_seconds,
            per_address=settings.connections_per_address,
        )
        self._gate = Gate(self._limits, _proxies(settings), lambda code: refusals.note("", code))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen. Not uvicorn's own, which gives a TLS handshake a minute and knows no gate."""
        await self.lifespan.startup()
        loop = asyncio.get_running_loop()

        def connection() -> Connection:
            return Connection(self._gate, self.config, self.server_state, self.lifespan.state, loop)

        tls = self._certificate.context if self._certificate else None
        within = self._limits.head if tls else None
        self.servers = [
            await loop.create_server(
                connection, sock=sock, ssl=tls, ssl_handshake_timeout=within, backlog=self.config.backlog
            )
            for sock in sockets or []
        ]
        self.started = True

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: look, now and then, whether the certificate was renewed."""
        if self._certificate and counter % _TICKS_BETWEEN_LOOKS == 0:
            self._certificate.renew()
        return await super().on_tick(counter)


def _proxies(settings: Settings) -> Callable[[str], bool]:
    """Whether an address is a proxy's. Where all comes by a proxy and none is named, any may be."""
    if not settings.proxies:
        return lambda _: settings.tls == "proxy"
    return lambda address: in_any(address, settings.proxies)
