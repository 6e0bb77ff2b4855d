"""Payment plans: the old kind, whose POST answers with the text of its terms and ended with 23.3.1, and dynamic ones.

Sources: API Specification, "PayPlans"; PayPlans page.
"""

from __future__ import annotations

import calendar
import math
from datetime import date

from odevents.simulator.clock import moment
from odevents.simulator.rest import write
from odevents.simulator.rest.answer import Answer, bad_request
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.rest.handlers import charting
from odevents.simulator.store import Row

LONGEST = 1200
"""Payments of a plan at most."""


@serves("POST", "payplans")
def create(asked: Asked) -> Answer:
    """POST: equal charges until the principal is paid, interest by the month."""
    patient = asked.the_row("patient", asked.number("PatNum"))
    values = write.settled(asked, asked.shown)
    today = charting.today(asked.office)
    principal = values.get("principalAmount") or (patient["EstBalance"] if asked.body.get("useEstBalance") else 0.0)
    if principal <= 0:
        raise bad_request("principalAmount is required")
    if bool(values.get("PayAmt")) == bool(values.get("NumberOfPayments")):
        raise bad_request("Either PayAmt or NumberOfPayments is required, not both.")
    agreed = values.get("PayPlanDate", today)
    owed = principal - values.get("DownPayment", 0.0)
    rate = float(values.get("APR", 0)) / 1200
    number = values.get("NumberOfPayments") or 0
    amount = values.get("PayAmt") or _payment(owed, rate, number)
    interest = _interest(owed, rate, amount)
    terms = (
        f"{_american(today)} - Date of Agreement: {_american(agreed)}, Total Amount: {principal:.2f}, "
        f"APR: {float(values.get('APR', 0)):g}, Total Cost of Loan: {principal + interest:.2f} {values.get('Note', '')}"
    )
    start = values.get("DatePayPlanStart") or _next_month(agreed)
    defaults = {"Guarantor": patient["PatNum"], "ChargeFrequency": "Monthly", "PayPlanDate": today}
    fixed = {"Note": terms, "PayAmt": amount, "principalAmount": principal, "DatePayPlanStart": start}
    key = asked.store.insert("payplan", **defaults | values | fixed)
    return Answer(201, terms, {"location": f"{asked.office.base_url}/payplans/{key}"})


@serves("POST", "payplans/Dynamic")
def create_dynamic(asked: Asked) -> Answer:
    """POST Dynamic: for procedures and adjustments, whose sum is the principal."""
    patient = asked.the_row("patient", asked.number("PatNum"))
    values = write.settled(asked, asked.shown)
    procedures = [asked.the_row("procedurelog", number) for number in asked.numbers("procNums")]
    adjustments = [asked.the_row("adjustment", number) for number in asked.numbers("adjNums")]
    if not procedures and not adjustments:
        raise bad_request("procNums or adjNums is required")
    principal = sum(row["ProcFee"] for row in procedures) + sum(row["AdjAmt"] for row in adjustments)
    today = charting.today(asked.office)
    start = values.get("DatePayPlanStart") or _next_month(values.get("PayPlanDate", today))
    defaults = {"Guarantor": patient["PatNum"], "ChargeFrequency": "Monthly", "PayPlanDate": today}
    fixed = {"IsDynamic": "true", "principalAmount": principal, "DatePayPlanStart": start}
    terms = _terms(principal, values.get("PayAmt", 0.0), values.get("NumberOfPayments", 0))
    return write.created(asked, asked.store.insert("payplan", **defaults | values | terms | fixed))


@serves("PUT", "payplans/{PayPlanNum}/Dynamic")
def change_dynamic(asked: Asked) -> Answer:
    """PUT Dynamic: a locked plan keeps its terms."""
    row = asked.the_row()
    if row["IsDynamic"] != "true":
        raise bad_request("The payment plan is not dynamic.")
    values = write.settled(asked, asked.shown)
    if row["IsLocked"] == "true" and {"PayAmt", "NumberOfPayments", "APR", "ChargeFrequency"} & set(values):
        raise bad_request("The payment plan is locked.")
    if {"PayAmt", "NumberOfPayments"} & set(values):
        values |= _terms(row["principalAmount"], values.get("PayAmt", 0.0), values.get("NumberOfPayments", 0))
    asked.store.change("payplan", asked.key, **values)
    return write.updated(asked, asked.key)


@serves("PUT", "payplans/{PayPlanNum}/Close")
def close(asked: Asked) -> Answer:
    """PUT Close."""
    if asked.the_row()["IsClosed"] == "true":
        raise bad_request("The payment plan is already closed.")
    asked.store.change("payplan", asked.key, IsClosed="true")
    return write.updated(asked, asked.key)


def _terms(principal: float, amount: float, number: int) -> Row:
    """Amount and number of the payments, each from the other."""
    if bool(amount) == bool(number):
        raise bad_request("Either PayAmt or NumberOfPayments is required, not both.")
    if number:
        return {"NumberOfPayments": number, "PayAmt": round(principal / number, 2)}
    return {"PayAmt": amount, "NumberOfPayments": math.ceil(principal / amount)}


def _payment(owed: float, rate: float, number: int) -> float:
    return round(owed * rate / (1 - (1 + rate) ** -number), 2) if rate else round(owed / number, 2)


def _interest(owed: float, rate: float, amount: float) -> float:
    if amount <= owed * rate:
        raise bad_request("PayAmt does not cover the interest.")
    if amount * LONGEST < owed:
        raise bad_request("PayAmt is too small for the plan ever to end.")
    total = 0.0
    while owed > 0.005:
        charge = round(owed * rate, 2)
        total += charge
        owed = round(owed + charge - amount, 2)
    return total


def _american(day: str) -> str:
    date_of = moment(day)
    return f"{date_of.month}/{date_of.day}/{date_of.year}"


def _next_month(day: str) -> str:
    today = moment(day).date()
    year, month = (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)
    return date(year, month, min(today.day, calendar.monthrange(year, month)[1])).isoformat()
