"""Claims: made of procedures, sent, split, paid, deleted. Source: the Claims and ClaimPayments pages."""

from __future__ import annotations

from odevents.simulator.clock import wire
from odevents.simulator.rest import write
from odevents.simulator.rest.answer import Answer, bad_request, not_found
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.rest.handlers import charting
from odevents.simulator.store import Row


@serves("POST", "claims")
def create(asked: Asked) -> Answer:
    """POST: a claim for procedures that are on none yet."""
    patient = asked.the_row("patient", asked.number("PatNum"))
    sub = asked.the_row("inssub", asked.number("InsSubNum"))
    numbers = asked.numbers("procNums")
    if not numbers:
        raise bad_request("procNums is required")
    procedures = [asked.the_row("procedurelog", number) for number in numbers]
    for row in procedures:
        if row["PatNum"] != patient["PatNum"]:
            raise not_found("Procedure")
        if any(part["ClaimNum"] for part in asked.store.rows("claimproc", ProcNum=row["ProcNum"])):
            raise bad_request("A procedure is already attached to a claim.")
    provider = procedures[0]["ProvNum"]
    defaults = {
        "PlanNum": sub["PlanNum"], "ClaimStatus": "W", "ClaimFee": sum(row["ProcFee"] for row in procedures),
        "DateService": procedures[0]["ProcDate"], "ProvTreat": provider, "ProvBill": provider,
    }  # fmt: skip
    key = asked.store.insert("claim", **defaults | write.settled(asked, asked.shown))
    for row in procedures:
        asked.store.insert(
            "claimproc", ProcNum=row["ProcNum"], ClaimNum=key, PatNum=row["PatNum"], PlanNum=sub["PlanNum"],
            InsSubNum=sub["InsSubNum"], ProvNum=row["ProvNum"], FeeBilled=row["ProcFee"], ProcDate=row["ProcDate"],
        )  # fmt: skip
    return write.created(asked, key)


@serves("PUT", "claims/{ClaimNum}/Status")
def sent(asked: Asked) -> Answer:
    """PUT Status: the claim is sent, and an Etrans says so."""
    row = asked.the_row()
    day = write.value_of(asked, asked.shown.columns["DateSent"], asked.body["DateSent"])
    asked.store.change("claim", asked.key, ClaimStatus="S", DateSent=day)
    asked.store.insert(
        "etrans", ClaimNum=asked.key, PatNum=row["PatNum"], Etype="ClaimSent", PlanNum=row["PlanNum"],
        InsSubNum=row["InsSubNum"], DateTimeTrans=wire(asked.store.now()),
    )  # fmt: skip
    return write.updated(asked, asked.key)


@serves("PUT", "claims/{ClaimNum}/Split")
def split(asked: Asked) -> Answer:
    """PUT Split: some of its procedures go onto a claim of their own. Answers 201."""
    row = asked.the_row()
    wanted = set(asked.numbers("ProcNums"))
    parts = asked.store.rows("claimproc", ClaimNum=asked.key)
    moved = [part for part in parts if part["ProcNum"] in wanted]
    if not wanted or {part["ProcNum"] for part in moved} != wanted:
        raise not_found("Procedure")
    if len(moved) == len(parts):
        raise bad_request("At least one procedure must stay on the claim.")
    fee = sum(part["FeeBilled"] for part in moved)
    copied = {name: value for name, value in row.items() if name not in ("ClaimNum", "SecDateTEdit")}
    key = asked.store.insert("claim", **copied | {"ClaimFee": fee})
    for part in moved:
        asked.store.change("claimproc", part["ClaimProcNum"], ClaimNum=key)
    asked.store.change("claim", asked.key, ClaimFee=round(row["ClaimFee"] - fee, 2))
    location = {"location": f"{asked.office.base_url}/claims/{key}"}
    return Answer(asked.endpoint.success, {"ClaimNum": key, "ProcNums": sorted(wanted)}, location)


@serves("DELETE", "claims/{ClaimNum}")
def remove(asked: Asked) -> Answer:
    """DELETE: not once an insurance payment is attached."""
    asked.the_row()
    parts = asked.store.rows("claimproc", ClaimNum=asked.key)
    if any(part["ClaimPaymentNum"] for part in parts):
        raise bad_request("The claim has an insurance payment attached and cannot be deleted.")
    for part in parts:
        asked.store.delete("claimproc", part["ClaimProcNum"])
    asked.store.delete("claim", asked.key)
    return Answer(200)


@serves("POST", "claimpayments")
def pay(asked: Asked) -> Answer:
    """ClaimPayments POST: for one received claim."""
    return _paid(asked, [asked.number("claimNum")])


@serves("POST", "claimpayments/Batch")
def pay_batch(asked: Asked) -> Answer:
    """ClaimPayments POST Batch: for several."""
    return _paid(asked, asked.numbers("claimNums"))


@serves("DELETE", "claimpayments/{ClaimPaymentNum}")
def unpay(asked: Asked) -> Answer:
    """ClaimPayments DELETE: what it paid is detached."""
    asked.the_row()
    for part in asked.store.rows("claimproc", ClaimPaymentNum=asked.key):
        asked.store.change("claimproc", part["ClaimProcNum"], ClaimPaymentNum=0)
    asked.store.delete("claimpayment", asked.key)
    return Answer(200)


@serves("POST", "claimprocs/Supplemental")
def supplement(asked: Asked) -> Answer:
    """ClaimProcs POST Supplemental: the carrier pays once more for a procedure that it has paid for."""
    row = asked.the_row("claimproc", asked.number("ClaimProcNum"))
    if row["Status"] not in ("Received", "Supplemental"):
        raise bad_request("Only a received claimproc can be supplemented.")
    kept = ("ProcNum", "ClaimNum", "PatNum", "ProvNum", "PlanNum", "InsSubNum", "ClinicNum", "ProcDate", "CodeSent")
    amount = write.value_of(asked, asked.shown.columns["InsPayAmt"], asked.body.get("InsPayAmt"))
    key = asked.store.insert(
        "claimproc", **{name: row[name] for name in kept}, Status="Supplemental", InsPayAmt=amount,
        DateSuppReceived=charting.today(asked.office), DateCP=charting.today(asked.office),
    )  # fmt: skip
    return write.created(asked, key)


def _paid(asked: Asked, claims: list[int]) -> Answer:
    parts: list[Row] = []
    for number in claims:
        asked.the_row("claim", number)
        parts += [
            part
            for part in asked.store.rows("claimproc", ClaimNum=number)
            if part["Status"] == "Received" and not part["ClaimPaymentNum"]
        ]
    if not parts:
        raise bad_request("There are no received and unpaid procedures on the claim.")
    defaults = {
        "CheckDate": charting.today(asked.office), "PayType": charting.first_definition(asked.office, 32),
        "PayGroup": charting.first_definition(asked.office, 40),
    }  # fmt: skip
    key = asked.store.insert("claimpayment", **defaults | write.settled(asked, asked.shown))
    for part in parts:
        asked.store.change("claimproc", part["ClaimProcNum"], ClaimPaymentNum=key)
    return write.created(asked, key)
