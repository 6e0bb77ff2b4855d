"""The history of appointments, deletions included.

Source: https://www.opendental.com/site/apihistappointments.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import Date, DateTime, Flag, Num, Text


class HistAppointment(Row):
    HistApptNum: Num
    HistUserNum: Num = 0
    HistDateTStamp: DateTime = None
    HistApptAction: Text = ""
    ApptSource: Text = ""
    AptNum: Num = 0
    PatNum: Num = 0
    AptStatus: Text = ""
    Pattern: Text = ""
    Confirmed: Num = 0
    confirmed: Text = ""
    TimeLocked: Flag = False
    Op: Num = 0
    Note: Text = ""
    ProvNum: Num = 0
    provAbbr: Text = ""
    ProvHyg: Num = 0
    AptDateTime: DateTime = None
    NextAptNum: Num = 0
    UnschedStatus: Num = 0
    unschedStatus: Text = ""
    IsNewPatient: Flag = False
    ProcDescript: Text = ""
    ClinicNum: Num = 0
    IsHygiene: Flag = False
    DateTStamp: DateTime = None
    DateTimeArrived: DateTime = None
    DateTimeSeated: DateTime = None
    DateTimeDismissed: DateTime = None
    InsPlan1: Num = 0
    InsPlan2: Num = 0
    DateTimeAskedToArrive: DateTime = None
    colorOverride: Text = ""
    AppointmentTypeNum: Num = 0
    SecUserNumEntry: Num = 0
    SecDateTEntry: DateTime = None
    Priority: Text = ""
    PatternSecondary: Text = ""
    ItemOrderPlanned: Num = 0


class HistAppointmentQuery(PagedQuery):
    HistApptAction: str = unset
    AptNum: int = unset
    PatNum: int = unset
    AptStatus: str = unset
    ClinicNum: int = unset
    date: Date = unset
    dateStart: Date = unset
    dateEnd: Date = unset


class HistAppointments(Resource):
    find = Find("histappointments", HistAppointmentQuery, HistAppointment, added="23.1.30")


histappointments = Attached(HistAppointments)
