"""What a person asks for again: dead letters requeued or dropped, deliveries replayed. Each is a deed with a reason.

Everything goes back through the lanes, so the workers do it in the background and within the offices' budgets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from odevents.errors import ConfigError, SealBroken
from odevents.store import keys
from odevents.store.atomic import Lease, Steps
from odevents.store.audit import command_to_note
from odevents.store.ids import new_id
from odevents.store.inbox import PRIME, REPLAY
from odevents.store.ledger import State, requeued

if TYPE_CHECKING:
    from odevents.store.dead_letters import DeadLetter
    from odevents.store.inbox import Entry
    from odevents.store.ledger import Write
    from odevents.store.store import Store


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants it, when (seconds since the epoch), and why."""

    who: str
    at: float
    reason: str


class Again:
    """Does what a person asks for.

    :param keep_seconds: how long the ledger remembers a write that was dropped.
    """

    def __init__(self, store: Store, keep_seconds: int) -> None:
        self._store = store
        self._keep_seconds = keep_seconds

    def requeue(self, letter: DeadLetter, wish: Wish) -> str:
        """Try a dead letter again; give the id of what will be tried.

        A write keeps its identity, and is looked for at the office before it is sent. A row or a delivery comes again
        as a new delivery.

        :raises ConfigError: there is nothing left that could be tried.
        """
        return self._do(letter.office, "requeue", letter.id, wish, lambda s: self.add_requeue(s, letter, wish.at))

    def drop(self, letter: DeadLetter, wish: Wish) -> None:
        """Let a dead letter go for good."""
        self._do(letter.office, "drop", letter.id, wish, lambda steps: self.add_drop(steps, letter))

    def replay(self, entry: Entry, wish: Wish) -> str:
        """Process a stored delivery again, as a new one; give its id. What took effect already will not again.

        :raises ConfigError: it waits to be processed anyway.
        """
        return self._do(entry.office, "replay", entry.id, wish, lambda steps: self.add_replay(steps, entry, wish.at))

    def add_requeue(self, steps: Steps, letter: DeadLetter, now: float) -> str:
        """Add the steps of :meth:`requeue`, but for the deed."""
        if letter.of == "write":
            again = self._requeue_write(steps, letter, now)
        else:
            body = self._body(letter)
            first = self._store.inbox.entry(letter.office, letter.delivery)
            original = letter.delivery if letter.of == "delivery" else ""
            source = _source(first) if first else REPLAY
            again = self._deliver(steps, letter.office, original, letter.table, body, now, source)
        self._forget(steps, letter)
        return again

    def add_drop(self, steps: Steps, letter: DeadLetter) -> None:
        """Add the steps of :meth:`drop`, but for the deed."""
        self._forget(steps, letter)
        if letter.write:
            steps.add("EXPIRE", keys.write(letter.office, letter.write), self._keep_seconds)

    def add_replay(self, steps: Steps, entry: Entry, now: float) -> str:
        """Add the steps of :meth:`replay`, but for the deed."""
        if entry.status == "waiting":
            raise ConfigError(f"{entry.id} has not been processed yet; it need not be replayed")
        body = self._store.inbox.body(entry.office, entry.id)
        original = entry.replay_of or entry.id
        return self._deliver(steps, entry.office, original, entry.table, body, now, _source(entry))

    def _body(self, letter: DeadLetter) -> bytes:
        """The rows of a dead delivery or row; those of a body that could not be opened are still where it was kept."""
        body = self._store.dead_letters.content(letter)
        if letter.of == "row":
            return b"[" + body + b"]"
        if not body:
            try:
                return self._store.inbox.body(letter.office, letter.delivery)
            except SealBroken as error:
                raise ConfigError(f"{letter.id}: {error}") from None
        return body

    def _requeue_write(self, steps: Steps, letter: DeadLetter, now: float) -> str:
        write = self._given_up(letter, letter.write)
        if write.handler:  # it is made again by the handler that made it
            write = self._given_up(letter, write.handler)
        wanted = requeued(write, write.requeued + 1)
        steps.add("PERSIST", keys.write(write.office, write.id))
        self._store.ledger.plan(steps, wanted, now)
        return write.id

    def _given_up(self, letter: DeadLetter, write_id: str) -> Write:
        write = self._store.ledger.get(letter.office, write_id)
        if write is None:
            raise ConfigError(f"{letter.id}: the ledger no longer knows {write_id}; replay {letter.delivery} instead")
        if write.state is not State.DEAD:
            raise ConfigError(f"{letter.id}: {write_id} is being tried already")
        return write

    def _deliver(
        self, steps: Steps, office: str, original: str, table: str, body: bytes, now: float, source: str
    ) -> str:
        delivery = new_id("dlv", now)
        self._store.inbox.put(steps, office, delivery, table, body, now, of=original, source=source)
        return delivery

    def _forget(self, steps: Steps, letter: DeadLetter) -> None:
        steps.add("DEL", keys.dead(letter.id))
        steps.add("ZREM", keys.DEAD, letter.id)

    def _do(self, office: str, what: str, about: str, wish: Wish, add: Callable[[Steps], T]) -> T:
        """Do it, and note the deed, while nobody else does anything of the kind at this office."""
        with Lease(self._store.redis, keys.again(office), new_id("lease", wish.at)) as lease:
            if what != "replay" and self._store.dead_letters.get(about) is None:
                raise ConfigError(f"{about}: somebody else has dealt with it meanwhile")
            steps = Steps()
            done = add(steps)
            steps.add(*command_to_note(what, wish.at, who=wish.who, about=about, reason=wish.reason))
            lease.commit(steps)
        return done


def _source(entry: Entry) -> str:
    """Rows that were to become known and nothing else are not reacted to when they come again either."""
    return PRIME if entry.source == PRIME else REPLAY
