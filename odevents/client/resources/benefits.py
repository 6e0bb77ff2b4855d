"""What an insurance plan pays.

Source: https://www.opendental.com/site/apibenefits.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.conditions import at_least_one_of
from odevents.client.endpoints import Attached, Delete, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import DateTime, Money, Num, Text


class Benefit(Row):
    BenefitNum: Num
    PlanNum: Num = 0
    PatPlanNum: Num = 0
    CovCatNum: Num = 0
    BenefitType: Text = ""
    Percent: Num = 0
    MonetaryAmt: Money = Decimal(0)
    TimePeriod: Text = ""
    QuantityQualifier: Text = ""
    Quantity: Num = 0
    CodeNum: Num = 0
    procCode: Text = ""
    CoverageLevel: Text = ""
    SecDateTEntry: DateTime = None
    SecDateTEdit: DateTime = None
    CodeGroupNum: Num = 0
    TreatArea: Text = ""


class BenefitQuery(PagedQuery):
    PlanNum: int = unset
    PatPlanNum: int = unset


class BenefitFields(Body):
    """What can be given both when one is created and when it is changed."""

    CovCatNum: int = unset
    Percent: int = unset
    MonetaryAmt: Decimal = unset
    TimePeriod: str = unset
    QuantityQualifier: str = unset
    Quantity: int = unset
    CodeNum: int = unset
    procCode: str = unset
    CodeGroupNum: int = unset
    TreatArea: str = unset


class BenefitNew(BenefitFields):
    conditions = (at_least_one_of("PlanNum", "PatPlanNum"),)

    PlanNum: int = unset
    PatPlanNum: int = unset
    BenefitType: str
    CoverageLevel: str


class BenefitUpdate(BenefitFields):
    BenefitType: str = unset
    CoverageLevel: str = unset


class Benefits(Resource):
    get = Get("benefits/{BenefitNum}", Benefit, added="25.3.7")
    find = Find("benefits", BenefitQuery, Benefit, added="22.3.27")
    create = Post("benefits", BenefitNew, Benefit, added="22.3.17", permission="Insurance")
    update = Put("benefits/{BenefitNum}", BenefitUpdate, Benefit, added="22.4.7", permission="Insurance")
    delete = Delete("benefits/{BenefitNum}", added="22.4.7", permission="Insurance")


benefits = Attached(Benefits)
