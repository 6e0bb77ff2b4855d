"""Working hours of the practice, providers and employees, and blockouts.

Source: https://www.opendental.com/site/apischedules.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import Date, DateTime, NumText, Text


class Schedule(Row):
    ScheduleNum: NumText
    SchedDate: Date = None
    StartTime: Text = ""
    StopTime: Text = ""
    SchedType: Text = ""
    ProvNum: NumText = 0
    BlockoutType: NumText = 0
    blockoutType: Text = ""
    Note: Text = ""
    operatories: Text = ""
    EmployeeNum: NumText = 0
    DateTStamp: DateTime = None


class ScheduleQuery(PagedQuery):
    date: Date = unset
    dateStart: Date = unset
    dateEnd: Date = unset
    SchedType: str = unset
    BlockoutDefNum: int = unset
    ProvNum: int = unset
    EmployeeNum: int = unset


class Schedules(Resource):
    get = Get("schedules/{ScheduleNum}", Schedule, added="22.1")
    find = Find("schedules", ScheduleQuery, Schedule, added="22.1")


schedules = Attached(Schedules)
