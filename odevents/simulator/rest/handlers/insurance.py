"""Insurance: who is covered by which plan, and when that was last verified. Source: API Specification."""

from __future__ import annotations

from odevents.simulator.rest import write
from odevents.simulator.rest.answer import Answer, bad_request, not_found
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.rest.handlers import charting
from odevents.simulator.store import Row


@serves("POST", "patplans")
def cover(asked: Asked) -> Answer:
    """PatPlans POST: a plan put first moves the others back; the same coverage twice is refused."""
    patient, sub = asked.number("PatNum"), asked.number("InsSubNum")
    values = write.settled(asked, asked.shown)
    if asked.store.first("patplan", PatNum=patient, InsSubNum=sub):
        raise bad_request("The patient already has this insurance.")
    ordinal = values.get("Ordinal") or 1
    others = asked.store.rows("patplan", PatNum=patient)
    if ordinal in {row["Ordinal"] for row in others}:
        for row in others:
            if row["Ordinal"] >= ordinal:
                asked.store.change("patplan", row["PatPlanNum"], Ordinal=row["Ordinal"] + 1)
    key = asked.store.insert("patplan", **values | {"Ordinal": min(ordinal, len(others) + 1)})
    return write.created(asked, key)


@serves("DELETE", "patplans/{PatPlanNum}")
def uncover(asked: Asked) -> Answer:
    """PatPlans DELETE: those behind it move up."""
    row = asked.the_row()
    asked.store.delete("patplan", asked.key)
    for other in asked.store.rows("patplan", PatNum=row["PatNum"]):
        if other["Ordinal"] > row["Ordinal"]:
            asked.store.change("patplan", other["PatPlanNum"], Ordinal=other["Ordinal"] - 1)
    return Answer(200)


@serves("DELETE", "inssubs/{InsSubNum}")
def unsubscribe(asked: Asked) -> Answer:
    """InsSubs DELETE: not while anybody is covered by it."""
    asked.the_row()
    if asked.store.first("patplan", InsSubNum=asked.key):
        raise bad_request("Can't delete InsSub because PatPlans are still attached.")
    asked.store.delete("inssub", asked.key)
    return Answer(200)


@serves("PUT", "insverifies")
def verify(asked: Asked) -> Answer:
    """InsVerifies PUT: the entry is replaced, what it said is kept in ``insverifyhist``."""
    kind, target = asked.body["VerifyType"], asked.number("FKey")
    values = write.settled(asked, asked.shown)
    table = {"PatientEnrollment": "patplan", "InsuranceBenefit": "insplan"}.get(kind)
    if table is None:
        raise bad_request("VerifyType is invalid")
    if asked.store.row(table, target) is None:
        raise not_found("FKey")
    values.setdefault("DateLastVerified", charting.today(asked.office))
    found = asked.store.first("insverify", VerifyType=kind, FKey=target)
    if found is None:
        return write.updated(asked, asked.store.insert("insverify", **values))
    kept = {name: found[name] for name in ("InsVerifyNum", "DateLastVerified", "VerifyType", "FKey", "DefNum", "Note")}
    asked.store.insert("insverifyhist", **kept)
    asked.store.change("insverify", found["InsVerifyNum"], **values)
    return write.updated(asked, int(found["InsVerifyNum"]))


@serves("PUT", "claimprocs/InsAdjust")
def adjust(asked: Asked) -> Answer:
    """ClaimProcs PUT InsAdjust: so that what was used comes to the amounts given."""
    _adjust(asked)
    return Answer(200)


@serves("POST", "claimprocs/InsAdjust")
def add_adjustment(asked: Asked) -> Answer:
    """ClaimProcs POST InsAdjust: an adjustment of these amounts, whatever is there."""
    plan, sub = _plan(asked)
    day = asked.body.get("date") or charting.today(asked.office)
    key = asked.store.insert("claimproc", **_adjustment(asked, plan, sub, str(day)))
    return write.created(asked, key)


def _adjust(asked: Asked) -> None:
    plan, sub = _plan(asked)
    day = str(asked.body.get("date") or charting.today(asked.office))
    if not any(asked.body.get(name) not in (None, "") for name in ("insUsed", "deductibleUsed")):
        raise bad_request("insUsed or deductibleUsed is required")
    wanted = _adjustment(asked, plan, sub, day)
    own = {"PatNum": plan["PatNum"], "InsSubNum": sub["InsSubNum"]}
    of_the_year = [r for r in asked.store.rows("claimproc", **own) if r["ProcDate"][:4] == day[:4]]
    paid = sum(r["InsPayAmt"] for r in of_the_year if r["Status"] != "Adjustment")
    deducted = sum(r["DedApplied"] for r in of_the_year if r["Status"] != "Adjustment")
    for row in of_the_year:
        if row["Status"] == "Adjustment":
            asked.store.delete("claimproc", row["ClaimProcNum"])
    wanted["InsPayAmt"] = round(wanted["InsPayAmt"] - paid, 2) if wanted["InsPayAmt"] else 0.0
    wanted["DedApplied"] = round(wanted["DedApplied"] - deducted, 2) if wanted["DedApplied"] else 0.0
    if wanted["InsPayAmt"] or wanted["DedApplied"]:
        asked.store.insert("claimproc", **wanted)


def _plan(asked: Asked) -> tuple[Row, Row]:
    plan = asked.the_row("patplan", asked.number("PatPlanNum"))
    return plan, asked.the_row("inssub", plan["InsSubNum"])


def _adjustment(asked: Asked, plan: Row, sub: Row, day: str) -> Row:
    amounts = asked.store.tables["claimproc"].columns
    return {
        "PatNum": plan["PatNum"], "InsSubNum": sub["InsSubNum"], "PlanNum": sub["PlanNum"], "Status": "Adjustment",
        "ProcDate": day, "DateCP": day,
        "InsPayAmt": write.value_of(asked, amounts["InsPayAmt"], asked.body.get("insUsed")),
        "DedApplied": write.value_of(asked, amounts["DedApplied"], asked.body.get("deductibleUsed")),
    }  # fmt: skip
