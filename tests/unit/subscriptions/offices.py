"""A pretend office of values only: what planning reads, and what the steps of a plan do to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from odevents.client.resources.computers import Computer
from odevents.client.resources.subscriptions import Subscription
from odevents.subscriptions.actual import Actual, Held
from odevents.subscriptions.declared import Declared
from odevents.subscriptions.marks import listener_endpoint, receiver_endpoint
from odevents.subscriptions.plan import Plan, Wish, plan
from odevents.subscriptions.steps import Create, Remove, Step, Update

OFFICE = "southside"
PUBLIC = "https://hooks.example.org"
NOW = datetime(2026, 1, 5, 12, 0)
POLLED = datetime(2026, 1, 5, 11, 59, 50)


def watch(name: str, table: str = "Appointment", *, machine: str = "SRV01", seconds: int = 5) -> Declared:
    """A declared subscription of a table."""
    return Declared(name, table, "", machine, seconds, receiver_endpoint(PUBLIC, OFFICE, name))


def ui(name: str, *, machine: str = "All Workstations", port: int = 2097) -> Declared:
    """A declared subscription of a UI event, to the listener."""
    return Declared(name, "", "PatientSelected", machine, 0, listener_endpoint(port))


def row(number: int, declared: Declared, **other: object) -> Subscription:
    """The row that a declared subscription is at the office."""
    return Subscription(
        SubscriptionNum=number,
        EndPointUrl=declared.endpoint,
        Workstation="" if declared.workstation == "All Workstations" else declared.workstation,
        WatchTable=declared.watch,
        UiEventType=declared.ui,
        PollingSeconds=declared.poll_seconds,
        DateTimeStart=POLLED,
        Note=f"odevents/{declared.name}",
    ).model_copy(update=other)


@dataclass
class PretendOffice:
    """Does what Open Dental does with the calls a step makes."""

    held: list[Held] = field(default_factory=list)
    computers: tuple[str, ...] | None = ("SRV01", "FRONT1")
    version: tuple[int, ...] = (25, 3, 36)
    numbers: int = 100

    def actual(self) -> Actual:
        """What reading it gives."""
        found = None if self.computers is None else tuple(Computer(ComputerNum=1, CompName=n) for n in self.computers)
        return Actual(tuple(self.held), found, self.version)

    def plan(self, *declared: Declared, prune: bool = False, now: datetime = NOW, **confirmed: datetime) -> Plan:
        """Plan for it."""
        return plan(OFFICE, declared, self.actual(), Wish(now, PUBLIC, prune, confirmed))

    def carry_out(self, step: Step) -> None:
        """Do one step."""
        match step:
            case Create():
                self.numbers += 1
                made = row(
                    self.numbers,
                    step.declared,
                    Workstation=step.workstation,
                    Note=step.note,
                    DateTimeStart=step.start or NOW,
                    DateTimeStop=step.stop,
                )
                self.held.append(Held(made))
                if step.replaces:
                    self.carry_out(step.replaces)
            case Remove():
                if step.heir:
                    self._change(step.heir.number, 0, {"DateTimeStart": step.heir.start})
                self.held = [found for found in self.held if (found.number, found.key) != (step.number, step.key)]
            case Update():
                self._change(step.number, step.key, {change.field: change.after for change in step.changes})

    def _change(self, number: int, key: int, values: Mapping[str, Any]) -> None:
        self.held = [
            Held(found.row.model_copy(update=values), found.key)
            if (found.number, found.key) == (number, key)
            else found
            for found in self.held
        ]

    def apply(self, *declared: Declared, prune: bool = False, **confirmed: datetime) -> Plan:
        """Plan, and do all of it."""
        made = self.plan(*declared, prune=prune, **confirmed)
        for step in made.steps:
            self.carry_out(step)
        return made
