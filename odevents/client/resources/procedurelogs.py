"""Procedures of patients, treatment-planned to completed, with their group notes.

Source: https://www.opendental.com/site/apiprocedurelogs.html
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from odevents.client.conditions import at_most_one_of, exactly_one_of
from odevents.client.endpoints import Attached, Delete, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import (
    Date,
    DateTime,
    Day,
    DecimalText,
    Flag,
    IntText,
    Money,
    MoneyText,
    Num,
    Text,
    Time,
    When,
)


class ProcedureLog(Row):
    ProcNum: Num
    PatNum: Num = 0
    AptNum: Num = 0
    ProcDate: Date = None
    ProcFee: MoneyText = Decimal(0)
    Surf: Text = ""
    ToothNum: Text = ""
    ToothRange: Text = ""
    Priority: Num = 0
    priority: Text = ""
    ProcStatus: Text = ""
    ProvNum: Num = 0
    provAbbr: Text = ""
    Dx: Num = 0
    dxName: Text = ""
    PlannedAptNum: Num = 0
    PlaceService: Text = ""
    Prosthesis: Text = ""
    DateOriginalProsth: Date = None
    ClaimNote: Text = ""
    DateEntryC: Date = None
    ClinicNum: Num = 0
    CodeNum: Num = 0
    procCode: Text = ""
    descript: Text = ""
    UnitQty: Num = 0
    BaseUnits: Num = 0
    DateTP: Date = None
    SiteNum: Num = 0
    HideGraphics: Flag = False
    CanadianTypeCodes: Text = ""
    ProcTime: Text = ""
    ProcTimeEnd: Text = ""
    DateTStamp: DateTime = None
    Prognosis: Num = 0
    IsLocked: Flag = False
    BillingNote: Text = ""
    Discount: Money = Decimal(0)
    IsDateProsthEst: Flag = False
    SecDateEntry: DateTime = None
    serverDateTime: DateTime = None


class InsuranceHistory(Row):
    insHistPrefName: Text = ""
    procDate: Text = ""
    ProcNum: Num = 0


class GroupNote(Row):
    PatNum: Num = 0
    ProvNum: Num = 0
    ProcNum: Num = 0
    ProcNums: list[Num] = Field(default_factory=list)
    Note: Text = ""
    isSigned: Flag = False


class ProcedureLogQuery(PagedQuery):
    PatNum: int = unset
    AptNum: int = since("22.3.32")
    ProcStatus: str = since("25.2.21")
    PlannedAptNum: int = since("24.4.5")
    ClinicNum: int = since("23.3.13")
    CodeNum: int = since("25.2.21")
    DateTStamp: When = unset


class ProcedureLogInsuranceHistoryQuery(PagedQuery):
    PatNum: int
    InsSubNum: int


class ProcedureLogGroupNotesQuery(PagedQuery):
    PatNum: int


class ProcedureLogFields(Body):
    """What can be given both when one is created and when it is changed."""

    CodeNum: int = since("25.2.21")
    procCode: str = unset
    ToothNum: str = unset
    Surf: str = unset
    ToothRange: str = unset
    ProcFee: DecimalText = unset
    PlaceService: str = since("25.2.21")
    Prosthesis: str = since("25.2.21")
    DateOriginalProsth: Date = since("25.2.21")
    ClaimNote: str = since("25.2.21")
    DateTP: Date = since("25.2.21")
    SiteNum: int = since("25.2.21")
    ProcTime: Time = since("25.2.21")
    ProcTimeEnd: Time = since("25.2.21")
    Prognosis: int = since("25.2.21")
    BillingNote: str = since("25.2.21")
    Discount: Decimal = since("25.2.21")
    IsDateProsthEst: bool = since("25.2.21")


class ProcedureLogNew(ProcedureLogFields):
    conditions = (
        exactly_one_of("CodeNum", "procCode"),
        at_most_one_of("Priority", "priority"),
        at_most_one_of("Dx", "dxName"),
    )

    PatNum: int
    ProcDate: Day
    ProcStatus: str
    AptNum: int = unset
    Priority: int = unset
    priority: str = unset
    ProvNum: int = unset
    Dx: int = unset
    dxName: str = unset
    PlannedAptNum: int = unset
    ClinicNum: int = unset


class ProcedureLogGroupNote(Body):
    PatNum: int
    ProcNums: list[int]
    Note: str
    isSigned: bool = since("25.2.38")
    ProvNum: int = since("25.3.36")


class ProcedureLogInsuranceHistory(Body):
    PatNum: int
    InsSubNum: int
    insHistPrefName: str
    ProcDate: Day


class ProcedureLogUpdate(ProcedureLogFields):
    conditions = (at_most_one_of("CodeNum", "procCode"),)

    AptNum: IntText = unset
    ProcDate: Date = unset
    Priority: IntText = unset
    ProcStatus: str = unset
    ProvNum: IntText = unset
    Dx: IntText = unset
    PlannedAptNum: IntText = unset
    ClinicNum: IntText = unset


class ProcedureLogGroupNoteUpdate(Body):
    PatNum: int
    Note: str
    doAppendNote: bool = since("25.2.38")
    isSigned: bool = since("25.2.38")
    ProvNum: int = since("25.3.36")


class ProcedureLogs(Resource):
    get = Get("procedurelogs/{ProcNum}", ProcedureLog, added="23.3.13")
    find = Find("procedurelogs", ProcedureLogQuery, ProcedureLog, added="21.1")
    insurance_history = Find(
        "procedurelogs/InsuranceHistory", ProcedureLogInsuranceHistoryQuery, InsuranceHistory, added="22.4.31"
    )
    group_notes = Find("procedurelogs/GroupNotes", ProcedureLogGroupNotesQuery, GroupNote, added="25.2.38")
    create = Post("procedurelogs", ProcedureLogNew, ProcedureLog, added="21.4", permission="ProcedureLogs")
    create_group_note = Post("procedurelogs/GroupNote", ProcedureLogGroupNote, GroupNote, added="22.2")
    create_insurance_history = Post(
        "procedurelogs/InsuranceHistory",
        ProcedureLogInsuranceHistory,
        ProcedureLog,
        added="22.4.31",
        permission="ProcedureLogs",
    )
    update = Put("procedurelogs/{ProcNum}", ProcedureLogUpdate, ProcedureLog, added="22.1", permission="ProcedureLogs")
    update_group_note = Put(
        "procedurelogs/{ProcNum}/GroupNote", ProcedureLogGroupNoteUpdate, GroupNote, added="22.2.29"
    )
    delete = Delete("procedurelogs/{ProcNum}", added="22.1", permission="ProcedureLogs")
    delete_group_note = Delete("procedurelogs/{ProcNum}/GroupNote", added="22.3.8")


procedurelogs = Attached(ProcedureLogs)
