"""Running a program with the selected patient in its environment; never through a shell, one at a time, latest wins."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from odevents.events.tables import ALWAYS_MINIMISED
from odevents.listener.selection import Board, Selection
from odevents.listener.tally import Outlet

LONGEST_RUN = 30.0
"""Seconds after which a program is ended: it was to show a patient, and another may be selected by now."""

FIELD_PREFIX = "OD_"
_LONGEST_VALUE = 4000
if sys.platform == "win32":
    _NO_CONSOLE = subprocess.CREATE_NO_WINDOW
else:
    _NO_CONSOLE = 0


async def run_commands(
    board: Board, command: Sequence[str], environment: Mapping[str, str], outlet: Outlet, longest: float = LONGEST_RUN
) -> None:
    """Run the program for every selection that is still the latest when its turn comes; runs until cancelled."""
    number = 0
    while True:
        selection = await board.newer_than(number)
        number = selection.number
        failure = await _run(command, {**environment, **variables(selection)}, longest)
        outlet.went_wrong(failure) if failure else outlet.worked()


def without(environment: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    """The environment to hand on: without the variables that hold keys, or could be taken for a patient's fields."""
    return {
        name: value for name, value in environment.items() if name not in names and not name.startswith(FIELD_PREFIX)
    }


def variables(selection: Selection) -> dict[str, str]:
    """``OD_PatNum``, ``OD_FName`` …: every field but SSN and MedicaidID, and ``ODEVENTS_TEST`` on a test event."""
    fields = {
        f"{FIELD_PREFIX}{column}": _plain(value)
        for column, value in selection.change.values.items()
        if column not in ALWAYS_MINIMISED and column.isascii() and column.isidentifier()
    }
    return {
        **fields,
        "OD_OFFICE": selection.change.office,
        "OD_WORKSTATION": selection.change.workstation,
        "ODEVENTS_TEST": "1" if selection.test else "",
    }


def _plain(value: Any) -> str:
    """As one line of text: an environment holds no zero bytes, and a program should not meet line ends in a name."""
    text = "" if value is None else str(value)
    return "".join(c if c.isprintable() else " " for c in text[:_LONGEST_VALUE])


async def _run(command: Sequence[str], environment: Mapping[str, str], longest: float) -> str:
    """What went wrong, or nothing."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=_NO_CONSOLE,
        )
    except OSError as error:
        return f"the program could not be started: {error.strerror}"
    try:
        async with asyncio.timeout(longest):
            code = await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
        return f"the program was ended after {longest:g} seconds"
    return f"the program ended with {code}" if code else ""
