"""Carrying out writes: dry-run, rules' writes, handlers and what they write, and what is recorded of each."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import msgspec

from odevents.client.call import Sender
from odevents.client.opendental import OpenDental
from odevents.log import logger
from odevents.office import Office, OfficeAccess
from odevents.reactions.action import Action, Context, Echo
from odevents.reactions.attempt import Attempt, attempt
from odevents.reactions.facts import OfficeFacts, read_facts
from odevents.reactions.handling import GuardedSender, HandlerWaits
from odevents.reactions.planning import ACTIONS, HANDLER, unpacked
from odevents.reactions.registry import Registry
from odevents.reactions.retry import patience
from odevents.store.atomic import Lease, Steps
from odevents.store.dead_letters import DeadLetter, steps_to_bury
from odevents.store.expected import Expectation
from odevents.store.ids import new_id
from odevents.store.ledger import ENDED, Result, State, Write
from odevents.store.store import Store

MOST_HANDLER_TRIES = 3
"""How often a handler may fail, or take its worker down, before its write is put aside."""

MOST_TRIES = 10
"""The same for our own writes, which only an operator's kill can interrupt."""


@dataclass(frozen=True)
class Performing:
    """How writes are carried out.

    :ivar senders: an office -> what sends its calls, within its budget.
    :ivar clock: seconds since the epoch.
    :ivar keep_seconds: how long the ledger remembers an ended write.
    """

    store: Store
    registry: Registry
    senders: Callable[[OfficeAccess], Sender]
    clock: Callable[[], float]
    quarantine: float
    keep_seconds: int

    def attempt(self, lease: Lease, write: Write, office: OfficeAccess) -> tuple[Write, Result]:
        """Try a write once."""
        if write.tries > (MOST_HANDLER_TRIES if write.action == HANDLER else MOST_TRIES):
            return write, Result(State.DEAD, "worker-died")
        if write.action == HANDLER:
            return self._handle(lease, write, office)
        return self._attempt(lease, write, office, ACTIONS[write.action])

    def settle(self, write: Write, result: Result) -> Steps:
        """The steps that record how it ended."""
        steps, now = Steps(), self.clock()
        self.store.ledger.settle(steps, write, result, now, self.keep_seconds)
        if result.state is State.DEAD:
            for command in steps_to_bury(
                _letter(write, result, now), msgspec.json.encode(write.intent), self.store.seals
            ):
                steps.add(*command)
        return steps

    def _attempt(self, lease: Lease, write: Write, office: OfficeAccess, action: Action) -> tuple[Write, Result]:
        if office.mode == "dry-run":
            return write, Result(State.DRY_RUN)
        sender = self.senders(office)
        client = OpenDental(sender)
        local = office.local_time(self.clock())
        context = Context(client, cache(lambda: self._facts(office, client)), local, write.marker)
        recorder = _Recorder(self.store, lease, self.clock)
        return attempt(write, Attempt(action, context, sender, recorder, self.clock, self.quarantine))

    def _handle(self, lease: Lease, write: Write, office: OfficeAccess) -> tuple[Write, Result]:
        """Run a handler; its failure is its author's, and must not stop anybody else's."""
        if write.reaction not in self.registry:
            return write, Result(State.DEAD, "no-such-handler")
        change = unpacked(write.intent["change"])
        moment = office.local_time(write.created_at)

        def perform(planned: Write, action: Action) -> Write:
            return self._perform_inside(lease, planned, office, action)

        guarded = GuardedSender(self.senders(office), write, perform, self.store.seals.fingerprint, moment)
        handler = self.registry[write.reaction].actions[HANDLER]
        try:
            handler(change, Office(office.name, OpenDental(guarded), moment))
        except HandlerWaits as waits:
            return write, replace(waits.result, state=State.INTENDED)
        except Exception as error:
            logger.error("handler failed", reaction=write.reaction, office=office.name, error=_place(error))
            return self._failed(replace(write, attempts=write.attempts + 1))
        return write, Result(State.DRY_RUN if office.mode == "dry-run" else State.DONE)

    def _failed(self, write: Write) -> tuple[Write, Result]:
        if write.attempts >= MOST_HANDLER_TRIES:
            return write, Result(State.DEAD, "handler-failed")
        now = self.clock()
        return write, Result(State.INTENDED, "handler-failed", retry_at=now + patience(write, now))

    def _perform_inside(self, lease: Lease, planned: Write, office: OfficeAccess, action: Action) -> Write:
        write = self.store.ledger.get(office.name, planned.id) or planned
        if write.state in ENDED:
            return write
        write, result = self._attempt(lease, write, office, action)
        lease.commit(self.settle(write, result))
        if result.retry_at is not None:
            raise HandlerWaits(result)
        return replace(write, state=result.state, reason=result.reason)

    def _facts(self, office: OfficeAccess, client: OpenDental) -> OfficeFacts:
        kept = self.store.facts(office.name)
        if kept is not None:
            return msgspec.json.decode(kept, type=OfficeFacts)
        facts = read_facts(client)
        self.store.keep_facts(office.name, msgspec.json.encode(facts))
        return facts


@dataclass(frozen=True, slots=True)
class _Recorder:
    store: Store
    lease: Lease
    clock: Callable[[], float]

    def intend(self, write: Write, echo: Echo | None, expectation: Expectation) -> Write:
        steps = Steps()
        sent = self.store.ledger.intend(steps, write, self.clock())
        if echo:
            self.store.expected.add(steps, write.office, echo.table, echo.key, expectation)
        self.lease.commit(steps)
        return sent

    def forget(self, write: Write, echo: Echo | None) -> None:
        if echo:
            steps = Steps()
            self.store.expected.drop(steps, write.office, echo.table, echo.key, [write.id])
            self.lease.commit(steps)


def _letter(write: Write, result: Result, now: float) -> DeadLetter:
    return DeadLetter(
        id=new_id("dead", now),
        of="write",
        office=write.office,
        table=write.table,
        delivery=write.delivery,
        code=result.reason,
        message=f"{write.reaction}: {write.action} {write.id} was given up after {write.attempts} attempts",
        at=now,
    )


def _place(error: Exception) -> str:
    """What failed and where, without the message, which may hold anything."""
    frames: list[Any] = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + where
