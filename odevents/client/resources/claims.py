"""Insurance claims.

Source: https://www.opendental.com/site/apiclaims.html
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from odevents.client.conditions import needed_when
from odevents.client.endpoints import Attached, Delete, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, Day, Flag, Money, Num, NumText, Text, When


class Claim(Row):
    ClaimNum: Num
    PatNum: Num = 0
    DateService: Date = None
    DateSent: Date = None
    ClaimStatus: Text = ""
    DateReceived: Date = None
    PlanNum: Num = 0
    ProvTreat: Num = 0
    ClaimFee: Money = Decimal(0)
    InsPayEst: Money = Decimal(0)
    InsPayAmt: Money = Decimal(0)
    DedApplied: Money = Decimal(0)
    IsProsthesis: Text = ""
    PriorDate: Date = None
    ReasonUnderPaid: Text = ""
    ClaimNote: Text = ""
    ClaimType: Text = ""
    ProvBill: Num = 0
    PlaceService: Text = ""
    AccidentRelated: Text = ""
    AccidentDate: Date = None
    AccidentST: Text = ""
    IsOrtho: Flag = False
    OrthoRemainM: Num = 0
    OrthoDate: Date = None
    PatRelat: Text = ""
    PlanNum2: Num = 0
    PatRelat2: Text = ""
    WriteOff: Money = Decimal(0)
    ClaimForm: NumText = 0
    InsSubNum: Num = 0
    InsSubNum2: Num = 0
    PriorAuthorizationNumber: Text = ""
    CustomTracking: Num = 0
    customTracking: Text = ""
    OrthoTotalM: Num = 0
    SecDateTEdit: DateTime = None


class SplitClaim(Row):
    ClaimNum: Num = 0
    ProcNums: list[Num] = Field(default_factory=list)


class ClaimQuery(PagedQuery):
    PatNum: int = unset
    ClaimStatus: str = since("23.3.11")
    SecDateTEdit: When = since("23.3.11")


class ClaimNew(Body):
    conditions = (
        needed_when("InsSubNum", "ClaimType", "PreAuth"),
        needed_when("PatRelat", "ClaimType", "PreAuth"),
    )

    PatNum: int
    procNums: list[int]
    ClaimType: str
    InsSubNum: int = unset
    PatRelat: str = unset
    InsSubNum2: int = unset
    PatRelat2: str = unset
    DateService: Date = unset
    DateSent: Date = unset
    ClaimForm: int = unset
    ProvTreat: int = unset
    ProvBill: int = unset


class ClaimUpdate(Body):
    ClaimStatus: str = unset
    DateReceived: Date = unset
    ProvTreat: int = unset
    IsProsthesis: str = unset
    PriorDate: Date = unset
    ClaimNote: str = unset
    ReasonUnderPaid: str = since("22.3.31")
    ProvBill: int = unset
    PlaceService: str = unset
    AccidentRelated: str = unset
    AccidentDate: Date = since("22.1")
    AccidentST: str = unset
    IsOrtho: bool = unset
    OrthoRemainM: int = since("23.2.18")
    OrthoDate: Date = unset
    PatRelat: str = since("24.4.35")
    PatRelat2: str = since("24.4.35")
    ClaimForm: int = unset
    InsSubNum2: int = since("24.4.35")
    PriorAuthorizationNumber: str = unset
    OrthoTotalM: int = unset


class ClaimStatus(Body):
    DateSent: Day
    DateSentOrig: Date = unset


class ClaimSplit(Body):
    ProcNums: list[int]


class Claims(Resource):
    get = Get("claims/{ClaimNum}", Claim, added="23.3.11")
    find = Find("claims", ClaimQuery, Claim, added="22.2")
    create = Post("claims", ClaimNew, Claim, added="23.2.5", permission="Insurance")
    update = Put("claims/{ClaimNum}", ClaimUpdate, Claim, added="21.4", permission="Insurance")
    set_status = Put("claims/{ClaimNum}/Status", ClaimStatus, Claim, added="21.3", permission="Insurance")
    split = Put("claims/{ClaimNum}/Split", ClaimSplit, SplitClaim, added="22.1", permission="Insurance", success=201)
    delete = Delete("claims/{ClaimNum}", added="22.1", permission="Insurance")


claims = Attached(Claims)
