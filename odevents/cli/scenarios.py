"""The invented events that ``odevents trigger`` can send: nobody in them exists."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Row = dict[str, Any]

_APPOINTMENT: Row = {
    "AptNum": 18,
    "PatNum": 17,
    "AptStatus": "Scheduled",
    "Pattern": "//XXXX//",
    "Confirmed": 201,
    "confirmed": "Not Called",
    "TimeLocked": "false",
    "Op": 3,
    "Note": "",
    "ProvNum": 1,
    "provAbbr": "DOC1",
    "ProvHyg": 0,
    "AptDateTime": "2030-07-31 08:30:00",
    "NextAptNum": 0,
    "UnschedStatus": 0,
    "unschedStatus": "",
    "IsNewPatient": "false",
    "ProcDescript": "Seal, Seal",
    "ClinicNum": 0,
    "IsHygiene": "false",
    "DateTStamp": "2026-01-05 08:00:00",
    "DateTimeArrived": "0001-01-01 00:00:00",
    "DateTimeSeated": "0001-01-01 00:00:00",
    "DateTimeDismissed": "0001-01-01 00:00:00",
    "InsPlan1": 0,
    "InsPlan2": 0,
    "DateTimeAskedToArrive": "0001-01-01 00:00:00",
    "colorOverride": "0,0,0",
    "AppointmentTypeNum": 0,
    "SecDateTEntry": "2026-01-05 08:00:00",
    "Priority": "Normal",
    "PatternSecondary": "",
    "ItemOrderPlanned": 0,
}
_PATIENT: Row = {
    "PatNum": 17,
    "LName": "Invented",
    "FName": "Nobody",
    "Preferred": "",
    "PatStatus": "Patient",
    "Birthdate": "1986-11-06",
    "SSN": "",
    "HmPhone": "5555550101",
    "WirelessPhone": "",
    "Guarantor": 17,
    "Email": "",
    "ClinicNum": "0",
    "DateTStamp": "2026-01-05 08:00:00",
    "SecDateEntry": "2026-01-05",
}
_PATFIELD: Row = {
    "PatFieldNum": 9,
    "PatNum": 17,
    "FieldName": "Text Confirm",
    "FieldValue": "",
    "SecDateEntry": "2026-01-05",
    "SecDateTEdit": "2026-01-05 08:00:00",
}


@dataclass(frozen=True)
class Scenario:
    """One kind of event.

    :ivar row: the row before what the scenario is about.
    :ivar change: what the scenario changes in it; the row is sent before and after, unless ``new``.
    :ivar new: the row did not exist before.
    """

    words: str
    table: str
    row: Row
    change: Row = field(default_factory=dict)
    new: bool = False
    source: Literal["WatchTable", "UiEventType"] = "WatchTable"


SCENARIOS = {
    "appointment.created": Scenario("a new appointment", "Appointment", _APPOINTMENT, new=True),
    "appointment.broken": Scenario("a patient did not come", "Appointment", _APPOINTMENT, {"AptStatus": "Broken"}),
    "appointment.completed": Scenario("a visit is over", "Appointment", _APPOINTMENT, {"AptStatus": "Complete"}),
    "appointment.moved": Scenario(
        "an appointment got another time", "Appointment", _APPOINTMENT, {"AptDateTime": "2030-08-02 10:00:00"}
    ),
    "appointment.note": Scenario("a note was written", "Appointment", _APPOINTMENT, {"Note": "An invented note"}),
    "appointment.deleted": Scenario(
        "an appointment was deleted",
        "AppointmentDeleted",
        {"HistApptNum": 1, "HistApptAction": "Deleted", "HistDateTStamp": "2026-01-05 08:00:00", **_APPOINTMENT},
        new=True,
    ),
    "patfield.text-confirm": Scenario(
        'a patient answered "Yes" to a text', "PatField", _PATFIELD, {"FieldValue": "Yes"}
    ),
    "patfield.text-decline": Scenario('a patient answered "No"', "PatField", _PATFIELD, {"FieldValue": "No"}),
    "patient.created": Scenario("a new patient", "Patient", _PATIENT, new=True),
    "patient.phone": Scenario("a patient's phone changed", "Patient", _PATIENT, {"HmPhone": "5555550102"}),
    "patient.selected": Scenario(
        "somebody opened a patient", "PatientSelected", _PATIENT, new=True, source="UiEventType"
    ),
    "operatory.renamed": Scenario(
        "an operatory got another name",
        "Operatory",
        {"OperatoryNum": 1, "OpName": "Op 1", "Abbrev": "OP1", "DateTStamp": "2026-01-05 08:00:00"},
        {"OpName": "Op One"},
    ),
    "unknown.table": Scenario(
        "a table that odevents does not know", "FutureTable", {"FutureTableNum": 1, "Something": "new"}, new=True
    ),
    "row.unreadable": Scenario("a row that cannot be read", "Appointment", {**_APPOINTMENT, "AptNum": None}, new=True),
}
