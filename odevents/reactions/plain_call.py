"""Any other write that a handler makes through ``office.client``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from odevents.client.call import Call
from odevents.config import ReactionTable
from odevents.events.change import WHOLE_ROW, Change
from odevents.events.tables import table_named
from odevents.reactions.action import Check, Context, Echo, Found, Intent
from odevents.store.expected import Trace

_WATCHED = {
    "appointments": "Appointment",
    "operatories": "Operatory",
    "patfields": "PatField",
    "patients": "Patient",
    "providers": "Provider",
    "schedules": "Schedule",
    "toothinitials": "ToothInitial",
}
"""Resources whose rows come back as events."""


class PlainCall:
    """A call as the handler made it. What sets values or deletes may be repeated; what creates may not."""

    reads_first = False

    def __init__(self, call: Call) -> None:
        self._call = call

    def plan(self, settings: Any, rule: ReactionTable, change: Change[Any], now: datetime) -> Intent:
        """The handler planned it."""
        return {}

    def target(self, intent: Intent, context: Context) -> Intent:
        """The handler named it."""
        return {}

    def check(self, intent: Intent, context: Context) -> Check:
        """Repeating a PUT or DELETE changes nothing; whether a POST created something, no answer can tell."""
        return Check(Found.UNKNOWABLE if self._call.verb == "POST" else Found.ABSENT)

    def call(self, intent: Intent, context: Context) -> Call:
        """The handler's call."""
        return self._call

    def created(self, answer: object) -> Echo | None:
        """What a POST has made, by its answer: the row will come back as a new one."""
        table = _WATCHED.get(self._call.template.partition("/")[0])
        key = answer.get(table_named(table).key) if table and isinstance(answer, dict) else None
        if self._call.verb != "POST" or table is None or key is None:
            return None
        return Echo(table, str(key), [Trace(WHOLE_ROW, "equals", None)])

    def echo(self, intent: Intent, context: Context) -> Echo | None:
        """The row comes back with the values it was given."""
        table = _WATCHED.get(self._call.template.partition("/")[0])
        if table is None or not self._call.values or self._call.body is None:
            return None
        traces = [Trace(column, "equals", value) for column, value in self._call.body.items()]
        return Echo(table, str(self._call.values[0]), traces)
