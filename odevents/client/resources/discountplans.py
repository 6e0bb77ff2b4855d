"""Discount plans.

Source: https://www.opendental.com/site/apidiscountplans.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.endpoints import Attached, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Flag, Money, Num, Text


class DiscountPlan(Row):
    DiscountPlanNum: Num
    Description: Text = ""
    FeeSchedNum: Num = 0
    DefNum: Num = 0
    adjustmentType: Text = ""
    IsHidden: Flag = False
    PlanNote: Text = ""
    ExamFreqLimit: Num = 0
    XrayFreqLimit: Num = 0
    ProphyFreqLimit: Num = 0
    FluorideFreqLimit: Num = 0
    PerioFreqLimit: Num = 0
    LimitedExamFreqLimit: Num = 0
    PAFreqLimit: Num = 0
    AnnualMax: Money = Decimal(0)


class DiscountPlanFields(Body):
    """What can be given both when one is created and when it is changed."""

    IsHidden: bool = unset
    PlanNote: str = unset
    ExamFreqLimit: int = unset
    XrayFreqLimit: int = unset
    ProphyFreqLimit: int = unset
    FluorideFreqLimit: int = unset
    PerioFreqLimit: int = unset
    LimitedExamFreqLimit: int = unset
    PAFreqLimit: int = unset
    AnnualMax: Decimal = unset


class DiscountPlanNew(DiscountPlanFields):
    Description: str
    FeeSchedNum: int
    DefNum: int


class DiscountPlanUpdate(DiscountPlanFields):
    Description: str = unset
    FeeSchedNum: int = unset
    DefNum: int = unset


class DiscountPlans(Resource):
    get = Get("discountplans/{DiscountPlanNum}", DiscountPlan, added="22.4.19")
    find = Find("discountplans", PagedQuery, DiscountPlan, added="22.4.19")
    create = Post("discountplans", DiscountPlanNew, DiscountPlan, added="23.1.20")
    update = Put("discountplans/{DiscountPlanNum}", DiscountPlanUpdate, DiscountPlan, added="23.1.20")


discountplans = Attached(DiscountPlans)
