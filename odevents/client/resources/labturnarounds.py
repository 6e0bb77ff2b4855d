"""How long a laboratory takes.

Source: https://www.opendental.com/site/apilabturnarounds.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Num, Text


class LabTurnaround(Row):
    LabTurnaroundNum: Num
    LaboratoryNum: Num = 0
    Description: Text = ""
    DaysPublished: Num = 0
    DaysActual: Num = 0


class LabTurnaroundQuery(PagedQuery):
    LaboratoryNum: int = unset


class LabTurnaroundNew(Body):
    LaboratoryNum: int
    Description: str
    DaysActual: int
    DaysPublished: int = unset


class LabTurnaroundUpdate(Body):
    Description: str = unset
    DaysPublished: int = unset
    DaysActual: int = unset


class LabTurnarounds(Resource):
    get = Get("labturnarounds/{LabTurnaroundNum}", LabTurnaround, added="24.2.29")
    find = Find("labturnarounds", LabTurnaroundQuery, LabTurnaround, added="24.2.29")
    create = Post("labturnarounds", LabTurnaroundNew, LabTurnaround, added="24.4.13")
    update = Put("labturnarounds/{LabTurnaroundNum}", LabTurnaroundUpdate, LabTurnaround, added="24.4.13")


labturnarounds = Attached(LabTurnarounds)
