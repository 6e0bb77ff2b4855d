"""Discounts and charges on a patient's account.

Source: https://www.opendental.com/site/apiadjustments.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.endpoints import Attached, Find, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, Day, Money, Num, Text


class Adjustment(Row):
    AdjNum: Num
    AdjDate: Date = None
    AdjAmt: Money = Decimal(0)
    PatNum: Num = 0
    AdjType: Num = 0
    adjType: Text = ""
    ProvNum: Num = 0
    AdjNote: Text = ""
    ProcDate: Date = None
    ProcNum: Num = 0
    DateEntry: Date = None
    ClinicNum: Num = 0
    SecUserNumEntry: Num = 0
    SecDateTEdit: DateTime = None


class AdjustmentQuery(PagedQuery):
    PatNum: int
    AdjType: int = since("22.2.33")
    ProcNum: int = since("22.4.28")


class AdjustmentNew(Body):
    PatNum: int
    AdjType: int
    AdjAmt: Decimal
    AdjDate: Day
    ProvNum: int = unset
    ProcNum: int = unset
    ClinicNum: int = unset
    ProcDate: Date = unset
    AdjNote: str = unset


class AdjustmentUpdate(Body):
    AdjDate: Date = unset
    AdjAmt: Decimal = unset
    AdjType: int = unset
    ProvNum: int = unset
    AdjNote: str = unset
    ProcNum: int = unset
    ClinicNum: int = unset


class Adjustments(Resource):
    find = Find("adjustments", AdjustmentQuery, Adjustment, added="22.2.21")
    create = Post("adjustments", AdjustmentNew, Adjustment, added="22.2.22")
    update = Put("adjustments/{AdjNum}", AdjustmentUpdate, Adjustment, added="22.2.23")


adjustments = Attached(Adjustments)
