"""Procedure codes.

Source: https://www.opendental.com/site/apiprocedurecodes.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.conditions import at_least_one_of, at_most_one_of
from odevents.client.endpoints import Attached, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import DateTime, Flag, Money, Num, Text, When


class ProcedureCode(Row):
    CodeNum: Num
    ProcCode: Text = ""
    Descript: Text = ""
    AbbrDesc: Text = ""
    ProcTime: Text = ""
    ProcCat: Num = 0
    procCat: Text = ""
    TreatArea: Text = ""
    NoBillIns: Flag = False
    IsProsth: Flag = False
    DefaultNote: Text = ""
    IsHygiene: Flag = False
    AlternateCode1: Text = ""
    MedicalCode: Text = ""
    IsTaxed: Flag = False
    PaintType: Text = ""
    LaymanTerm: Text = ""
    IsCanadianLab: Flag = False
    BaseUnits: Num = 0
    SubstitutionCode: Text = ""
    SubstOnlyIf: Text = ""
    DateTStamp: DateTime = None
    DrugNDC: Text = ""
    RevenueCodeDefault: Text = ""
    ProvNumDefault: Num = 0
    CanadaTimeUnits: Money = Decimal(0)
    IsRadiology: Flag = False
    DefaultClaimNote: Text = ""
    DefaultTPNote: Text = ""
    PaintText: Text = ""
    AreaAlsoToothRange: Flag = False
    DiagnosticCodes: Text = ""


class ProcedureCodeQuery(PagedQuery):
    DateTStamp: When = since("22.4.28")


class ProcedureCodeFields(Body):
    """What can be given both when one is created and when it is changed."""

    ProcCat: int = unset
    procCat: str = unset
    ProcTime: str = unset
    DefaultNote: str = unset
    IsHygiene: bool = unset
    MedicalCode: str = unset
    LaymanTerm: str = unset
    ProvNumDefault: int = unset
    CanadaTimeUnits: Decimal = unset


class ProcedureCodeNew(ProcedureCodeFields):
    conditions = (at_least_one_of("ProcCat", "procCat"),)

    ProcCode: str
    Descript: str
    AbbrDesc: str
    TreatArea: str = since("22.4.34")
    NoBillIns: bool = since("23.2.10")
    IsProsth: bool = since("23.3.25")
    AlternateCode1: str = since("23.3.25")
    IsTaxed: bool = since("23.3.25")
    PaintType: str = since("23.3.25")
    IsCanadianLab: bool = since("23.3.25")
    BaseUnits: int = since("23.3.25")
    SubstitutionCode: str = since("22.4.9")
    SubstOnlyIf: str = since("22.4.9")
    DrugNDC: str = since("23.3.25")
    RevenueCodeDefault: str = since("23.3.25")
    IsRadiology: bool = since("23.3.25")
    DefaultClaimNote: str = since("23.3.25")
    DefaultTPNote: str = since("23.3.25")
    PaintText: str = since("23.3.24")
    AreaAlsoToothRange: bool = since("23.3.25")
    DiagnosticCodes: str = since("23.3.25")


class ProcedureCodeUpdate(ProcedureCodeFields):
    conditions = (at_most_one_of("ProcCat", "procCat"),)

    Descript: str = unset
    AbbrDesc: str = unset
    TreatArea: str = unset
    NoBillIns: bool = unset
    IsProsth: bool = unset
    AlternateCode1: str = unset
    IsTaxed: bool = unset
    PaintType: str = unset
    IsCanadianLab: bool = unset
    BaseUnits: int = unset
    SubstitutionCode: str = unset
    SubstOnlyIf: str = unset
    DrugNDC: str = unset
    RevenueCodeDefault: str = unset
    IsRadiology: bool = unset
    DefaultClaimNote: str = unset
    DefaultTPNote: str = unset
    PaintText: str = unset
    AreaAlsoToothRange: bool = unset
    DiagnosticCodes: str = unset


class ProcedureCodes(Resource):
    get = Get("procedurecodes/{CodeNum}", ProcedureCode, added="23.3.25")
    find = Find("procedurecodes", ProcedureCodeQuery, ProcedureCode, added="22.3.22")
    create = Post("procedurecodes", ProcedureCodeNew, ProcedureCode, added="22.3")
    update = Put("procedurecodes/{CodeNum}", ProcedureCodeUpdate, ProcedureCode, added="23.3.25")


procedurecodes = Attached(ProcedureCodes)
