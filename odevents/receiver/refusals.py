"""What was turned away: counted in memory, told once a second.

A flood of bad requests must not become a flood of log lines, nor of writes to a server that syncs every one of them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from odevents.log import logger

TOLD_EVERY = 1.0
_MOST_KINDS = 200


Turned = tuple[str, str, str]
"""A kind of refusal: the office (``""`` where nobody knows whose it was), reason code, workstation (safe to print)."""


class Refusals:
    """Collects, and tells once a second while there is something to tell.

    :param keep: puts the counts of one second into the store.
    """

    def __init__(self, keep: Callable[[Mapping[Turned, int]], Awaitable[None]]) -> None:
        self._keep = keep
        self._counted: Counter[Turned] = Counter()
        self._telling: asyncio.Task[None] | None = None

    def note(self, office: str, code: str, workstation: str = "") -> None:
        """Count one. Called in the event loop."""
        turned = (office, code, workstation)
        if len(self._counted) >= _MOST_KINDS and turned not in self._counted:
            turned = (office, code, "")
        self._counted[turned] += 1
        if self._telling is None or self._telling.done():
            self._telling = asyncio.get_running_loop().create_task(self._tell_soon())

    async def tell(self) -> None:
        """Tell what was counted."""
        counted, self._counted = self._counted, Counter()
        by_reason: Counter[tuple[str, str]] = Counter()
        for (office, code, _), times in counted.items():
            by_reason[office, code] += times
        for (office, code), times in sorted(by_reason.items()):
            logger.info("refused", office=office, code=code, number=times)
        await self._keep(counted)

    async def _tell_soon(self) -> None:
        while True:
            await asyncio.sleep(TOLD_EVERY)
            if not self._counted:
                return
            await self.tell()
