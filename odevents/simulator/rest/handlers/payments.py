"""Payments and what they pay for: the oldest procedures of the family first. Source: API Specification, "Payments"."""

from __future__ import annotations

from odevents.simulator.rest import write
from odevents.simulator.rest.answer import Answer, bad_request
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.rest.handlers import charting
from odevents.simulator.store import Row

_OWED = (
    "SELECT l.ProcNum, l.PatNum, l.ProvNum, l.ClinicNum, l.ProcFee "
    "- COALESCE((SELECT SUM(SplitAmt) FROM paysplit s WHERE s.ProcNum = l.ProcNum), 0) "
    "- COALESCE((SELECT SUM(InsPayAmt) FROM claimproc c WHERE c.ProcNum = l.ProcNum), 0) AS Owed "
    "FROM procedurelog l JOIN patient p ON p.PatNum = l.PatNum WHERE l.ProcStatus = 'C' AND p.Guarantor = ? "
    "ORDER BY l.ProcDate, l.ProcNum"
)


@serves("POST", "payments")
def create(asked: Asked) -> Answer:
    """POST: split over what the family owes, oldest first; what is left over is unearned."""
    patient = asked.the_row("patient", asked.number("PatNum"))
    values = write.settled(asked, asked.shown)
    amount = values["PayAmt"]
    if amount <= 0:
        raise bad_request("PayAmt must be greater than zero")
    defaults = {
        "PayDate": charting.today(asked.office), "PayType": charting.first_definition(asked.office, 10),
        "ClinicNum": patient["ClinicNum"],
    }  # fmt: skip
    values = defaults | values
    future = charting.preference(asked.office, "FutureTransDatesAllowed") == "1"
    if values["PayDate"] > charting.today(asked.office) and not future:
        raise bad_request("PayDate cannot be in the future")
    key = asked.store.insert("payment", **values)
    for part in _splits(asked, patient, amount):
        asked.store.insert("paysplit", **part, PayNum=key, DatePay=values["PayDate"])
    return write.created(asked, key)


@serves("POST", "payments/Refund")
def refund(asked: Asked) -> Answer:
    """POST Refund: the same amounts with the other sign."""
    paid = asked.the_row("payment", asked.number("PayNum"))
    own = ("PatNum", "PayType", "ClinicNum")
    key = asked.store.insert(
        "payment", PayAmt=-paid["PayAmt"], PayDate=charting.today(asked.office), PayNote=f"Refund of {paid['PayNum']}",
        **{name: paid[name] for name in own},
    )  # fmt: skip
    for row in asked.store.rows("paysplit", PayNum=paid["PayNum"]):
        kept = {name: row[name] for name in ("PatNum", "ProvNum", "ProcNum", "ClinicNum")}
        asked.store.insert(
            "paysplit", PayNum=key, SplitAmt=-row["SplitAmt"], DatePay=charting.today(asked.office), **kept
        )
    return write.created(asked, key)


def _splits(asked: Asked, patient: Row, amount: float) -> list[Row]:
    only_patient = str(asked.body.get("isPatientPreferred", "false")).lower() == "true"
    wanted = set(asked.numbers("procNums"))
    prepaid = str(asked.body.get("isPrepayment", "false")).lower() == "true"
    parts: list[Row] = []
    for row in [] if prepaid else asked.store.query(_OWED, [patient["Guarantor"]]):
        skipped = (only_patient and row["PatNum"] != patient["PatNum"]) or (wanted and row["ProcNum"] not in wanted)
        share = round(min(amount, row["Owed"]), 2)
        if share > 0 and not skipped:
            amount = round(amount - share, 2)
            kept = {name: row[name] for name in ("ProcNum", "PatNum", "ProvNum", "ClinicNum")}
            parts.append({**kept, "SplitAmt": share})
    if amount > 0:
        unearned = charting.first_definition(asked.office, 29)
        parts.append({"PatNum": patient["PatNum"], "SplitAmt": amount, "UnearnedType": unearned})
    return parts
