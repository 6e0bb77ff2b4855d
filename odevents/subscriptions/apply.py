"""Carrying out a plan at one office, over its REST API.

What was not answered may have taken effect or not; then the office is read again and planned for again, so that a lost
answer neither doubles a subscription nor leaves one out. Every step alone leaves the events flowing: a replacement is
there, with the old one's cursor, before the old one goes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from odevents.client.opendental import OpenDental
from odevents.client.resources.subscriptions import Subscriptions
from odevents.errors import CallError, KeyRefused, NotFound, OfficeOffline, OutcomeUnknown
from odevents.subscriptions.marks import marked
from odevents.subscriptions.plan import Plan
from odevents.subscriptions.steps import Change, Create, Remove, Step, Update

LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001  Open Dental's times carry no zone
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Failed:
    """A step that was not carried out."""

    step: Step
    error: CallError


@dataclass
class Applied:
    """What became of a plan: what was done, and what was tried last and was not."""

    done: list[Step] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)


def apply_until_known(
    clients: Sequence[OpenDental], first: Plan, again: Callable[[], Plan], done: Callable[[Step], None]
) -> Applied:
    """Carry out a plan; where an answer was lost, read and plan again, and carry out what is still to do.

    :param clients: the office's API under each of its customer keys.
    :param again: reads the office and plans again.
    :param done: is told each step that is done.
    """
    applied, plan = Applied(), first
    for round_ in range(1, _ROUNDS + 1):
        failed = _carry_out(clients, plan, applied, done)
        applied.failed = failed
        if round_ == _ROUNDS or not any(isinstance(failure.error, OutcomeUnknown) for failure in failed):
            break
        try:
            plan = again()
        except CallError:
            break
    return applied


def _carry_out(
    clients: Sequence[OpenDental], plan: Plan, applied: Applied, done: Callable[[Step], None]
) -> list[Failed]:
    failed: list[Failed] = []
    for step in plan.steps:
        try:
            carry_out(clients, step)
        except CallError as error:
            failed.append(Failed(step, error))
            if isinstance(error, OfficeOffline):
                break
        else:
            applied.done.append(step)
            done(step)
    return failed


def carry_out(clients: Sequence[OpenDental], step: Step) -> None:
    """One step.

    :raises odevents.errors.CallError: it was not done, or nobody knows.
    """
    match step:
        case Create():
            _create(clients[0], step)
            if step.replaces:
                remove(clients[step.replaces.key].subscriptions, step.replaces)
        case Update():
            _update(clients[step.key], step.number, step.changes)
        case Remove():
            if step.heir:
                clients[0].subscriptions.update(step.heir.number, DateTimeStart=step.heir.start)
            remove(clients[step.key].subscriptions, step)


def _create(client: OpenDental, step: Create) -> None:
    wanted = step.declared
    source = (
        {"WatchTable": wanted.watch, "PollingSeconds": wanted.poll_seconds}
        if wanted.watch
        else {"UiEventType": wanted.ui}
    )
    times = {"DateTimeStart": step.start, "DateTimeStop": step.stop}
    client.subscriptions.create(
        EndPointUrl=wanted.endpoint,
        Workstation=step.workstation,
        Note=step.note,
        **source,
        **{name: value for name, value in times.items() if value is not None},  # type: ignore[arg-type]
    )


def _update(client: OpenDental, number: int, changes: Sequence[Change]) -> None:
    values = {change.field: change.after for change in changes}
    client.subscriptions.update(number, **values)  # type: ignore[arg-type]


def remove(subscriptions: Subscriptions, step: Remove) -> bool:
    """Delete a subscription, or stop it for good where the key may not delete; say whether it was deleted.

    :raises odevents.errors.CallError: neither was possible.
    """
    try:
        subscriptions.delete(step.number)
    except NotFound:
        return True
    except KeyRefused:
        note = marked(step.note, step.name, "removed")
        subscriptions.update(step.number, DateTimeStop=LONG_AGO, Note=note)
        return False
    return True
