"""Operatories: chairs, columns of the schedule.

Source: https://www.opendental.com/site/apioperatories.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import Flag, Num, Text


class Operatory(Row):
    OperatoryNum: Num
    OpName: Text = ""
    Abbrev: Text = ""
    ItemOrder: Num = 0
    IsHidden: Flag = False
    ProvDentist: Num = 0
    ProvHygienist: Num = 0
    IsHygiene: Flag = False
    ClinicNum: Num = 0
    SetProspective: Flag = False
    IsWebSched: Flag = False
    OperatoryType: Num = 0
    operatoryType: Text = ""


class OperatoryQuery(PagedQuery):
    ClinicNum: int = unset


class Operatories(Resource):
    get = Get("operatories/{OperatoryNum}", Operatory, added="24.1.10")
    find = Find("operatories", OperatoryQuery, Operatory, added="21.1")


operatories = Attached(Operatories)
