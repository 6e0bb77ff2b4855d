"""The stream that tells open pages that something happened: no content, only "changed"; each asks for its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from odevents.errors import StoreUnavailable
from odevents.store.tail import Happening

BEAT = 5.0
"""Seconds between signs of life; ``console.js`` calls the stream stale after two and a half of them."""

MOST_STREAMS = 200
_STOPS_WITHIN = 0.25


class Pulse:
    """Follows the tail in one thread, for as many open pages as there are, and only while there are any.

    :param follow: begins to follow; see :func:`odevents.store.tail.follow`.
    """

    def __init__(self, follow: Callable[[], Iterator[Happening | None]]) -> None:
        self._follow_tail = follow
        self._lock = threading.Lock()
        self._wakers: set[Callable[[str], None]] = set()
        self._running = False

    @property
    def streams(self) -> int:
        """How many pages listen."""
        return len(self._wakers)

    @contextmanager
    def listening(self, wake: Callable[[str], None]) -> Iterator[None]:
        """Call ``wake`` from another thread: ``changed`` when something happened, ``lost`` when the store went away."""
        with self._lock:
            self._wakers.add(wake)
            if not self._running:
                self._running = True
                threading.Thread(target=self._follow, name="console pulse", daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                self._wakers.discard(wake)

    def _follow(self) -> None:
        try:
            for happening in self._follow_tail():
                if happening:
                    self._tell("changed")
                with self._lock:
                    if not self._wakers:
                        self._running = False
                        return
        except StoreUnavailable:
            with self._lock:
                self._running = False
            self._tell("lost")

    def _tell(self, what: str) -> None:
        with self._lock:
            wakers = list(self._wakers)
        for wake in wakers:
            wake(what)


def stream(request: Request, pulse: Pulse, stopping: Callable[[], bool], allowed: Callable[[], bool]) -> Response:
    """Answer a page that wants to know when something happens.

    :param stopping: whether the process is about to end; the stream ends with it.
    :param allowed: whether whoever asked is still signed in; asked at each beat, in a thread.
    """
    if pulse.streams >= MOST_STREAMS:
        return PlainTextResponse("Too many pages are open.\n", 503, {"Retry-After": "30"})
    return StreamingResponse(_told(request, pulse, stopping, allowed), media_type="text/event-stream")


async def _told(
    request: Request, pulse: Pulse, stopping: Callable[[], bool], allowed: Callable[[], bool]
) -> AsyncIterator[bytes]:
    news: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def wake(what: str) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(news.put_nowait, what)

    with pulse.listening(wake):
        yield _event("beat")
        beat_at = loop.time() + BEAT
        while not stopping() and not await request.is_disconnected():
            what = await _next(news)
            if what == "lost":
                return
            if what:
                yield _event("changed")
            if loop.time() < beat_at:
                continue
            beat_at = loop.time() + BEAT
            if not await run_in_threadpool(allowed):
                yield _event("over")
                return
            yield _event("beat")


async def _next(news: asyncio.Queue[str]) -> str:
    """What happened meanwhile, as one word; ``""`` for nothing within a moment."""
    try:
        async with asyncio.timeout(_STOPS_WITHIN):
            found = [await news.get()]
    except TimeoutError:
        return ""
    while not news.empty():
        found.append(news.get_nowait())
    return "lost" if "lost" in found else "changed"


def _event(name: str) -> bytes:
    return f"event: {name}\ndata: \n\n".encode("ascii")
