"""The history of appointments, deletions included.

Source: https://www.opendental.com/site/apihistappointments.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, unset
from odevents.client.resources.appointments import AppointmentColumns
from odevents.client.wire import Date, DateTime, Num, Text


class HistAppointment(AppointmentColumns):
    HistApptNum: Num
    HistUserNum: Num = 0
    HistDateTStamp: DateTime = None
    HistApptAction: Text = ""
    ApptSource: Text = ""
    AptNum: Num = 0


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
