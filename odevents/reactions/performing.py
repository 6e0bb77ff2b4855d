"""Carrying out writes: dry-run, rules' writes, handlers and what they write, and what is recorded of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

import msgspec

from odevents.client.call import Sender
from odevents.client.opendental import OpenDental
from odevents.errors import LeaseLost
from odevents.log import logger, place_of
from odevents.office import Office, OfficeAccess
from odevents.reactions.action import STILL, Action, Context, Echo
from odevents.reactions.attempt import Attempt, Held, attempt, expectation_of
from odevents.reactions.facts import OfficeFacts, read_facts
from odevents.reactions.handling import GuardedSender, HandlerInterrupted, HandlerWaits
from odevents.reactions.plain_call import PlainCall
from odevents.reactions.planning import ACTIONS, HANDLER, moment_of, unpacked
from odevents.reactions.registry import Reaction, Registry, holds_still
from odevents.reactions.retry import patience
from odevents.reactions.room import Room
from odevents.reactions.rules import resource_of
from odevents.store.atomic import LEASE_MS, Lease, Steps
from odevents.store.dead_letters import DeadLetter, steps_to_bury
from odevents.store.expected import Expectation
from odevents.store.ids import new_id
from odevents.store.lane_head import Slots
from odevents.store.ledger import ENDED, Result, State, Write, requeued
from odevents.store.store import Store

MOST_HANDLER_TRIES = 3
"""How often a handler may fail, or take its worker down, before its write is put aside."""

_OUT_OF_MEMORY = "out-of-memory"
_HELD_IN_DRY_RUN = 60.0
MOST_TRIES = 10
"""The same for our own writes, which only an operator's kill can interrupt."""


@dataclass(frozen=True)
class Performing:
    """How writes are carried out.

    :ivar senders: an office -> what sends its calls, within its budget.
    :ivar clock: seconds since the epoch.
    :ivar keep_seconds: how long the ledger remembers an ended write.
    :ivar handler_seconds: how long a handler may run before its process is ended.
    :ivar room: where handlers run.
    :ivar slots: an office -> the budget that its calls are within; ``None`` for no limit.
    """

    store: Store
    registry: Registry
    senders: Callable[[OfficeAccess], Sender]
    clock: Callable[[], float]
    quarantine: float
    keep_seconds: int
    handler_seconds: float
    room: Room = field(default_factory=Room)
    slots: Callable[[OfficeAccess], Slots | None] = lambda _: None

    def runs_user_code(self, write: Write) -> bool:
        """Whether to try this write is to run a handler that somebody else has written."""
        return write.action == HANDLER and write.reaction in self.registry

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
            self._bury(steps, write, result, now)
        return steps

    def refuse(self, steps: Steps, write: Write, reason: str) -> None:
        """Add the steps that put a write aside before it ever stood in a lane."""
        result, now = Result(State.DEAD, reason), self.clock()
        self.store.ledger.record(steps, write, result, now, self.keep_seconds)
        self._bury(steps, write, result, now)

    def _bury(self, steps: Steps, write: Write, result: Result, now: float) -> None:
        letter, content = _letter(write, result, now), msgspec.json.encode(write.intent)
        for command in steps_to_bury(letter, content, self.store.seals):
            steps.add(*command)

    def _attempt(self, lease: Lease, write: Write, office: OfficeAccess, action: Action) -> tuple[Write, Result]:
        if office.mode == "dry-run":
            return write, _rehearsed(write, self.clock())
        sender = self.senders(office)
        client = OpenDental(sender)
        local = office.local_time(self.clock())
        reaction = self.registry.get(write.reaction)
        at = Attempt(
            action=action,
            context=Context(client, cache(lambda: self._facts(office, client)), local, write.marker),
            sender=sender,
            recorder=_Recorder(self.store, lease, self.clock),
            clock=self.clock,
            quarantine=self.quarantine,
            on_unknown=reaction.on_unknown if reaction else "verify",
            still=lambda: reaction is None or _still(reaction, write, client),
        )
        return attempt(write, at)

    def _handle(self, lease: Lease, write: Write, office: OfficeAccess) -> tuple[Write, Result]:
        """Run a handler; its failure is its author's, and must not stop anybody else's."""
        if write.reaction not in self.registry:
            return write, Result(State.DEAD, "no-such-handler")
        change = unpacked(write.intent["change"])
        moment = moment_of(change, office.local_time(write.created_at))

        def perform(planned: Write, action: Action) -> Write:
            return self._perform_inside(lease, planned, office, action)

        guarded = GuardedSender(self.senders(office), write, perform, self.store.seals.fingerprint, moment, self.clock)
        handler = self.registry[write.reaction].actions[HANDLER]
        try:
            with self.room.enter(self.handler_seconds, alone=write.tries > 1 or write.reason == _OUT_OF_MEMORY):
                handler(change, Office(office.name, OpenDental(guarded), moment))
        except HandlerWaits as waits:
            return write, replace(waits.result, state=write.state)
        except HandlerInterrupted as interrupted:
            raise interrupted.cause from None
        except Exception as error:
            logger.error("handler failed", reaction=write.reaction, office=office.name, error=place_of(error))
            reason = _OUT_OF_MEMORY if isinstance(error, MemoryError) else "handler-failed"
            return self._failed(replace(write, attempts=write.attempts + 1), reason)
        return write, Result(State.DRY_RUN if office.mode == "dry-run" else State.DONE)

    def _failed(self, write: Write, reason: str) -> tuple[Write, Result]:
        if write.attempts >= MOST_HANDLER_TRIES:
            return write, Result(State.DEAD, "handler-failed")
        now = self.clock()
        return write, Result(write.state, reason, retry_at=now + patience(write, now))

    def _perform_inside(self, lease: Lease, planned: Write, office: OfficeAccess, action: Action) -> Write:
        write = self.store.ledger.get(office.name, planned.id) or planned
        if write.state is State.DEAD and write.requeued < planned.requeued:
            write = requeued(write, planned.requeued)
        if write.state in ENDED:
            return write
        write, result = self._attempt(lease, write, office, action)
        steps = self.settle(write, result)
        if isinstance(action, PlainCall) and (made := action.created(write.intent.get("answer"))):
            expectation = expectation_of(write, made, office.local_time(self.clock()), self.quarantine)
            self.store.expected.add(steps, write.office, made.table, made.key, expectation)
        lease.commit(steps)
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
        steps, begun = Steps(), self.clock()
        self.store.pauses.unless_held(steps, write.office, write.reaction)
        sent = self.store.ledger.intend(steps, write, begun)
        if echo:
            self.store.expected.add(steps, write.office, echo.table, echo.key, expectation)
        if not self.lease.commit(steps):
            raise Held
        self.store.await_replicas()
        if self.clock() - begun > LEASE_MS / 1000:
            # Frozen in between: by now another worker may have read back, found nothing, and sent it.
            raise LeaseLost("this worker stood still between the record of a call and the call; it was not sent")
        return sent

    def forget(self, write: Write, echo: Echo | None) -> None:
        if echo:
            steps = Steps()
            self.store.expected.drop(steps, write.office, echo.table, echo.key, [write.id])
            self.lease.commit(steps)


def _rehearsed(write: Write, now: float) -> Result:
    """Nothing is sent in dry-run mode; but what may have been sent before must not be called unsent."""
    if write.attempts and write.state in (State.SENT, State.UNKNOWN):
        return Result(State.UNKNOWN, "dry-run", retry_at=now + _HELD_IN_DRY_RUN)
    return Result(State.DRY_RUN)


def _still(reaction: Reaction, write: Write, client: OpenDental) -> bool:
    """Whether the row, as the office has it now, still fulfils the condition of a reaction that asks for it."""
    key, resource = write.intent.get(STILL), resource_of(reaction.table)
    if key is None or resource is None:
        return True
    return holds_still(reaction, getattr(client, resource).get(int(key)).wire())


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
        write=write.id,
        reaction=write.reaction,
    )
