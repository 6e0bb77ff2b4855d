"""A procedure as it stands on a claim or in an estimate.

Source: https://www.opendental.com/site/apiclaimprocs.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.conditions import at_least_one_of
from odevents.client.endpoints import Attached, Find, Get, Nothing, Post, Put, PutWhere, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, DecimalText, Flag, Money, Num, Text


class ClaimProc(Row):
    ClaimProcNum: Num
    ProcNum: Num = 0
    ClaimNum: Num = 0
    PatNum: Num = 0
    ProvNum: Num = 0
    FeeBilled: Money = Decimal(0)
    InsPayEst: Money = Decimal(0)
    DedApplied: Money = Decimal(0)
    Status: Text = ""
    InsPayAmt: Money = Decimal(0)
    Remarks: Text = ""
    ClaimPaymentNum: Num = 0
    PlanNum: Num = 0
    DateCP: Date = None
    WriteOff: Money = Decimal(0)
    CodeSent: Text = ""
    AllowedOverride: Money = Decimal(0)
    Percentage: Num = 0
    PercentOverride: Num = 0
    CopayAmt: Money = Decimal(0)
    NoBillIns: Flag = False
    PaidOtherIns: Money = Decimal(0)
    BaseEst: Money = Decimal(0)
    CopayOverride: Money = Decimal(0)
    ProcDate: Date = None
    DateEntry: Date = None
    DedEst: Money = Decimal(0)
    DedEstOverride: Money = Decimal(0)
    InsEstTotal: Money = Decimal(0)
    InsEstTotalOverride: Money = Decimal(0)
    PaidOtherInsOverride: Money = Decimal(0)
    EstimateNote: Text = ""
    WriteOffEst: Money = Decimal(0)
    WriteOffEstOverride: Money = Decimal(0)
    ClinicNum: Num = 0
    InsSubNum: Num = 0
    PaymentRow: Num = 0
    PayPlanNum: Num = 0
    ClaimPaymentTracking: Num = 0
    claimPaymentTracking: Text = ""
    SecUserNumEntry: Num = 0
    SecDateEntry: Date = None
    SecDateTEdit: DateTime = None
    DateSuppReceived: Date = None
    DateInsFinalized: Date = None
    IsTransfer: Flag = False
    ClaimAdjReasonCodes: Text = ""


class ClaimProcQuery(PagedQuery):
    ProcNum: int = since("23.2.16")
    ClaimNum: int = unset
    PatNum: int = unset
    Status: str = since("24.4.13")
    ClaimPaymentNum: int = since("23.2.16")


class ClaimProcUpdate(Body):
    ProvNum: int = unset
    FeeBilled: Decimal = unset
    DedApplied: Decimal = unset
    Status: str = unset
    InsPayAmt: DecimalText = unset
    Remarks: str = unset
    ClaimPaymentNum: int = since("24.3.24")
    WriteOff: Decimal = unset
    CodeSent: str = unset
    PercentOverride: int = unset
    NoBillIns: bool = since("23.2.10")
    CopayOverride: Decimal = unset
    DedEstOverride: Decimal = unset
    InsEstTotalOverride: Decimal = unset
    PaidOtherInsOverride: Decimal = unset
    WriteOffEstOverride: Decimal = unset
    ClaimPaymentTracking: int = unset


class ClaimProcInsuranceAdjust(Body):
    conditions = (at_least_one_of("insUsed", "deductibleUsed"),)

    PatPlanNum: int
    insUsed: DecimalText = unset
    deductibleUsed: DecimalText = unset
    date: Date = unset


class ClaimProcInsAdjustNew(Body):
    PatPlanNum: int
    insUsed: DecimalText = unset
    deductibleUsed: DecimalText = unset
    date: Date = unset


class ClaimProcSupplemental(Body):
    ClaimProcNum: int
    InsPayAmt: Decimal = unset


class ClaimProcs(Resource):
    get = Get("claimprocs/{ClaimProcNum}", ClaimProc, added="25.1.27")
    find = Find("claimprocs", ClaimProcQuery, ClaimProc, added="22.2.33")
    update = Put("claimprocs/{ClaimProcNum}", ClaimProcUpdate, ClaimProc, added="22.3.33", permission="Insurance")
    adjust_insurance = PutWhere(
        "claimprocs/InsAdjust", ClaimProcInsuranceAdjust, Nothing, added="21.1", permission="InsuranceSimple"
    )
    create_ins_adjust = Post(
        "claimprocs/InsAdjust", ClaimProcInsAdjustNew, ClaimProc, added="23.2.5", permission="InsuranceSimple"
    )
    create_supplemental = Post(
        "claimprocs/Supplemental", ClaimProcSupplemental, ClaimProc, added="25.2.7", permission="Insurance"
    )


claimprocs = Attached(ClaimProcs)
