"""Fees.

Source: https://www.opendental.com/site/apifees.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.endpoints import Attached, Delete, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import Date, DateTime, DecimalText, Money, Num


class Fee(Row):
    FeeNum: Num
    Amount: Money = Decimal(0)
    FeeSched: Num = 0
    CodeNum: Num = 0
    ClinicNum: Num = 0
    ProvNum: Num = 0
    SecUserNumEntry: Num = 0
    SecDateEntry: Date = None
    SecDateTEdit: DateTime = None


class FeeQuery(PagedQuery):
    FeeSched: int = unset
    CodeNum: int = unset
    ClinicNum: int = unset
    ProvNum: int = unset


class FeeNew(Body):
    Amount: DecimalText
    FeeSched: int
    CodeNum: int
    ClinicNum: int = unset
    ProvNum: int = unset


class FeeUpdate(Body):
    Amount: DecimalText


class Fees(Resource):
    get = Get("fees/{FeeNum}", Fee, added="23.3.11")
    find = Find("fees", FeeQuery, Fee, added="23.3.11")
    create = Post("fees", FeeNew, Fee, added="23.3.11", success=200)
    update = Put("fees/{FeeNum}", FeeUpdate, Fee, added="23.3.11")
    delete = Delete("fees/{FeeNum}", added="23.3.11")


fees = Attached(Fees)
