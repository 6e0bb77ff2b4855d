"""Waiting for blocking work without letting it hold up the end of the program."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def in_background(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``work`` in a thread of its own and return or raise what it does.

    The usual thread pool is joined when the loop closes, so one connection that hangs would delay a sign-out; a daemon
    thread is left behind.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            result = work(*args, **kwargs)
        except Exception as error:  # whatever it is, it belongs to the one who waits
            _report(loop, partial(outcome.set_exception, error), outcome)
        else:
            _report(loop, partial(outcome.set_result, result), outcome)

    threading.Thread(target=run, name="odevents background", daemon=True).start()
    return await outcome


def _report(loop: asyncio.AbstractEventLoop, settle: Callable[[], object], outcome: asyncio.Future[T]) -> None:
    def unless_cancelled() -> None:
        if not outcome.done():
            settle()

    with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
        loop.call_soon_threadsafe(unless_cancelled)
