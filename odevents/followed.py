"""What is said of the work while it is done: its ids on every log line, a line when it has ended, and its spans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from odevents.log import correlated, logger

if TYPE_CHECKING:
    from odevents.store.inbox import Entry
    from odevents.store.ledger import Result, Write
    from odevents.tracing import Traces

Clock = Callable[[], float]
"""Seconds since the epoch."""


@contextmanager
def delivery_followed(entry: Entry, traces: Traces | None, clock: Clock) -> Iterator[None]:
    """Around the understanding of one delivery; nothing is said of one that could not be committed."""
    with correlated(office=entry.office, delivery=entry.id, table=entry.table):
        began = clock()
        yield
        logger.debug("delivery understood", rows=entry.rows)
    if traces:
        traces.understood(entry, began, clock())


@contextmanager
def write_followed(write: Write, traces: Traces | None, clock: Clock) -> Iterator[Callable[[Result], None]]:
    """Around one attempt at a write; tell it the result."""
    ids = {"office": write.office, "delivery": write.delivery, "write": write.id, "reaction": write.reaction}
    with correlated(**ids):
        began = clock()

        def ended(result: Result) -> None:
            logger.info("write recorded", action=write.action, status=str(result.state), code=result.reason)
            if traces:
                traces.attempted(write, result, began, clock())

        yield ended
