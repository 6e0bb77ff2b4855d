"""Reports, computed for the whole practice.

Source: https://www.opendental.com/site/apireports.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.endpoints import Attached, Find, Resource
from odevents.client.models import PagedQuery, Row, since, unset
from odevents.client.wire import Date, Money, Num, Text


class AgingLine(Row):
    PatNum: Num = 0
    patName: Text = ""
    Bal_0_30: Money = Decimal(0)
    Bal_31_60: Money = Decimal(0)
    Bal_61_90: Money = Decimal(0)
    BalOver90: Money = Decimal(0)
    BalTotal: Money = Decimal(0)
    InsWoEst: Money = Decimal(0)
    InsPayEst: Money = Decimal(0)
    PatientPortion: Money = Decimal(0)


class FinanceCharge(Row):
    PatNum: Num = 0
    PatName: Text = ""
    Preferred: Text = ""
    AdjAmt: Money = Decimal(0)


class ReportAgingQuery(PagedQuery):
    DateAsOf: Date = unset
    ClinicNum: int = since("22.2")


class ReportFinanceChargesQuery(PagedQuery):
    DateFrom: Date = unset
    DateTo: Date = unset
    ProvNums: list[int] = unset
    BillingTypes: str = unset


class Reports(Resource):
    aging = Find("reports/Aging", ReportAgingQuery, AgingLine, added="21.4")
    finance_charges = Find("reports/FinanceCharges", ReportFinanceChargesQuery, FinanceCharge, added="22.2.32")


reports = Attached(Reports)
