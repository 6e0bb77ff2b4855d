"""ProcedureLogs: POST, PUT and DELETE with their rules about teeth, status and what hangs on a procedure.

Source: the API ProcedureLogs page.
"""

from __future__ import annotations

from typing import Any

from odevents.simulator.rest import write
from odevents.simulator.rest.answer import Answer, bad_request, not_found
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.rest.handlers import charting
from odevents.simulator.store import Row

_NOT_WHEN_COMPLETE = ("procCode", "CodeNum", "ToothNum", "Surf", "ToothRange")
_NEEDS = {
    "Surf": ("Surf", "ToothNum"), "Tooth": ("ToothNum",), "ToothRange": ("ToothRange",), "Quad": ("Surf",),
    "Sextant": ("Surf",), "Arch": ("Surf",),
}  # fmt: skip
_SURFACES = {"Quad": {"UL", "UR", "LR", "LL"}, "Sextant": set("123456"), "Arch": {"U", "L"}}
_HELD_BY = (
    ("claimproc", "ProcNum", "a claim"), ("paysplit", "ProcNum", "a patient payment"),
    ("adjustment", "ProcNum", "an adjustment"), ("rxpat", "ProcNum", "a prescription"),
    ("payplancharge", "ProcNum", "a payment plan"), ("refattach", "ProcNum", "a referral"),
)  # fmt: skip


@serves("POST", "procedurelogs")
def create(asked: Asked) -> Answer:
    """POST: the code by name or number, with the tooth fields that its treatment area needs."""
    patient = asked.the_row("patient", asked.number("PatNum"))
    code = _code(asked)
    values = write.settled(asked, asked.shown)
    if values.get("ProcStatus") not in ("TP", "C", "EO", "EC", "R", "Cn"):
        raise bad_request("ProcStatus is invalid")
    _check_teeth(code, values, required=True)
    appointment = asked.store.row("appointment", values.get("AptNum", 0))
    defaults = {
        "CodeNum": code["CodeNum"], "ProcFee": charting.fee(asked.office, code["CodeNum"]),
        "ProvNum": appointment["ProvNum"] if appointment else charting.usual_provider(asked.office, patient),
        "Priority": charting.first_definition(asked.office, 20), "Dx": charting.first_definition(asked.office, 16),
        "ClinicNum": patient["ClinicNum"],
    }  # fmt: skip
    return write.created(asked, asked.store.insert("procedurelog", **defaults | values | {"CodeNum": code["CodeNum"]}))


@serves("PUT", "procedurelogs/{ProcNum}")
def update(asked: Asked) -> Answer:
    """PUT: a complete procedure keeps its code and teeth, and a new code must share the treatment area."""
    row = asked.the_row()
    blank = frozenset(n for n in ("ToothNum", "Surf", "ToothRange") if asked.body.get(n) == "")
    values = write.settled(asked, asked.shown, ignore=blank)
    if row["ProcStatus"] == "C" and any(asked.body.get(name) for name in _NOT_WHEN_COMPLETE):
        raise bad_request("procCode, ToothNum, Surf and ToothRange cannot be changed on a completed procedure.")
    code = asked.the_row("procedurecode", row["CodeNum"])
    if asked.body.get("procCode") or asked.body.get("CodeNum"):
        new = _code(asked)
        if new["TreatArea"] != code["TreatArea"]:
            raise bad_request("The treatment areas of the procedure codes do not match.")
        values["CodeNum"], code = new["CodeNum"], new
    _check_teeth(code, values, required=False)
    asked.store.change("procedurelog", asked.key, **values)
    return write.updated(asked, asked.key)


@serves("DELETE", "procedurelogs/{ProcNum}")
def remove(asked: Asked) -> Answer:
    """DELETE: only what is planned (or, since 23.1.11, complete) and nothing hangs on."""
    row = asked.store.row("procedurelog", asked.key)
    if row is None:
        raise not_found("Procedure")
    deletable = ("TP", "TPi", "C") if asked.office.has_version("23.1.11") else ("TP", "TPi")
    if row["ProcStatus"] not in deletable:
        raise bad_request(f"Only procedures with a ProcStatus of {', '.join(deletable)} can be deleted.")
    for table, column, what in _HELD_BY:
        if asked.store.first(table, **{column: asked.key}):
            raise bad_request(f"The procedure is attached to {what} and cannot be deleted.")
    asked.store.delete("procedurelog", asked.key)
    return Answer(200)


def _code(asked: Asked) -> Row:
    name, number = asked.body.get("procCode"), asked.body.get("CodeNum")
    if not name and not number:
        raise bad_request("procCode is required")
    found = (
        asked.store.first("procedurecode", ProcCode=str(name))
        if name
        else asked.store.row("procedurecode", asked.number("CodeNum"))
    )
    if found is None:
        raise not_found("procCode")
    return found


def _check_teeth(code: Row, values: dict[str, Any], *, required: bool) -> None:
    needed = _NEEDS.get(code["TreatArea"], ())
    for name in needed:
        if required and not values.get(name):
            raise bad_request(f"{name} is required by {code['ProcCode']}.")
    allowed = _SURFACES.get(code["TreatArea"])
    if allowed and values.get("Surf") and values["Surf"] not in allowed:
        raise bad_request(f"Surf must be one of {', '.join(sorted(allowed))} for {code['ProcCode']}.")
    tooth = str(values.get("ToothNum", ""))
    if tooth and not (tooth.isdigit() and 1 <= int(tooth) <= 32) and tooth not in tuple("ABCDEFGHIJKLMNOPQRST"):
        raise bad_request("ToothNum is invalid")
