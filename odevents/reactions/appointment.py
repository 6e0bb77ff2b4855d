"""Which appointment a reaction is about: the row's own, or the patient's next one."""

from __future__ import annotations

from typing import Any

from odevents.client.opendental import OpenDental
from odevents.config import ReactionTable
from odevents.events.change import Change
from odevents.reactions.action import Context, Intent, NoTarget


def aim(rule: ReactionTable, change: Change[Any]) -> Intent:
    """The part of an intent that says which appointment is meant."""
    if rule.appointment == "next":
        return {"next_of": patient_of(change)}
    return {"appointment": int(change.key)}


def patient_of(change: Change[Any]) -> int:
    """The number of the patient the change is about.

    :raises NoTarget: the row names none.
    """
    if not change.patient.isdecimal():
        raise NoTarget("no-patient")
    return int(change.patient)


def resolve(intent: Intent, context: Context) -> Intent:
    """Find the patient's next scheduled appointment, once; later attempts keep to it.

    :raises NoTarget: the patient has none.
    """
    if "appointment" in intent:
        return {}
    scheduled = _scheduled(context.client, intent["next_of"], context)
    coming = [(a.AptDateTime, a.AptNum) for a in scheduled if a.AptDateTime and a.AptDateTime >= context.now]
    if not coming:
        raise NoTarget("no-next-appointment")
    return {"appointment": min(coming)[1]}


def _scheduled(client: OpenDental, patient: int, context: Context) -> list[Any]:
    # Offices before 22.4.28 ignore the status filter, so it is applied here as well.
    found = client.appointments.find(PatNum=patient, AptStatus="Scheduled", dateStart=context.now.date())
    return [appointment for appointment in found if appointment.AptStatus == "Scheduled"]
