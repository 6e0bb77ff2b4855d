"""Payment plans.

Source: https://www.opendental.com/site/apipayplans.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.conditions import at_least_one_of, at_most_one_of, exactly_one_of
from odevents.client.endpoints import Attached, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, Flag, Money, Num, Text


class PayPlan(Row):
    PayPlanNum: Num
    PatNum: Num = 0
    Guarantor: Num = 0
    PayPlanDate: Date = None
    APR: Money = Decimal(0)
    Note: Text = ""
    PlanNum: Num = 0
    CompletedAmt: Money = Decimal(0)
    InsSubNum: Num = 0
    PaySchedule: Text = ""
    NumberOfPayments: Num = 0
    PayAmt: Money = Decimal(0)
    DownPayment: Money = Decimal(0)
    IsClosed: Flag = False
    PlanCategory: Num = 0
    planCategory: Text = ""
    IsDynamic: Flag = False
    ChargeFrequency: Text = ""
    DatePayPlanStart: Date = None
    IsLocked: Flag = False
    DateInterestStart: Date = None
    DynamicPayPlanTPOption: Text = ""
    principalAmount: Money = Decimal(0)
    SheetDefNum: Num = 0


class PayPlanQuery(PagedQuery):
    conditions = (at_least_one_of("PatNum", "Guarantor"),)

    PatNum: int = unset
    Guarantor: int = unset


class PayPlanTerms(Body):
    """What every kind of plan can say."""

    PayAmt: Decimal = unset
    NumberOfPayments: int = unset
    Guarantor: int = unset
    PayPlanDate: Date = unset
    APR: Decimal = unset
    Note: str = unset
    ChargeFrequency: str = unset
    DatePayPlanStart: Date = unset
    DateInterestStart: Date = unset


class PayPlanDynamic(PayPlanTerms):
    conditions = (
        exactly_one_of("PayAmt", "NumberOfPayments"),
        at_least_one_of("procNums", "adjNums"),
    )

    PatNum: int
    procNums: list[int] = unset
    adjNums: list[int] = unset
    DownPayment: Decimal = unset
    PlanCategory: int = unset
    IsLocked: bool = unset
    DynamicPayPlanTPOption: str = unset


class PayPlanNew(PayPlanTerms):
    conditions = (
        exactly_one_of("useEstBalance", "principalAmount"),
        exactly_one_of("PayAmt", "NumberOfPayments"),
    )

    PatNum: int
    useEstBalance: bool = since("22.2")
    principalAmount: Decimal = unset
    DownPayment: Decimal = unset


class PayPlanDynamicUpdate(PayPlanTerms):
    conditions = (at_most_one_of("PayAmt", "NumberOfPayments"),)

    PlanCategory: int = unset
    IsLocked: bool = unset
    SheetDefNum: int = unset


class PayPlans(Resource):
    get = Get("payplans/{PayPlanNum}", PayPlan, added="24.4.30")
    find = Find("payplans", PayPlanQuery, PayPlan, added="22.2.16")
    create_dynamic = Post("payplans/Dynamic", PayPlanDynamic, PayPlan, added="22.2.22", permission="PayPlans")
    # Answers with the terms as text; answers 410 since 23.3.1, use create_dynamic.
    create = Post("payplans", PayPlanNew, str, added="21.3", permission="PayPlans")
    close = Put("payplans/{PayPlanNum}/Close", Body, PayPlan, added="22.4.39")
    update_dynamic = Put(
        "payplans/{PayPlanNum}/Dynamic", PayPlanDynamicUpdate, PayPlan, added="25.3.31", permission="PayPlans"
    )


payplans = Attached(PayPlans)
