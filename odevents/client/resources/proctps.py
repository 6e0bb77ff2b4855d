"""Procedures as saved in a treatment plan.

Source: https://www.opendental.com/site/apiproctps.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.endpoints import Attached, Delete, Find, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Date, DateTime, DecimalText, Money, Num, Text


class ProcTP(Row):
    ProcTPNum: Num
    TreatPlanNum: Num = 0
    PatNum: Num = 0
    ProcNumOrig: Num = 0
    ItemOrder: Num = 0
    Priority: Num = 0
    priority: Text = ""
    ToothNumTP: Text = ""
    Surf: Text = ""
    ProcCode: Text = ""
    Descript: Text = ""
    FeeAmt: Money = Decimal(0)
    PriInsAmt: Money = Decimal(0)
    SecInsAmt: Money = Decimal(0)
    PatAmt: Money = Decimal(0)
    Discount: Money = Decimal(0)
    Prognosis: Text = ""
    Dx: Text = ""
    ProcAbbr: Text = ""
    SecUserNumEntry: Num = 0
    SecDateEntry: Date = None
    SecDateTEdit: DateTime = None
    FeeAllowed: Money = Decimal(0)
    TaxAmt: Money = Decimal(0)
    ProvNum: Num = 0
    DateTP: Date = None
    ClinicNum: Num = 0
    CatPercUCR: Money = Decimal(0)


class ProcTPQuery(PagedQuery):
    TreatPlanNum: int


class ProcTPUpdate(Body):
    Priority: int = unset
    ToothNumTP: str = unset
    Surf: str = unset
    ProcCode: str = unset
    Descript: str = unset
    FeeAmt: Decimal = unset
    PriInsAmt: Decimal = unset
    SecInsAmt: Decimal = unset
    PatAmt: Decimal = unset
    Discount: DecimalText = unset
    Prognosis: str = unset
    Dx: str = unset
    ProcAbbr: str = unset
    FeeAllowed: Decimal = unset


class ProcTPs(Resource):
    find = Find("proctps", ProcTPQuery, ProcTP, added="22.4.17")
    update = Put("proctps/{ProcTPNum}", ProcTPUpdate, ProcTP, added="24.4.26")
    delete = Delete("proctps/{ProcTPNum}", added="23.3.10")


proctps = Attached(ProcTPs)
