"""What a patient's account window shows: aging, balances, the ledger by date of service.

Source: https://www.opendental.com/site/apiaccountmodules.html
"""

from __future__ import annotations

from decimal import Decimal

from odevents.client.endpoints import Attached, FindUnder, Get, Resource
from odevents.client.models import PagedQuery, Row, unset
from odevents.client.wire import Date, Money, MoneyText, Num, NumText, Text


class AccountAging(Row):
    Bal_0_30: Money = Decimal(0)
    Bal_31_60: Money = Decimal(0)
    Bal_61_90: Money = Decimal(0)
    BalOver90: Money = Decimal(0)
    Total: Money = Decimal(0)
    InsEst: Money = Decimal(0)
    EstBal: Money = Decimal(0)
    PatEstBal: Money = Decimal(0)
    Unearned: Money = Decimal(0)


class PatientBalance(Row):
    PatNum: Num = 0
    Name: Text = ""
    Balance: Money = Decimal(0)


class LedgerLine(Row):
    ObjectType: Text = ""
    PrimaryKey: NumText = 0
    Type: Text = ""
    ServiceDate: Date = None
    TransDate: Text = ""
    Patient: Text = ""
    PatNum: NumText = 0
    Reference: Text = ""
    Charge: MoneyText = Decimal(0)
    Credit: MoneyText = Decimal(0)
    Provider: Text = ""
    InsBal: MoneyText = Decimal(0)
    AcctBal: MoneyText = Decimal(0)


class AccountServiceDateViewQuery(PagedQuery):
    isFamily: bool = unset


class AccountModules(Resource):
    aging = Get("accountmodules/{PatNum}/Aging", AccountAging, added="22.3.6")
    patient_balances = FindUnder("accountmodules/{PatNum}/PatientBalances", PagedQuery, PatientBalance, added="22.1")
    service_date_view = FindUnder(
        "accountmodules/{PatNum}/ServiceDateView", AccountServiceDateViewQuery, LedgerLine, added="22.3.32"
    )


accountmodules = Attached(AccountModules)
