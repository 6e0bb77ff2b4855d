"""Kinds of appointments.

Source: https://www.opendental.com/site/apiappointmenttypes.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, Row
from odevents.client.wire import Flag, Num, Text


class AppointmentType(Row):
    AppointmentTypeNum: Num
    AppointmentTypeName: Text = ""
    appointmentTypeColor: Text = ""
    IsHidden: Flag = False
    Pattern: Text = ""
    CodeStr: Text = ""
    CodeStrRequired: Text = ""
    RequiredProcCodesNeeded: Num = 0
    BlockoutTypes: Text = ""


class AppointmentTypes(Resource):
    find = Find("appointmenttypes", PagedQuery, AppointmentType, added="22.4.10")


appointmenttypes = Attached(AppointmentTypes)
