"""What the connections of one receiver share: how long, how many, how large, and who is connected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from odevents.request_head import MAX_HEAD


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, bytes and counts.

    :ivar head: seconds for the head of a request, and for saying anything at all.
    :ivar body: seconds for the body, from the end of the head.
    :ivar idle: seconds between two requests; longer than a proxy's usual 60, so that none sends into a closing one.
    :ivar goodbye: seconds for a refused sender to take its answer.
    :ivar stopping: seconds for a body that is still arriving when the receiver is told to stop.
    :ivar head_bytes: of a request all that is not body: request line, headers, what chunks are wrapped in.
    :ivar per_address: connections from one address.
    :ivar waiting: connections without a request in hand; beyond it the one that waits longest is dropped.
    """

    head: float = 10.0
    body: float = 30.0
    idle: float = 75.0
    goodbye: float = 1.0
    stopping: float = 5.0
    head_bytes: int = MAX_HEAD
    per_address: int = 64
    waiting: int = 2048


class Droppable(Protocol):
    """A connection, as the gate sees it."""

    def drop(self) -> None:
        """Close it at once."""


class Gate:
    """Counts connections.

    :param limits: the limits of every connection.
    :param is_proxy: whether an address is a proxy's, which may have as many connections as it likes.
    :param note: told the reason code of every connection or request that was turned away here.
    """

    def __init__(self, limits: Limits, is_proxy: Callable[[str], bool], note: Callable[[str], None]) -> None:
        self.limits = limits
        self.note = note
        self._is_proxy = is_proxy
        self._connected: Counter[str] = Counter()
        self._waiting: dict[Droppable, None] = {}

    def admit(self, address: str) -> bool:
        """Count a connection, unless its address has enough of them."""
        if self._connected[address] >= self.limits.per_address and not self._is_proxy(address):
            return False
        self._connected[address] += 1
        return True

    def leave(self, connection: Droppable, address: str) -> None:
        """An admitted connection is gone."""
        self._waiting.pop(connection, None)
        self._connected[address] -= 1
        if not self._connected[address]:
            del self._connected[address]

    def waits(self, connection: Droppable) -> None:
        """A connection has no request in hand now; where too many have none, drop the one that waits longest."""
        self._waiting.pop(connection, None)
        self._waiting[connection] = None
        if len(self._waiting) > self.limits.waiting:
            longest = next(iter(self._waiting))
            del self._waiting[longest]
            self.note("too-many-waiting")
            longest.drop()

    def busy(self, connection: Droppable) -> None:
        """The head of a request has come in whole."""
        self._waiting.pop(connection, None)
