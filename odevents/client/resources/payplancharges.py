"""Charges of payment plans.

Source: https://www.opendental.com/site/apipayplancharges.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, Row
from odevents.client.wire import Date, DateTime, Flag, Money, Num, Text


class PayPlanCharge(Row):
    PayPlanChargeNum: Num
    PayPlanNum: Num = 0
    Guarantor: Num = 0
    PatNum: Num = 0
    ChargeDate: Date = None
    Principal: Money = Decimal(0)
    Interest: Money = Decimal(0)
    Note: Text = ""
    ProvNum: Num = 0
    ClinicNum: Num = 0
    ChargeType: Text = ""
    ProcNum: Num = 0
    SecDateTEntry: DateTime = None
    SecDateTEdit: DateTime = None
    StatementNum: Num = 0
    FKey: Num = 0
    LinkType: Text = ""
    IsOffset: Flag = False


class PayPlanChargeQuery(PagedQuery):
    PayPlanNum: int


class PayPlanCharges(Resource):
    find = Find("payplancharges", PayPlanChargeQuery, PayPlanCharge, added="23.2.28")


payplancharges = Attached(PayPlanCharges)
