"""How long answers took: noted after each, written together, so that a delivery costs one exchange and no more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from odevents.errors import StoreUnavailable
from odevents.store import keys
from odevents.store.atomic import Argument
from odevents.store.strips import commands_to_note_acks

WITHIN = 0.05
"""Seconds after which a note is written."""

_MOST_AT_ONCE = 500


class Acks:
    """Collects notes and writes them; a lost note is no harm.

    :param write: has the server carry out commands together.
    """

    def __init__(self, write: Callable[[Sequence[tuple[Argument, ...]]], Awaitable[object]]) -> None:
        self._write = write
        self._noted: list[tuple[str, float]] = []
        self._writing: asyncio.Task[None] | None = None

    def note(self, office: str, delivery_id: str, milliseconds: float) -> None:
        """Remember how long one answer took. Called in the event loop."""
        self._noted.append((keys.delivery(office, delivery_id), milliseconds))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write_soon())

    async def write(self) -> None:
        """Write what was noted now: somebody is about to look."""
        noted, self._noted = self._noted, []
        for some in (noted[at : at + _MOST_AT_ONCE] for at in range(0, len(noted), _MOST_AT_ONCE)):
            shown: list[tuple[Argument, ...]] = [("HSET", key, "ack", f"{each:.1f}") for key, each in some]
            with suppress(StoreUnavailable):
                await self._write(shown + commands_to_note_acks(time.time(), [each for _, each in some]))

    async def _write_soon(self) -> None:
        await asyncio.sleep(WITHIN)
        await self.write()
