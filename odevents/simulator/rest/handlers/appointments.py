"""Appointments: creating, updating, and the three writes of the Comm permission.

Source: API Specification, "Appointments".
"""

from __future__ import annotations

from typing import Any

from odevents.simulator.clock import moment, wire
from odevents.simulator.office import Office
from odevents.simulator.rest import read, write
from odevents.simulator.rest.answer import Answer, bad_request, not_found
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.rest.handlers import charting
from odevents.simulator.store import Row

LONGEST = 9 * 12
"""Nine hours of five-minute steps: a longer pattern is cut."""

_CREATED = ("Scheduled", "Complete", "UnschedList", "ASAP", "Planned", "PtNote", "PtNoteCompleted")
_UPDATED = (*_CREATED[:3], "Broken", *_CREATED[4:])
_CONFIRM = {
    "Sent": "ApptEConfirmStatusSent",
    "Confirmed": "ApptEConfirmStatusAccepted",
    "Not Accepted": "ApptEConfirmStatusDeclined",
    "Failed": "ApptEConfirmStatusSendFailed",
}
_BREAK_CODES = {"Missed": "D9986", "Cancelled": "D9987"}
_ARRIVALS = frozenset({"DateTimeArrived", "DateTimeSeated", "DateTimeDismissed"})


@serves("POST", "appointments")
def create(asked: Asked) -> Answer:
    """POST (create)."""
    values = _values(asked, _CREATED)
    patient = asked.the_row("patient", asked.number("PatNum"))
    if patient["PatStatus"] == "Deleted":
        raise bad_request("Patient has been deleted")
    if not values.get("Op"):
        raise bad_request("Op is required")
    return write.created(asked, insert(asked.office, patient, values))


def insert(office: Office, patient: Row, values: Row) -> int:
    """Add an appointment with the documented defaults and return its AptNum."""
    defaults: Row = {
        "PatNum": patient["PatNum"],
        "AptStatus": "Scheduled",
        "Confirmed": charting.first_definition(office, 2),
        "ProvNum": charting.usual_provider(office, patient),
    }
    given = {name: value for name, value in values.items() if value not in (0, "") or name not in defaults}
    return office.insert("appointment", **defaults | given)


@serves("PUT", "appointments/{AptNum}")
def update(asked: Asked) -> Answer:
    """PUT (update); AptNum, PatNum, provAbbr and ProcDescript are ignored."""
    row = asked.the_row()
    values = _values(asked, _UPDATED)
    for name in _ARRIVALS & set(asked.body):
        values[name] = _on_the_day(name, str(asked.body[name]), row)
    asked.office.change("appointment", asked.key, **values)
    return write.updated(asked, asked.key)


@serves("PUT", "appointments/{AptNum}/Note")
def note(asked: Asked) -> Answer:
    """PUT Note: below what is there, which stays."""
    added = str(asked.body["Note"])
    with_old = "\r\n".join(filter(None, (asked.the_row()["Note"], added)))
    asked.office.change("appointment", asked.key, Note=with_old)
    return Answer(200)


@serves("PUT", "appointments/{AptNum}/Confirm")
def confirm(asked: Asked) -> Answer:
    """PUT Confirm: what a ``confirmVal`` means is up to the office's preferences (forum t=8139)."""
    asked.the_row()
    given = [name for name in ("confirmVal", "defNum") if asked.body.get(name) not in (None, "")]
    if len(given) != 1:
        raise bad_request("Either confirmVal or defNum is required, not both.")
    asked.office.change("appointment", asked.key, Confirmed=_status(asked, given[0], str(asked.body[given[0]])))
    return Answer(200)


def _status(asked: Asked, name: str, value: str) -> int:
    if name == "defNum":
        return int(write.value_of(asked, asked.shown.columns["Confirmed"], value))
    if value == "None":
        return charting.first_definition(asked.office, 2)
    if value not in _CONFIRM:
        raise bad_request('confirmVal must be "None", "Sent", "Confirmed", "Not Accepted" or "Failed".')
    return int(charting.preference(asked.office, _CONFIRM[value]) or 0)


@serves("PUT", "appointments/{AptNum}/Break")
def break_appointment(asked: Asked) -> Answer:
    """PUT Break: off the book or left there broken, with the fee and the commlog that the office's preferences say."""
    row = asked.the_row()
    if row["AptStatus"] != "Scheduled":
        raise bad_request("Only appointments with an AptStatus of Scheduled can be broken.")
    unscheduled = str(asked.body["sendToUnscheduledList"]).lower()
    if unscheduled not in ("true", "false"):
        raise bad_request('sendToUnscheduledList must be "true" or "false"')
    kind = asked.body.get("breakType")
    if kind is not None:
        _add_break_procedure(asked, row, str(kind))
    asked.office.change("appointment", asked.key, AptStatus="UnschedList" if unscheduled == "true" else "Broken")
    if charting.preference(asked.office, "BrokenApptCommLog") == "1":
        charting.commlog(asked.office, row["PatNum"], f"Broken appointment {row['AptDateTime']}", "ApptRelated")
    return Answer(200)


def _add_break_procedure(asked: Asked, row: Row, kind: str) -> None:
    if kind not in _BREAK_CODES:
        raise bad_request('breakType must be "Missed" or "Cancelled"')
    if charting.preference(asked.office, "BrokenApptProcedure") in ("", "0"):
        raise bad_request("The office has not enabled a broken appointment procedure.")
    code = asked.store.first("procedurecode", ProcCode=_BREAK_CODES[kind])
    if code is None:
        raise not_found("procCode")
    asked.store.insert(
        "procedurelog", PatNum=row["PatNum"], AptNum=asked.key, CodeNum=code["CodeNum"], ProcStatus="C",
        ProcDate=wire(asked.store.now())[:10], ProvNum=row["ProvNum"], ClinicNum=row["ClinicNum"],
        ProcFee=charting.fee(asked.office, code["CodeNum"]),
    )  # fmt: skip


@serves("GET", "appointments/ASAP")
def asap(asked: Asked) -> Answer:
    """GET ASAP."""
    return read.listing(asked, where="t.Priority = 'ASAP'", order="t.AptDateTime, t.AptNum")


@serves("GET", "appointments/WebSched")
def web_sched(asked: Asked) -> Answer:
    """GET WebSched: every appointment, with how it was made."""
    table = asked.shown
    names = tuple(field.name for field in table.shape(without=("serverDateTime",)))
    return read.listing(asked, shape=table.shape(only=(*names, "eServiceLogType", "serverDateTime")))


def pattern(text: Any) -> str:
    """A time pattern, cut at nine hours. :raises Refused: 400 for anything but X and /."""
    if not text or set(str(text)) - {"X", "/"}:
        raise bad_request("Pattern must consist of 'X' and '/' characters only.")
    return str(text)[:LONGEST]


def _values(asked: Asked, statuses: tuple[str, ...]) -> Row:
    values = write.settled(asked, asked.shown, ignore=_ARRIVALS)
    if values.get("AptStatus", statuses[0]) not in statuses:
        raise bad_request("AptStatus is invalid")
    for name in {"Pattern", "PatternSecondary"} & set(values):
        values[name] = pattern(values[name]) if values[name] or name == "Pattern" else ""
    return values


def _on_the_day(name: str, text: str, row: Row) -> str:
    try:
        return wire(moment(f"{row['AptDateTime'][:10]} {text}"))
    except ValueError:
        raise bad_request(f"{name} format must be HH:mm:ss") from None
