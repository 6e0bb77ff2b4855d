"""Procedures of active treatment plans.

Source: https://www.opendental.com/site/apitreatplanattaches.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Num, Text


class TreatPlanAttach(Row):
    TreatPlanAttachNum: Num
    TreatPlanNum: Num = 0
    ProcNum: Num = 0
    Priority: Num = 0
    priority: Text = ""


class TreatPlanAttachNew(Body):
    TreatPlanNum: int
    ProcNum: int
    Priority: int = unset


class TreatPlanAttachUpdate(Body):
    Priority: int = unset


class TreatPlanAttaches(Resource):
    find = Find("treatplanattaches", PagedQuery, TreatPlanAttach, added="22.4.16")
    create = Post("treatplanattaches", TreatPlanAttachNew, TreatPlanAttach, added="23.2.17")
    update = Put("treatplanattaches/{TreatPlanAttachNum}", TreatPlanAttachUpdate, TreatPlanAttach, added="23.2.17")


treatplanattaches = Attached(TreatPlanAttaches)
