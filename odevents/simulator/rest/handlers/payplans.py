"""PayPlans POST, the old kind of plan, gone since 23.3.1. Its answer is the text of the terms.

Source: API Specification, "PayPlans".
"""

from __future__ import annotations

import calendar
from datetime import date

from odevents.simulator.clock import moment
from odevents.simulator.rest import write
from odevents.simulator.rest.answer import Answer, bad_request
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.rest.handlers import charting


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


def _payment(owed: float, rate: float, number: int) -> float:
    return round(owed * rate / (1 - (1 + rate) ** -number), 2) if rate else round(owed / number, 2)


def _interest(owed: float, rate: float, amount: float) -> float:
    if amount <= owed * rate:
        raise bad_request("PayAmt does not cover the interest.")
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
