"""Workstations that have run Open Dental.

Source: https://www.opendental.com/site/apicomputers.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, Row
from odevents.client.wire import DateTime, Num, Text


class Computer(Row):
    ComputerNum: Num
    CompName: Text = ""
    LastHeartBeat: DateTime = None


class Computers(Resource):
    find = Find("computers", PagedQuery, Computer, added="23.1.30")


computers = Attached(Computers)
