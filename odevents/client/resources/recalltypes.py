"""Kinds of recall.

Source: https://www.opendental.com/site/apirecalltypes.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Resource
from odevents.client.models import PagedQuery, Row
from odevents.client.wire import Flag, Num, Text


class RecallType(Row):
    RecallTypeNum: Num
    Description: Text = ""
    DefaultInterval: Text = ""
    TimePattern: Text = ""
    Procedures: Text = ""
    AppendToSpecial: Flag = False


class RecallTypes(Resource):
    get = Get("recalltypes/{RecallTypeNum}", RecallType, added="24.1.44")
    find = Find("recalltypes", PagedQuery, RecallType, added="24.1.44")


recalltypes = Attached(RecallTypes)
