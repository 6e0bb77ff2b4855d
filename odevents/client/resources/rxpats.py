"""Prescriptions.

Source: https://www.opendental.com/site/apirxpats.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.endpoints import Attached, Find, Get, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import Date, DateTime, Flag, Money, Num, Text


class RxPat(Row):
    RxNum: Num
    PatNum: Num = 0
    RxDate: Date = None
    Drug: Text = ""
    Sig: Text = ""
    Disp: Text = ""
    Refills: Text = ""
    ProvNum: Num = 0
    Notes: Text = ""
    PharmacyNum: Num = 0
    IsControlled: Flag = False
    DateTStamp: DateTime = None
    SendStatus: Text = ""
    IsErxOld: Flag = False
    ErxPharmacyInfo: Text = ""
    IsProcRequired: Flag = False
    ProcNum: Num = 0
    DaysOfSupply: Money = Decimal(0)
    PatientInstruction: Text = ""
    ClinicNum: Num = 0


class RxPatQuery(PagedQuery):
    PatNum: int = unset


class RxPats(Resource):
    get = Get("rxpats/{RxNum}", RxPat, added="24.2.35")
    find = Find("rxpats", RxPatQuery, RxPat, added="24.2.35")


rxpats = Attached(RxPats)
