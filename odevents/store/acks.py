"""What is noted of answers: how many deliveries were taken, and how long that took.

Written together a moment later, so that a delivery costs one exchange and no more. A note that is lost is no harm.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
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
    """Collects notes and writes them. Called in the event loop.

    :param write: has the server carry out commands together.
    """

    def __init__(self, write: Callable[[Sequence[tuple[Argument, ...]]], Awaitable[object]]) -> None:
        self._write = write
        self._noted: list[tuple[str, float]] = []
        self._counted: Counter[str] = Counter()
        self._writing: asyncio.Task[None] | None = None

    def count(self, name: str) -> None:
        """Raise a counter."""
        self._counted[name] += 1
        self._begin()

    def note(self, office: str, delivery_id: str, milliseconds: float) -> None:
        """Remember how long one answer took."""
        self._noted.append((keys.delivery(office, delivery_id), milliseconds))
        self._begin()

    async def write(self) -> None:
        """Write what was noted now: somebody is about to look."""
        noted, self._noted = self._noted, []
        counted, self._counted = self._counted, Counter()
        shown: list[tuple[Argument, ...]] = [("HINCRBY", keys.STATS, name, by) for name, by in counted.items()]
        for some in (noted[at : at + _MOST_AT_ONCE] for at in range(0, len(noted), _MOST_AT_ONCE)):
            shown += [("HSET", key, "ack", f"{each:.1f}") for key, each in some]
            shown += commands_to_note_acks(time.time(), [each for _, each in some])
            await self._tell(shown)
            shown = []
        if shown:
            await self._tell(shown)

    def _begin(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write_soon())

    async def _write_soon(self) -> None:
        await asyncio.sleep(WITHIN)
        await self.write()

    async def _tell(self, commands: Sequence[tuple[Argument, ...]]) -> None:
        with suppress(StoreUnavailable):
            await self._write(commands)
