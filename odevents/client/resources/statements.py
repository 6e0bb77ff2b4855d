"""Statements sent to patients.

Source: https://www.opendental.com/site/apistatements.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.endpoints import Attached, Find, Get, Post, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Date, DateTime, Flag, Money, Num, Text


class Statement(Row):
    StatementNum: Num
    PatNum: Num = 0
    DateSent: Date = None
    DateRangeFrom: Date = None
    DateRangeTo: Date = None
    Note: Text = ""
    NoteBold: Text = ""
    Mode_: Text = ""
    HidePayment: Flag = False
    SinglePatient: Flag = False
    Intermingled: Flag = False
    IsSent: Flag = False
    DocNum: Num = 0
    DateTStamp: DateTime = None
    IsReceipt: Flag = False
    IsInvoice: Flag = False
    IsInvoiceCopy: Flag = False
    SuperFamily: Num = 0
    IsBalValid: Flag = False
    InsEst: Money = Decimal(0)
    BalTotal: Money = Decimal(0)
    StatementType: Text = ""


class StatementQuery(PagedQuery):
    PatNum: int = unset


class StatementNew(Body):
    PatNum: int
    DateSent: Date = unset
    Note: str = unset
    DocNum: int = unset


class Statements(Resource):
    get = Get("statements/{StatementNum}", Statement, added="24.2.23")
    find = Find("statements", StatementQuery, Statement, added="24.2.23")
    create = Post("statements", StatementNew, Statement, added="25.3.26")


statements = Attached(Statements)
