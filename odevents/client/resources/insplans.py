"""Insurance plans.

Source: https://www.opendental.com/site/apiinsplans.html
"""

from __future__ import annotations

from odevents.client.endpoints import Attached, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, Flag, Num, Text


class InsPlan(Row):
    PlanNum: Num
    GroupName: Text = ""
    GroupNum: Text = ""
    PlanNote: Text = ""
    FeeSched: Num = 0
    PlanType: Text = ""
    ClaimFormNum: Num = 0
    ClaimsUseUCR: Flag = False
    CopayFeeSched: Num = 0
    EmployerNum: Num = 0
    CarrierNum: Num = 0
    IsMedical: Flag = False
    FilingCode: Num = 0
    ShowBaseUnits: Flag = False
    CodeSubstNone: Flag = False
    IsHidden: Flag = False
    MonthRenew: Num = 0
    FilingCodeSubtype: Num = 0
    CobRule: Text = ""
    SecUserNumEntry: Num = 0
    SecDateEntry: Date = None
    SecDateTEdit: DateTime = None
    BillingType: Num = 0
    ExclusionFeeRule: Text = ""
    ManualFeeSchedNum: Num = 0
    IsBlueBookEnabled: Flag = False
    InsPlansZeroWriteOffsOnAnnualMaxOverride: Text = ""
    InsPlansZeroWriteOffsOnFreqOrAgingOverride: Text = ""


class InsPlanQuery(PagedQuery):
    PlanType: str = since("24.2.11")
    CarrierNum: int = since("24.2.11")


class InsPlanFields(Body):
    """What can be given both when one is created and when it is changed."""

    GroupName: str = unset
    GroupNum: str = unset
    PlanNote: str = unset
    FeeSched: int = unset
    PlanType: str = unset
    ClaimFormNum: int = since("25.2.24")
    ClaimsUseUCR: bool = since("25.1.20")
    CopayFeeSched: int = since("23.3.17")
    IsMedical: bool = since("24.4.34")
    FilingCode: int = since("25.1.20")
    ShowBaseUnits: bool = since("25.1.20")
    CodeSubstNone: bool = since("22.4.31")
    IsHidden: bool = since("22.4.31")
    MonthRenew: int = unset
    FilingCodeSubtype: int = since("25.1.20")
    CobRule: str = since("25.1.20")
    BillingType: int = since("25.1.20")
    ExclusionFeeRule: str = since("25.1.20")
    ManualFeeSchedNum: int = since("25.2.24")
    InsPlansZeroWriteOffsOnAnnualMaxOverride: str = since("25.1.20")
    InsPlansZeroWriteOffsOnFreqOrAgingOverride: str = since("25.1.20")


class InsPlanNew(InsPlanFields):
    CarrierNum: int
    EmployerNum: int = unset
    IsBlueBookEnabled: bool = unset


class InsPlanUpdate(InsPlanFields):
    EmployerNum: int = since("22.4.24")
    CarrierNum: int = since("22.4.24")
    IsBlueBookEnabled: bool = since("22.4.24")


class InsPlans(Resource):
    get = Get("insplans/{PlanNum}", InsPlan, added="24.2.11")
    find = Find("insplans", InsPlanQuery, InsPlan, added="22.3.30")
    create = Post("insplans", InsPlanNew, InsPlan, added="22.4.24", permission="Insurance", success=200)
    update = Put("insplans/{PlanNum}", InsPlanUpdate, InsPlan, added="22.3.30", permission="Insurance")


insplans = Attached(InsPlans)
