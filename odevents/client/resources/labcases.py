"""Work sent to a laboratory.

Source: https://www.opendental.com/site/apilabcases.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.endpoints import Attached, Delete, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import DateTime, Money, Num, Text


class LabCase(Row):
    LabCaseNum: Num
    PatNum: Num = 0
    LaboratoryNum: Num = 0
    AptNum: Num = 0
    PlannedAptNum: Num = 0
    DateTimeDue: DateTime = None
    DateTimeCreated: DateTime = None
    DateTimeSent: DateTime = None
    DateTimeRecd: DateTime = None
    DateTimeChecked: DateTime = None
    ProvNum: Num = 0
    Instructions: Text = ""
    LabFee: Money = Decimal(0)
    DateTStamp: DateTime = None
    InvoiceNum: Text = ""


class LabCaseQuery(PagedQuery):
    PatNum: int = unset
    LaboratoryNum: int = unset
    AptNum: int = unset
    PlannedAptNum: int = unset
    ProvNum: int = unset


class LabCaseFields(Body):
    """What can be given both when one is created and when it is changed."""

    AptNum: int = unset
    PlannedAptNum: int = unset
    DateTimeDue: DateTime = unset
    DateTimeCreated: DateTime = unset
    DateTimeSent: DateTime = unset
    DateTimeRecd: DateTime = unset
    DateTimeChecked: DateTime = unset
    Instructions: str = unset
    LabFee: Decimal = unset
    InvoiceNum: str = unset


class LabCaseNew(LabCaseFields):
    PatNum: int
    LaboratoryNum: int
    ProvNum: int


class LabCaseUpdate(LabCaseFields):
    LaboratoryNum: int = unset
    ProvNum: int = unset


class LabCases(Resource):
    get = Get("labcases/{LabCaseNum}", LabCase, added="24.2.28")
    find = Find("labcases", LabCaseQuery, LabCase, added="24.2.28")
    create = Post("labcases", LabCaseNew, LabCase, added="24.4.19")
    update = Put("labcases/{LabCaseNum}", LabCaseUpdate, LabCase, added="24.4.19")
    delete = Delete("labcases/{LabCaseNum}", added="24.4.19")


labcases = Attached(LabCases)
