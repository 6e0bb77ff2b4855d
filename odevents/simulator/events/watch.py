"""What can be watched, since which version, and what a row of it looks like in an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from odevents.simulator.office import Office
from odevents.simulator.schema import Field, tables
from odevents.simulator.store import Row

UI_EVENT_TYPES = ("PatientSelected",)


@dataclass(frozen=True)
class Watch:
    """One value of ``WatchTable``.

    :ivar added: the version that added it; ``""`` for those only reported of 2026 versions.
    :ivar where: which rows of ``table`` belong to it.
    :ivar without: the fields of the table's API object that events lack.
    :ivar deleted_from: for rows that are gone, the table they were in; only their key is left.
    """

    name: str
    added: str
    table: str
    where: str = ""
    without: tuple[str, ...] = ("serverDateTime",)
    deleted_from: str = ""

    @cached_property
    def stamp(self) -> str:
        """The column that is polled."""
        return tables()[self.table].stamp

    @cached_property
    def shape(self) -> tuple[Field, ...]:
        """The fields of a row, as the REST API has them, but for what events lack."""
        return tables()[self.table].shape(without=self.without)

    def written(self, rows: list[Row]) -> list[Row]:
        """Rows as the event has them."""
        if not self.deleted_from:
            return rows
        key = tables()[self.deleted_from].key
        return [{key: row["KeyNum"], "PatNum": row["PatNum"], "DateTStamp": row["DateTStamp"]} for row in rows]


def _deleted(name: str, table: str) -> Watch:
    # Only the key is certain; the shape of these rows is on no page we have read.
    return Watch(name, "", "deletedrow", f"t.TableName = '{table}'", deleted_from=table)


WATCHES: Mapping[str, Watch] = {
    watch.name: watch
    for watch in (
        Watch("Appointment", "22.1", "appointment", without=("SecUserNumEntry", "serverDateTime")),
        Watch("Patient", "22.1", "patient"),
        Watch("PatField", "22.4.8", "patfield"),
        Watch("AppointmentDeleted", "22.4.35", "histappointment", "t.HistApptAction = 'Deleted'"),
        Watch("Operatory", "24.2.11", "operatory"),
        Watch("Provider", "24.2.11", "provider"),
        Watch("Schedule", "24.2.11", "schedule"),
        Watch("ToothInitial", "24.4.30", "toothinitial"),
        Watch("MedicationPat", "", "medicationpat"),
        Watch("LabCase", "", "labcase"),
        _deleted("PatFieldDeleted", "patfield"),
        _deleted("ScheduleDeleted", "schedule"),
        _deleted("ToothInitialDeleted", "toothinitial"),
        _deleted("MedicationPatDeleted", "medicationpat"),
        _deleted("LabCaseDeleted", "labcase"),
    )
}

_SELECTED_FIELDS = (
    "PatNum LName FName MiddleI Preferred PatStatus Gender Position Birthdate SSN Address Address2 City "
    "State Zip HmPhone WkPhone WirelessPhone Guarantor Email EstBalance PriProv priProvAbbr SecProv "
    "secProvAbbr BillingType ImageFolder ChartNumber MedicaidID BalTotal DateFirstVisit ClinicNum clinicAbbr "
    "PreferConfirmMethod PreferContactMethod PreferRecallMethod Language siteDesc DateTStamp TxtMsgOk "
    "SecDateEntry"
)
PATIENT_SELECTED = tuple(_SELECTED_FIELDS.split())


def watch_tables(office: Office) -> tuple[str, ...]:
    """The values of ``WatchTable`` that an office's version knows."""
    return tuple(
        name
        for name, watch in WATCHES.items()
        if (office.has_version(watch.added) if watch.added else office.reported_2026)
    )


def selected_patient(office: Office, pat_num: int) -> dict[str, object]:
    """The object of a ``PatientSelected`` event, with the two spellings in which it differs from the REST API."""
    shape = tables()["patient"].shape(only=PATIENT_SELECTED)
    patient = office.store.objects("patient", shape, "t.PatNum = ?", [pat_num])[0]
    return patient | {
        "ClinicNum": str(patient["ClinicNum"]),
        "BillingType": str(patient["BillingType"]).replace(" ", ""),
    }
