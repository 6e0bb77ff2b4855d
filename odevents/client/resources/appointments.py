"""Appointments, and the ways to change one.

Source: https://www.opendental.com/site/apiappointments.html
"""

from __future__ import annotations

from typing import Literal

from odevents.client.conditions import at_least_one_of, exactly_one_of
from odevents.client.endpoints import Attached, Find, Get, Nothing, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, Flag, Moment, Num, Text, Time, When


class AppointmentColumns(Row):
    """What an appointment and its history have in common."""

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


class Appointment(AppointmentColumns):
    AptNum: Num
    serverDateTime: DateTime = None
    eServiceLogType: Text = ""


class Slot(Row):
    DateTimeStart: DateTime = None
    DateTimeEnd: DateTime = None
    ProvNum: Num = 0
    OpNum: Num = 0


class AppointmentQuery(PagedQuery):
    PatNum: int = since("21.4")
    AptStatus: str = since("22.4.28")
    Op: int = since("23.2.27")
    date: Date = unset
    dateStart: Date = unset
    dateEnd: Date = unset
    ClinicNum: int = unset
    DateTStamp: When = unset
    AppointmentTypeNum: int = since("24.4.22")


class AppointmentAsapQuery(PagedQuery):
    ClinicNum: int = unset
    ProvNum: int = unset


class AppointmentSlotsQuery(PagedQuery):
    date: Date = unset
    dateStart: Date = unset
    dateEnd: Date = unset
    lengthMinutes: int = unset
    ProvNum: int = unset
    OpNum: int = since("22.1")


class AppointmentSlotsWebSchedQuery(PagedQuery):
    ClinicNum: int = unset
    date: Date = unset
    dateStart: Date = unset
    dateEnd: Date = unset
    defNumApptType: int = unset
    isNewPatient: bool = unset


class AppointmentWebSchedQuery(PagedQuery):
    date: Date = unset
    dateStart: Date = unset
    dateEnd: Date = unset
    DateTStamp: When = unset
    ClinicNum: int = unset


class AppointmentFields(Body):
    """What can be given both when one is created and when it is changed."""

    AptStatus: str = unset
    Pattern: str = unset
    Confirmed: int = unset
    Note: str = unset
    ProvNum: int = unset
    ProvHyg: int = unset
    ClinicNum: int = unset
    IsHygiene: bool = unset
    DateTimeArrived: Time = since("25.2.10")
    DateTimeSeated: Time = since("25.2.10")
    DateTimeDismissed: Time = since("25.2.10")
    IsNewPatient: bool = since("21.3")
    Priority: str = since("22.1")
    AppointmentTypeNum: int = since("22.1")
    colorOverride: str = since("22.3.9")
    PatternSecondary: str = since("23.3.17")


class AppointmentNew(AppointmentFields):
    PatNum: int
    Op: int
    AptDateTime: Moment
    SecUserNumEntry: int = since("25.1.27")


class AppointmentPlanned(Body):
    conditions = (at_least_one_of("AppointmentTypeNum", "procNums"),)

    PatNum: int
    AppointmentTypeNum: int = unset
    procNums: list[int] = unset
    Pattern: str = unset
    Confirmed: int = unset
    Note: str = unset
    ProvNum: int = unset
    ProvHyg: int = unset
    ClinicNum: int = unset
    IsHygiene: bool = unset
    IsNewPatient: bool = unset
    Priority: str = unset
    PatternSecondary: str = since("23.3.17")


class AppointmentSchedulePlanned(Body):
    AptNum: int
    AptDateTime: Moment
    ProvNum: int
    Op: int
    Confirmed: int = unset
    Note: str = unset


class AppointmentWebSched(Body):
    PatNum: int
    DateTimeStart: Moment
    DateTimeEnd: Moment
    ProvNum: int
    OpNum: int
    defNumApptType: int


class AppointmentUpdate(AppointmentFields):
    Op: int = unset
    AptDateTime: DateTime = unset
    UnschedStatus: int = since("22.2")


class AppointmentBreak(Body):
    sendToUnscheduledList: bool
    breakType: Literal["Missed", "Cancelled"] = unset


class AppointmentNote(Body):
    Note: str


class AppointmentConfirm(Body):
    conditions = (exactly_one_of("confirmVal", "defNum"),)

    confirmVal: Literal["None", "Sent", "Confirmed", "Not Accepted", "Failed"] = unset
    defNum: int = since("21.2")


class Appointments(Resource):
    get = Get("appointments/{AptNum}", Appointment, added="21.1")
    find = Find("appointments", AppointmentQuery, Appointment, added="21.1")
    asap = Find("appointments/ASAP", AppointmentAsapQuery, Appointment, added="21.1")
    slots = Find("appointments/Slots", AppointmentSlotsQuery, Slot, added="21.1")
    slots_web_sched = Find("appointments/SlotsWebSched", AppointmentSlotsWebSchedQuery, Slot, added="21.1")
    web_sched = Find("appointments/WebSched", AppointmentWebSchedQuery, Appointment, added="21.3")
    create = Post("appointments", AppointmentNew, Appointment, added="21.1", permission="Appointments")
    create_planned = Post(
        "appointments/Planned", AppointmentPlanned, Appointment, added="22.2.31", permission="Appointments"
    )
    schedule_planned = Post(
        "appointments/SchedulePlanned", AppointmentSchedulePlanned, Appointment, added="22.2", permission="Appointments"
    )
    create_web_sched = Post(
        "appointments/WebSched", AppointmentWebSched, Appointment, added="21.3", permission="Appointments"
    )
    update = Put("appointments/{AptNum}", AppointmentUpdate, Appointment, added="21.1", permission="Appointments")
    # Only a scheduled appointment can be broken. May write a commlog, by a preference of the office.
    break_ = Put("appointments/{AptNum}/Break", AppointmentBreak, Nothing, added="21.3", permission="Comm")
    # Appends on a new line: sent twice, it is there twice.
    note = Put("appointments/{AptNum}/Note", AppointmentNote, Nothing, added="21.1", permission="Comm")
    # Which status each confirmVal stands for is the office's own setting; defNum is exact.
    confirm = Put("appointments/{AptNum}/Confirm", AppointmentConfirm, Nothing, added="21.1", permission="Comm")


appointments = Attached(Appointments)
