"""Payments by patients.

Source: https://www.opendental.com/site/apipayments.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.conditions import at_least_one_of
from odevents.client.endpoints import Attached, Find, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Part, Row, since, unset
from odevents.client.wire import Date, DateTime, DecimalText, Flag, MoneyText, Num, NumText, Text


class Payment(Row):
    PayNum: Num
    PayType: Num = 0
    payType: Text = ""
    PayDate: Date = None
    PayAmt: MoneyText = Decimal(0)
    CheckNum: Text = ""
    BankBranch: Text = ""
    PayNote: Text = ""
    PatNum: Num = 0
    ClinicNum: NumText = 0
    DateEntry: Date = None
    DepositNum: Num = 0
    Receipt: Text = ""
    IsRecurringCC: Flag = False
    SecUserNumEntry: Num = 0
    SecDateTEdit: DateTime = None
    PaymentSource: Text = ""
    ProcessStatus: Text = ""
    RecurringChargeDate: Date = None
    IsCcCompleted: Flag = False
    serverDateTime: DateTime = None


class ProcAmount(Part):
    ProcNum: int
    Amount: Decimal


class PayPlanChargeAmount(Part):
    PayPlanChargeNum: int
    Amount: Decimal


class PaymentQuery(PagedQuery):
    PayType: int = since("23.3.11")
    PatNum: int = unset
    DateEntry: Date = unset


class PaymentNew(Body):
    PayAmt: DecimalText
    PatNum: int
    PayType: int = since("23.1.27")
    PayDate: Date = unset
    CheckNum: str = unset
    PayNote: str = unset
    BankBranch: str = unset
    ClinicNum: int = unset
    isPatientPreferred: bool = unset
    isPrepayment: bool = since("22.4.8")
    procNums: list[int] = since("22.4.16")
    payPlanNum: int = since("23.1.31")


class PaymentRefund(Body):
    PayNum: int


class PaymentUpdate(Body):
    PayType: int = unset
    CheckNum: str = unset
    BankBranch: str = unset
    PayNote: str = unset
    ProcessStatus: str = since("24.3.26")


class PaymentPartial(Body):
    conditions = (at_least_one_of("procNumsAndAmounts", "payPlanChargeNumsAndAmounts"),)

    procNumsAndAmounts: list[ProcAmount] = unset
    payPlanChargeNumsAndAmounts: list[PayPlanChargeAmount] = since("25.2.45")


class Payments(Resource):
    find = Find("payments", PaymentQuery, Payment, added="22.2.32")
    create = Post("payments", PaymentNew, Payment, added="21.2", permission="Payments")
    refund = Post("payments/Refund", PaymentRefund, Payment, added="24.4.28", permission="Payments")
    update = Put("payments/{PayNum}", PaymentUpdate, Payment, added="23.3.11", permission="Payments")
    update_partial = Put("payments/{PayNum}/Partial", PaymentPartial, Payment, added="25.1.11", permission="Payments")


payments = Attached(Payments)
