"""How the REST API shows what the events of each table would have shown.

Sources: the API pages of the resources (methods, parameters, versions), and "API Specification" for change filters.
Deletions do not show in any list of changes: appointments have a history, of other tables only the whole list tells.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from odevents.client.incremental import OVERLAP
from odevents.errors import NotFound

if TYPE_CHECKING:
    from odevents.client.endpoints import Bound
    from odevents.client.opendental import OpenDental

Way = Literal["changes", "history", "whole", "gone", "none"]
"""A list with a change filter; the history of appointments; the whole list; what is missing from the whole list; or
none, because the API shows such rows of one patient at a time only."""

_DAYS = (-7, 400)  # of schedules, which are listed by their own date


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows of one watch table are found.

    :ivar find: the list, of a client.
    :ivar changed: its change filter.
    :ivar fixed: parameters it is always asked with.
    :ivar gone_from: the table whose rows are missing, for the way ``gone``.
    :ivar days: for a list by date, from how many days before today to how many after.
    """

    way: Way
    find: Callable[[OpenDental], Bound[..., Any]]
    changed: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)
    gone_from: str = ""
    days: tuple[int, int] | None = None

    def query(self, since: datetime | None, today: date) -> dict[str, Any]:
        """The parameters for what changed since a moment (office-local), ``None`` for all there is."""
        asked = dict(self.fixed)
        if self.changed and since is not None:
            asked[self.changed] = since.date() if self.way == "history" else since - OVERLAP
        if self.days:
            first, last = (today + timedelta(days=days) for days in self.days)
            asked |= {"dateStart": first, "dateEnd": last}
        return asked


def _schedules(client: OpenDental) -> Bound[..., Any]:
    return client.schedules.find


def _patfields(client: OpenDental) -> Bound[..., Any]:
    return client.patfields.find


def _toothinitials(client: OpenDental) -> Bound[..., Any]:
    return client.toothinitials.find


def _labcases(client: OpenDental) -> Bound[..., Any]:
    return client.labcases.find


def _medicationpats(client: OpenDental) -> Bound[..., Any]:
    return client.medicationpats.find


SOURCES: Mapping[str, Source] = {
    "Appointment": Source("changes", lambda client: client.appointments.find, "DateTStamp"),
    "AppointmentDeleted": Source(
        "history", lambda client: client.histappointments.find, "dateStart", {"HistApptAction": "Deleted"}
    ),
    "LabCase": Source("whole", _labcases),
    "LabCaseDeleted": Source("gone", _labcases, gone_from="LabCase"),
    "MedicationPat": Source("none", _medicationpats),
    "MedicationPatDeleted": Source("none", _medicationpats),
    "Operatory": Source("whole", lambda client: client.operatories.find),
    "PatField": Source("changes", _patfields, "SecDateTEdit"),
    "PatFieldDeleted": Source("gone", _patfields, gone_from="PatField"),
    "Patient": Source("changes", lambda client: client.patients.find_simple, "DateTStamp"),
    "Provider": Source("changes", lambda client: client.providers.find, "DateTStamp"),
    "Schedule": Source("whole", _schedules, days=_DAYS),
    "ScheduleDeleted": Source("gone", _schedules, gone_from="Schedule", days=_DAYS),
    "ToothInitial": Source("whole", _toothinitials),
    "ToothInitialDeleted": Source("gone", _toothinitials, gone_from="ToothInitial"),
}
"""Every watch table; a table that a newer Open Dental version watches is not here and cannot be read."""


def still_there(client: OpenDental, table: str, key: int, values: Mapping[str, Any]) -> bool:
    """Whether a row that a list did not show is there all the same: asked for by itself, to be sure.

    :param values: the row as it was last seen.
    :raises odevents.errors.CallError: the office did not say.
    """
    if table == "ToothInitial":
        found = client.toothinitials.find(PatNum=int(values.get("PatNum") or 0))
        return any(row.ToothInitialNum == key for row in found)
    gets: Mapping[str, Callable[[int], object]] = {
        "LabCase": client.labcases.get,
        "PatField": client.patfields.get,
        "Schedule": client.schedules.get,
    }
    try:
        gets[table](key)
    except NotFound:
        return False
    return True
