"""Handing events on to the receiver, with the headers they came with; in memory, in order, for a bounded time."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from time import monotonic
from urllib.parse import urlsplit

from odevents.listener.background import in_background
from odevents.listener.config import ForwardSection
from odevents.listener.selection import Selection
from odevents.listener.tally import Outlet

MOST_KEPT = 1000
TIMEOUT = 10.0
_LONGEST_WAIT = 30.0
_ACCEPTED = 200
_TRY_AGAIN = {408, 425, 429}

Send = Callable[[str, Mapping[str, str], bytes], int]
"""Posts headers and body to a URL; returns the status, or raises :class:`OSError` or :class:`HTTPException`."""


class Forwarder:
    """Keeps what the receiver has not yet taken, and goes on trying."""

    def __init__(
        self,
        section: ForwardSection,
        outlet: Outlet,
        send: Send | None = None,
        clock: Callable[[], float] = monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._url = section.url
        self._keep = section.keep_seconds
        self._outlet = outlet
        self._send = send or post
        self._clock = clock
        self._pause = pause
        self._kept: deque[tuple[float, Selection]] = deque()
        self._arrived = asyncio.Event()

    def take(self, selection: Selection) -> None:
        """Keep a selection for the receiver. Tests stay on this machine: an invented patient has no business there."""
        if selection.test:
            return
        if len(self._kept) == MOST_KEPT:
            self._drop("too many events were waiting for the receiver")
        self._kept.append((self._clock(), selection))
        self._outlet.waiting = len(self._kept)
        self._arrived.set()

    async def run(self) -> None:
        """Send what is kept, oldest first; runs until cancelled."""
        failures = 0
        while True:
            self._drop_expired()
            if not self._kept:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            failure = await self._try_oldest()
            failures = failures + 1 if failure else 0
            if failure:
                self._outlet.last_failure = failure
                await self._pause(min(2.0 ** (failures - 1), _LONGEST_WAIT, self._keep))

    async def _try_oldest(self) -> str:
        """Why it has to be tried again, or nothing."""
        kept = self._kept[0]
        try:
            status = await in_background(self._send, self._url, kept[1].headers, kept[1].body)
        except (OSError, HTTPException) as error:
            return f"the receiver does not answer ({type(error).__name__})"
        if status in _TRY_AGAIN or status >= 500:
            return f"the receiver answers {status}"
        if self._kept and self._kept[0] is kept:
            if status == _ACCEPTED:
                self._kept.popleft()
                self._outlet.worked()
            else:
                self._drop(f"the receiver refuses the event with {status}")
        self._outlet.waiting = len(self._kept)
        return ""

    def _drop_expired(self) -> None:
        while self._kept and self._clock() - self._kept[0][0] > self._keep:
            self._drop(f"the receiver was away for more than {self._keep:g} seconds")

    def _drop(self, reason: str) -> None:
        self._kept.popleft()
        self._outlet.went_wrong(reason)
        self._outlet.waiting = len(self._kept)


def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
    """One POST: no redirects, no proxy from the environment, certificates checked against the system's own store.

    :raises OSError, HTTPException: no answer.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        connection: HTTPConnection = HTTPSConnection(
            host, parts.port, timeout=TIMEOUT, context=ssl.create_default_context()
        )
    else:
        connection = HTTPConnection(host, parts.port, timeout=TIMEOUT)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()
