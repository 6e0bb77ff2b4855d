"""How payments are split over procedures and providers.

Source: https://www.opendental.com/site/apipaysplits.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.endpoints import Attached, Find, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, Money, Num, Text


class PaySplit(Row):
    SplitNum: Num
    SplitAmt: Money = Decimal(0)
    PatNum: Num = 0
    PayNum: Num = 0
    ProvNum: Num = 0
    PayPlanNum: Num = 0
    DatePay: Date = None
    ProcNum: Num = 0
    DateEntry: Date = None
    UnearnedType: Num = 0
    unearnedType: Text = ""
    ClinicNum: Num = 0
    SecDateTEdit: DateTime = None
    AdjNum: Num = 0
    PayPlanChargeNum: Num = 0
    PayPlanDebitType: Text = ""


class PaySplitQuery(PagedQuery):
    PatNum: int = unset
    PayNum: int = unset
    ProcNum: int = since("24.4.24")


class PaySplitUpdate(Body):
    ProvNum: int = unset
    ClinicNum: int = unset


class PaySplits(Resource):
    find = Find("paysplits", PaySplitQuery, PaySplit, added="22.4.16")
    update = Put("paysplits/{SplitNum}", PaySplitUpdate, PaySplit, added="25.2.9", permission="Payments")


paysplits = Attached(PaySplits)
