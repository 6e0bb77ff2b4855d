"""Insurance checks.

Source: https://www.opendental.com/site/apiclaimpayments.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.endpoints import Attached, Delete, Find, Get, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, since, unset
from odevents.client.wire import Date, DateTime, DecimalText, Flag, MoneyText, Num, Text, When


class ClaimPayment(Row):
    ClaimPaymentNum: Num
    CheckDate: Date = None
    CheckAmt: MoneyText = Decimal(0)
    CheckNum: Text = ""
    BankBranch: Text = ""
    Note: Text = ""
    ClinicNum: Num = 0
    DepositNum: Num = 0
    CarrierName: Text = ""
    DateIssued: Date = None
    IsPartial: Flag = False
    PayType: Num = 0
    payType: Text = ""
    SecUserNumEntry: Num = 0
    SecDateEntry: Date = None
    SecDateTEdit: DateTime = None
    PayGroup: Num = 0
    payGroup: Text = ""


class ClaimPaymentQuery(PagedQuery):
    SecDateTEdit: When = unset


class ClaimPaymentFields(Body):
    """What can be given both when one is created and when it is changed."""

    CheckNum: str = unset
    BankBranch: str = unset
    Note: str = unset
    CarrierName: str = unset
    PayType: int = unset
    PayGroup: int = unset


class ClaimPaymentNew(ClaimPaymentFields):
    claimNum: int
    CheckAmt: DecimalText
    CheckDate: Date = unset
    ClinicNum: int = unset
    DateIssued: Date = unset


class ClaimPaymentBatch(Body):
    claimNums: list[int]
    CheckAmt: DecimalText
    CheckDate: Date = unset
    CheckNum: str = unset
    BankBranch: str = unset
    Note: str = unset
    ClinicNum: int = unset
    CarrierName: str = unset
    DateIssued: Date = unset
    PayType: int = unset
    PayGroup: int = unset


class ClaimPaymentUpdate(ClaimPaymentFields):
    CheckAmt: DecimalText = since("25.2.26")


class ClaimPayments(Resource):
    get = Get("claimpayments/{ClaimPaymentNum}", ClaimPayment, added="23.2.15")
    find = Find("claimpayments", ClaimPaymentQuery, ClaimPayment, added="23.2.15")
    create = Post("claimpayments", ClaimPaymentNew, ClaimPayment, added="22.4.8", permission="Insurance")
    create_batch = Post("claimpayments/Batch", ClaimPaymentBatch, ClaimPayment, added="24.2.18", permission="Insurance")
    update = Put(
        "claimpayments/{ClaimPaymentNum}", ClaimPaymentUpdate, ClaimPayment, added="23.2.15", permission="Insurance"
    )
    delete = Delete("claimpayments/{ClaimPaymentNum}", added="24.3.13", permission="Insurance")


claimpayments = Attached(ClaimPayments)
