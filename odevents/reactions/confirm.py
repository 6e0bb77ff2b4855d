"""Confirm an appointment: read first, and never replace a status that the rule does not allow for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from odevents.client.call import Call
from odevents.config import ConfirmTable, ReactionTable
from odevents.events.change import Change
from odevents.reactions.action import Check, Context, Echo, Found, Intent
from odevents.reactions.appointment import aim, resolve
from odevents.reactions.facts import NOT_YET_CONFIRMED
from odevents.store.expected import Trace


class Confirm:
    """``PUT /appointments/{AptNum}/Confirm`` (21.1) by ``confirmVal``, or by ``defNum`` (21.2)."""

    reads_first = True

    def plan(self, settings: ConfirmTable, rule: ReactionTable, change: Change[Any], now: datetime) -> Intent:
        """The status to set and those it may replace."""
        return {**aim(rule, change), **settings.model_dump(exclude_defaults=True)}

    def target(self, intent: Intent, context: Context) -> Intent:
        """Find the appointment."""
        return resolve(intent, context)

    def check(self, intent: Intent, context: Context) -> Check:
        """Compare the appointment's status with the one wanted and with those allowed."""
        appointment = context.client.appointments.get(intent["appointment"])
        facts = context.facts()
        if appointment.Confirmed == self._wanted(intent, context):
            return Check(Found.THERE)
        allowed = {facts.number(name) for name in intent.get("allowed_from") or NOT_YET_CONFIRMED}
        if appointment.Confirmed not in allowed:
            return Check(Found.FORBIDDEN, "status-not-allowed")
        if self._wanted(intent, context) is None:
            return Check(Found.FORBIDDEN, "no-such-status")
        return Check(Found.ABSENT)

    def call(self, intent: Intent, context: Context) -> Call:
        """By ``confirmVal`` as the rule says it, else by the definition's number."""
        confirm = context.client.appointments.confirm
        if "value" in intent:
            return confirm.call(intent["appointment"], confirmVal=intent["value"])
        return confirm.call(intent["appointment"], defNum=self._wanted(intent, context) or 0)

    def echo(self, intent: Intent, context: Context) -> Echo:
        """The appointment comes back with this status."""
        trace = Trace("Confirmed", "equals", self._wanted(intent, context))
        return Echo("Appointment", str(intent["appointment"]), [trace])

    def _wanted(self, intent: Intent, context: Context) -> int | None:
        return context.facts().number(intent["value"] if "value" in intent else intent["definition"])
