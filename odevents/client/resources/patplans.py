"""Which insurance a patient has, in which order.

Source: https://www.opendental.com/site/apipatplans.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.endpoints import Attached, Delete, Find, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Date, DateTime, Flag, Money, Num, Text


class PatPlan(Row):
    PatPlanNum: Num
    PatNum: Num = 0
    Ordinal: Num = 0
    IsPending: Flag = False
    Relationship: Text = ""
    PatID: Text = ""
    InsSubNum: Num = 0
    OrthoAutoFeeBilledOverride: Money = Decimal(0)
    OrthoAutoNextClaimDate: Date = None
    SecDateTEntry: DateTime = None
    SecDateTEdit: DateTime = None


class PatPlanQuery(PagedQuery):
    PatNum: int = unset
    InsSubNum: int = unset


class PatPlanNew(Body):
    PatNum: int
    InsSubNum: int
    Ordinal: int = unset
    Relationship: str = unset
    PatID: str = unset


class PatPlanUpdate(Body):
    InsSubNum: int = unset
    Ordinal: int = unset
    Relationship: str = unset
    PatID: str = unset


class PatPlans(Resource):
    find = Find("patplans", PatPlanQuery, PatPlan, added="22.4.27")
    create = Post("patplans", PatPlanNew, PatPlan, added="21.1", permission="InsuranceSimple")
    update = Put("patplans/{PatPlanNum}", PatPlanUpdate, PatPlan, added="21.4", permission="InsuranceSimple")
    delete = Delete("patplans/{PatPlanNum}", added="21.1", permission="InsuranceSimple")


patplans = Attached(PatPlans)
