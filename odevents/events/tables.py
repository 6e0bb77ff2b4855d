"""The tables Open Dental can watch, and what identifies, dates and guards a row of each.

Names and change columns are those of the "API Events" page and of Open Dental's public source (domain reference §2.2).
A table that is not listed here is kept, counted and handed to handlers as plain rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel


@dataclass(frozen=True, slots=True)
class Table:
    """What we know of one watch table or UI event.

    :ivar key: column that identifies a row.
    :ivar stamp: column that moves when the row changes, ``""`` where rows carry none.
    :ivar entry: column that says when the row was created, ``""`` where rows carry none.
    :ivar deletes: the table whose rows this one reports as deleted.
    :ivar model: ``module:class`` of the typed row, ``""`` for plain rows.
    """

    name: str
    key: str
    stamp: str = "DateTStamp"
    entry: str = ""
    deletes: str = ""
    model: str = ""


def _typed(module: str, model: str) -> str:
    return f"odevents.client.resources.{module}:{model}"


_LISTED = (
    Table("Appointment", "AptNum", entry="SecDateTEntry", model=_typed("appointments", "Appointment")),
    Table(
        "AppointmentDeleted",
        "AptNum",
        stamp="HistDateTStamp",
        deletes="Appointment",
        model=_typed("histappointments", "HistAppointment"),
    ),
    Table("LabCase", "LabCaseNum"),
    Table("LabCaseDeleted", "LabCaseNum", deletes="LabCase"),
    Table("MedicationPat", "MedicationPatNum"),
    Table("MedicationPatDeleted", "MedicationPatNum", deletes="MedicationPat"),
    Table("Operatory", "OperatoryNum", model=_typed("operatories", "Operatory")),
    Table("PatField", "PatFieldNum", "SecDateTEdit", "SecDateEntry", model=_typed("patfields", "PatField")),
    Table("PatFieldDeleted", "PatFieldNum", "SecDateTEdit", deletes="PatField"),
    Table("Patient", "PatNum", entry="SecDateEntry", model=_typed("patients", "Patient")),
    Table("Provider", "ProvNum", model=_typed("providers", "Provider")),
    Table("Schedule", "ScheduleNum", model=_typed("schedules", "Schedule")),
    Table("ScheduleDeleted", "ScheduleNum", deletes="Schedule"),
    Table(
        "ToothInitial",
        "ToothInitialNum",
        "SecDateTEdit",
        "SecDateTEntry",
        model=_typed("toothinitials", "ToothInitial"),
    ),
    Table("ToothInitialDeleted", "ToothInitialNum", "SecDateTEdit", deletes="ToothInitial"),
)

WATCH_TABLES = {table.name: table for table in _LISTED}
UI_EVENTS = {
    "PatientSelected": Table("PatientSelected", "PatNum", "", model="odevents.events.patient_selected:PatientSelected")
}

ALWAYS_MINIMISED = frozenset({"SSN", "MedicaidID"})
"""Columns whose values are replaced by a keyed fingerprint before anything is stored, in every table."""

VOLATILE = frozenset({"serverDateTime"})
"""Columns that differ on every send and so say nothing about the row."""


def counted_as(table: str) -> str:
    """The name a table is counted under: whoever has a key must not be able to make counters without end."""
    return table if table in WATCH_TABLES or table in UI_EVENTS else "other"


def table_named(name: str) -> Table:
    """The listed table, or what can be guessed of one that a newer Open Dental version fires."""
    return WATCH_TABLES.get(name) or UI_EVENTS.get(name) or Table(name, f"{name.removesuffix('Deleted')}Num")


@cache
def model_of(table: Table) -> type[BaseModel] | None:
    """The typed row of a table, imported when first asked for; ``None`` for plain rows."""
    if not table.model:
        return None
    module, _, name = table.model.partition(":")
    model: type[BaseModel] = getattr(import_module(module), name)
    return model


def table_of(model: type[BaseModel]) -> Table | None:
    """The watch table whose rows are ``model``; ``None`` when no event carries such rows."""
    path = f"{model.__module__}:{model.__qualname__}"
    return next((table for table in (*WATCH_TABLES.values(), *UI_EVENTS.values()) if table.model == path), None)
