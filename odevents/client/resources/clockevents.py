"""When employees clocked in and out.

Source: https://www.opendental.com/site/apiclockevents.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import Date, DateTime, Flag, Num, Text


class ClockEvent(Row):
    ClockEventNum: Num
    EmployeeNum: Num = 0
    TimeEntered1: DateTime = None
    TimeDisplayed1: DateTime = None
    ClockStatus: Text = ""
    Note: Text = ""
    TimeEntered2: DateTime = None
    TimeDisplayed2: DateTime = None
    OTimeHours: Text = ""
    OTimeAuto: Text = ""
    Adjust: Text = ""
    AdjustAuto: Text = ""
    AdjustIsOverridden: Flag = False
    Rate2Hours: Text = ""
    Rate2Auto: Text = ""
    ClinicNum: Num = 0
    Rate3Hours: Text = ""
    Rate3Auto: Text = ""
    IsWorkingHome: Flag = False


class ClockEventQuery(PagedQuery):
    EmployeeNum: int = unset
    ClockStatus: str = unset
    ClinicNum: int = unset
    date: Date = unset
    dateStart: Date = unset
    dateEnd: Date = unset


class ClockEvents(Resource):
    get = Get("clockevents/{ClockEventNum}", ClockEvent, added="24.1.11")
    find = Find("clockevents", ClockEventQuery, ClockEvent, added="24.1.11")


clockevents = Attached(ClockEvents)
