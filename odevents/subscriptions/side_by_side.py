"""The same for many offices at once; what goes wrong at one is said of that one and stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

from odevents.errors import CallError

T = TypeVar("T")

AT_ONCE = 16
"""Offices asked at the same time; each waits for its own budget, so more of them cost threads and nothing else."""


def side_by_side(
    offices: Iterable[str], action: Callable[[str], T], at_once: int = AT_ONCE
) -> Iterator[tuple[str, T | CallError]]:
    """What ``action`` gives for each office, as soon as it is there; or the error of the call that failed.

    Any other error ends it all.
    """
    with ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="office") as pool:
        running = {pool.submit(action, name): name for name in offices}
        try:
            for finished in as_completed(running):
                error = finished.exception()
                if error is None:
                    yield running[finished], finished.result()
                elif isinstance(error, CallError):
                    yield running[finished], error
                else:
                    raise error
        finally:
            for waiting in running:
                waiting.cancel()
