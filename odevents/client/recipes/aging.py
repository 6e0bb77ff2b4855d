"""Aging: who owes how much for how long.

Source: "API Developer Setup", "Retrieving Aging Data", whose steps these are: see when the office last computed
it, wait for the hour at which it will, then query the guarantors that have a balance.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from odevents.client.endpoints import told
from odevents.client.models import Row
from odevents.client.opendental import OpenDental
from odevents.client.recipes.query import rows_of_query
from odevents.client.wire import Date, DateTime, Money, Num
from odevents.errors import AgingNotSetUp, AnswerUnreadable

T = TypeVar("T")

_COLUMNS = "patnum, estbalance, bal_0_30, bal_31_60, bal_61_90, balover90, insest, baltotal"
_OWING = " OR ".join(f"{column}>0" for column in _COLUMNS.split(", ")[1:])

_date: TypeAdapter[date | None] = TypeAdapter(Date)
_datetime: TypeAdapter[datetime | None] = TypeAdapter(DateTime)


class Balance(Row):
    """What a guarantor owes, for the whole family. Names as the query spells them."""

    patnum: Num
    estbalance: Money = Decimal(0)
    bal_0_30: Money = Decimal(0)
    bal_31_60: Money = Decimal(0)
    bal_61_90: Money = Decimal(0)
    balover90: Money = Decimal(0)
    insest: Money = Decimal(0)
    baltotal: Money = Decimal(0)


@dataclass(frozen=True)
class AgingRun:
    """When the office computed aging, and when it will again.

    :ivar last: the day it last ran, ``None`` for never.
    :ivar due: today's run, office-local; ``None`` when the preference Automated Aging Runtime has no time.
    """

    last: date | None
    due: datetime | None

    def wait_until(self, now: datetime) -> datetime | None:
        """When to come back, ``None`` when the figures can be read now.

        The rule: if aging has not run today, wait until its time has passed.
        """
        if self.last is not None and self.last >= now.date():
            return None
        return self.due if self.due is not None and now < self.due else None


def aging_run(client: OpenDental, today: date) -> AgingRun:
    """Read when aging ran and is due.

    :raises odevents.errors.AgingNotSetUp: it has never run and never will.
    """
    last = _parsed(_date, _preference(client, "DateLastAging"))
    at = _parsed(_datetime, _preference(client, "AgingServiceTimeDue"))
    if last is None and at is None:
        raise AgingNotSetUp("aging never ran here; in Open Dental, set Automated Aging Runtime and start the Service")
    return AgingRun(last, datetime.combine(today, at.time()) if at else None)


def balances(client: OpenDental, clinic: int | None = None) -> Iterator[Balance]:
    """The guarantors that have a balance, in the order of their keys.

    :param clinic: only those of this clinic, which is quicker.
    :raises odevents.errors.AnswerUnreadable: the rows are not those of the query.
    """
    at_clinic = "" if clinic is None else f"clinicnum={int(clinic)} AND "
    where = f"patnum=guarantor AND {at_clinic}({_OWING})"
    sql = f"SELECT {_COLUMNS} FROM patient WHERE {where} ORDER BY patnum"  # noqa: S608 - made of constants and one int
    # Whether a column comes back as the query or as the table spells it is the database's choice.
    return (_balance({name.lower(): value for name, value in row.items()}) for row in rows_of_query(client, sql))


def _balance(row: dict[str, Any]) -> Balance:
    try:
        return Balance.model_validate(row)
    except ValidationError as error:
        raise AnswerUnreadable(told(error)) from None


def _preference(client: OpenDental, name: str) -> str:
    found = (preference.ValueString for preference in client.preferences.find(PrefName=name))
    return next(found, "")


def _parsed(adapter: TypeAdapter[T], text: str) -> T | None:
    try:
        return adapter.validate_python(text)
    except ValidationError:
        return None
