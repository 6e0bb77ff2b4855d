"""Employees.

Source: https://www.opendental.com/site/apiemployees.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import Flag, Num, Text


class Employee(Row):
    EmployeeNum: Num
    LName: Text = ""
    FName: Text = ""
    MiddleI: Text = ""
    IsHidden: Flag = False
    ClockStatus: Text = ""
    PayrollID: Text = ""
    WirelessPhone: Text = ""
    EmailWork: Text = ""
    EmailPersonal: Text = ""
    IsFurloughed: Flag = False
    ReportsTo: Num = 0


class EmployeeQuery(PagedQuery):
    ReportsTo: int = unset


class Employees(Resource):
    get = Get("employees/{EmployeeNum}", Employee, added="23.3.22")
    find = Find("employees", EmployeeQuery, Employee, added="23.3.22")


employees = Attached(Employees)
