"""Planned appointments: made without a time, scheduled later. Source: Appointments page."""

from __future__ import annotations

from odevents.simulator.rest import read, write
from odevents.simulator.rest.answer import Answer, bad_request, not_found
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.rest.handlers import appointments


@serves("POST", "appointments/Planned")
def plan(asked: Asked) -> Answer:
    """POST Planned: for an appointment type or for treatment-planned procedures."""
    patient = asked.the_row("patient", asked.number("PatNum"))
    values = write.settled(asked, asked.shown)
    procedures = asked.numbers("procNums")
    kind = asked.store.row("appointmenttype", values.get("AppointmentTypeNum", 0))
    if not procedures and kind is None:
        raise bad_request("AppointmentTypeNum or procNums is required")
    for number in procedures:
        row = asked.store.row("procedurelog", number)
        if row is None or row["PatNum"] != patient["PatNum"] or row["ProcStatus"] != "TP":
            raise not_found("Procedure")
    if kind is not None and not values.get("Pattern"):
        values["Pattern"] = kind["Pattern"]
    values["Pattern"] = appointments.pattern(values.get("Pattern") or "/XX/")
    key = appointments.insert(asked.office, patient, values | {"AptStatus": "Planned"})
    asked.store.insert("plannedappt", PatNum=patient["PatNum"], AptNum=key)
    for number in procedures:
        asked.store.change("procedurelog", number, PlannedAptNum=key)
    return write.created(asked, key)


@serves("POST", "appointments/SchedulePlanned")
def schedule(asked: Asked) -> Answer:
    """POST SchedulePlanned: a new appointment with its procedures, that points back to the planned one."""
    planned = asked.the_row("appointment", asked.number("AptNum"))
    if planned["AptStatus"] != "Planned":
        raise bad_request("The appointment is not a planned appointment.")
    if asked.store.first("appointment", NextAptNum=planned["AptNum"], AptStatus="Scheduled"):
        raise bad_request("The planned appointment has already been scheduled.")
    values = write.settled(asked, asked.shown)
    patient = asked.the_row("patient", planned["PatNum"])
    kept = ("Pattern", "Confirmed", "Note", "ProvHyg", "ClinicNum", "IsHygiene", "ProcDescript", "AppointmentTypeNum")
    copied = {name: planned[name] for name in kept}
    key = appointments.insert(asked.office, patient, copied | values | {"NextAptNum": planned["AptNum"]})
    for row in asked.store.rows("procedurelog", PlannedAptNum=planned["AptNum"]):
        asked.store.change("procedurelog", row["ProcNum"], AptNum=key)
    return write.created(asked, key)


@serves("GET", "chartmodules/{PatNum}/PlannedAppts")
def listed(asked: Asked) -> Answer:
    """GET PlannedAppts."""
    asked.the_row("patient", asked.key)
    rows = []
    for order, row in enumerate(asked.store.rows("appointment", PatNum=asked.key, AptStatus="Planned"), start=1):
        made = asked.store.first("appointment", NextAptNum=row["AptNum"])
        rows.append(
            {
                "AptNum": str(row["AptNum"]), "ProvNum": str(row["ProvNum"]), "ItemOrder": str(order),
                "minutes": str(5 * len(row["Pattern"])), "ProcDescript": row["ProcDescript"], "Note": row["Note"],
                "dateSched": made["AptDateTime"][:10] if made else "", "AptStatus": made["AptStatus"] if made else "",
            }
        )  # fmt: skip
    return read.paged(asked, rows)
