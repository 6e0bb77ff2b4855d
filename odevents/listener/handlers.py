"""Calling the office's own Python: every ``@on(PatientSelected)`` handler, for every selection, in order."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from odevents.client.call import Call
from odevents.client.opendental import OpenDental
from odevents.errors import ConfigError
from odevents.events.change import Change
from odevents.events.tables import UI_EVENTS
from odevents.listener.background import in_background
from odevents.listener.selection import Selection
from odevents.listener.tally import Outlet
from odevents.office import Office
from odevents.reactions.registry import Reaction, Registry, declared_handlers

MOST_WAITING = 100


class NoWrites:
    """Stands where the ledger would: a workstation keeps nothing, so it cannot promise that a write happens once."""

    page_size = 0

    def send(self, call: Call) -> NoReturn:
        """:raises ConfigError: always."""
        raise ConfigError(
            f"{call.verb} {call.template}: a handler on a workstation cannot call the office; "
            "set [listener.forward], and write from a handler of the receiver"
        )


def office_named(name: str) -> Office:
    """The office as a handler on a workstation is given it; its ``client`` refuses every call."""
    return Office(name, OpenDental(NoWrites()), datetime.now())  # noqa: DTZ005  the workstation's own wall clock


class Handlers:
    """Calls handlers one after another, away from the server."""

    def __init__(self, registry: Registry, outlet: Outlet) -> None:
        self._registry = registry
        self._outlet = outlet
        self._waiting: deque[Selection] = deque()
        self._arrived = asyncio.Event()

    def take(self, selection: Selection) -> None:
        """Queue a selection; the oldest is dropped when handlers fall far behind. Tests are not handed to handlers."""
        if selection.test:
            return
        if len(self._waiting) == MOST_WAITING:
            self._waiting.popleft()
            self._outlet.went_wrong("too many selections were waiting for a handler")
        self._waiting.append(selection)
        self._outlet.waiting = len(self._waiting)
        self._arrived.set()

    async def run(self) -> None:
        """Call the handlers; runs until cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                change = self._waiting.popleft().change
                self._outlet.waiting = len(self._waiting)
                for reaction in self._registry.wanted_by(change):
                    await self._call(reaction, change)

    async def _call(self, reaction: Reaction, change: Change[Any]) -> None:
        try:
            await in_background(reaction.actions["handler"], change, office_named(change.office))
        except Exception as error:  # a handler may raise anything; its message may hold a patient
            self._outlet.went_wrong(f"{reaction.name} raised {type(error).__name__}")
        else:
            self._outlet.worked()


def load_handlers(modules: Iterable[str], folder: Path | None = None) -> Sequence[Reaction]:
    """Import the modules and return their handlers of UI events; others in the same module are the receiver's.

    :param folder: where modules may lie as well: beside ``odevents.toml``, because sign-in has no working directory.
    :raises ConfigError: a module cannot be imported.
    """
    if folder is not None and str(folder) not in sys.path:
        sys.path.append(str(folder))
    named = list(modules)
    for module in named:
        try:
            import_module(module)
        except Exception as error:  # anything may go wrong while a module runs
            raise ConfigError(f"handlers: {module} cannot be imported ({type(error).__name__})") from error
    return [reaction for reaction in declared_handlers(named) if reaction.table.name in UI_EVENTS]
