"""How the parts are joined, started and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import webbrowser
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from odevents import __version__
from odevents.listener.background import in_background
from odevents.listener.command import run_commands, without
from odevents.listener.config import ListenerSection
from odevents.listener.forward import Forwarder
from odevents.listener.handlers import Handlers
from odevents.listener.intake import Clocks, Intake
from odevents.listener.keys import KeyRing, screen_pass
from odevents.listener.open_url import open_urls, shows
from odevents.listener.routes import SCREEN_PATH, Routes
from odevents.listener.screen import Screen
from odevents.listener.selection import Board, Selection
from odevents.listener.server import Limits, Server
from odevents.listener.sockets import loopback_sockets
from odevents.listener.tally import Tally
from odevents.reactions.registry import Reaction, Registry


@dataclass(frozen=True)
class Listener:
    """What to run.

    :ivar keys: name of office to customer key; at least one.
    :ivar handlers: reactions declared by ``@on(PatientSelected)``.
    :ivar show: opens a URL in the person's browser.
    """

    section: ListenerSection
    keys: Mapping[str, str] = field(repr=False)
    handlers: Sequence[Reaction] = ()
    limits: Limits = field(default_factory=Limits)
    clocks: Clocks = field(default_factory=Clocks)
    show: Callable[[str], bool] = webbrowser.open
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)

    def page(self, port: int) -> str:
        """The address of the page; whoever has it can see who is selected."""
        return f"http://127.0.0.1:{port}{SCREEN_PATH}/{screen_pass(next(iter(self.keys.values())))}/"

    @contextlib.asynccontextmanager
    async def running(self, sockets: list[socket.socket]) -> AsyncIterator[Tally]:
        """Answer on these sockets until the block ends."""
        tally = Tally(self.clocks.wall(), __version__)
        board = Board()
        tasks: list[Coroutine[Any, Any, None]] = []
        takers: list[Callable[[Selection], None]] = [board.post]
        self._add_outlets(board, tally, takers, tasks)
        keys = KeyRing(self.keys)
        intake = Intake(keys, self.section.content_types, tally, takers, self.clocks)
        screen = Screen(board, self.section.screen, tally)
        routes = Routes(sockets[0].getsockname()[1], keys, intake, screen, tally)
        server = Server(routes.respond, routes.refuse, self.limits)
        await server.start(sockets)
        # An outlet never ends by itself: if one fails all the same, so does the listener, and the system restarts it.
        async with asyncio.TaskGroup() as group:
            working = [group.create_task(task) for task in tasks]
            try:
                yield tally
            finally:
                for task in working:
                    task.cancel()
                await server.stop()

    def _add_outlets(
        self,
        board: Board,
        tally: Tally,
        takers: list[Callable[[Selection], None]],
        tasks: list[Coroutine[Any, Any, None]],
    ) -> None:
        section = self.section
        if section.open_url:
            tasks.append(open_urls(board, section.open_url, tally.outlet("open_url"), self.show))
        if section.command:
            ours = {secret.env for secret in section.keys.values() if secret.env}
            environment = without(self.environment, ours)
            tasks.append(run_commands(board, section.command, environment, tally.outlet("command")))
        if section.forward:
            forwarder = Forwarder(section.forward, tally.outlet("forward"))
            takers.append(forwarder.take)
            tasks.append(forwarder.run())
        if self.handlers:
            handlers = Handlers(Registry(self.handlers), tally.outlet("handlers"))
            takers.append(handlers.take)
            tasks.append(handlers.run())


async def listen(listener: Listener, say: Callable[[str], None]) -> None:
    """Listen on the configured port until the process is asked to stop.

    :raises ConfigError: the port is taken.
    """
    sockets = loopback_sockets(listener.section.port)
    page = listener.page(sockets[0].getsockname()[1])
    async with listener.running(sockets):
        say(f"listening on {' and '.join(_address(sock) for sock in sockets)}")
        say(f"page: {page}")
        opening = (
            asyncio.create_task(in_background(shows, listener.show, page)) if listener.section.screen.open else None
        )
        await _asked_to_stop()
        if opening:
            opening.cancel()


def _address(sock: socket.socket) -> str:
    host, port = sock.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def _asked_to_stop() -> None:
    stop = asyncio.Event()
    if sys.platform != "win32":
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
    # On Windows Ctrl-C cancels this wait, and the Task Scheduler ends the process outright.
    await stop.wait()
