"""Group notes: a procedure ``~GRP~`` that carries one note for several. Source: the API ProcedureLogs page."""

from __future__ import annotations

from odevents.simulator.rest import read
from odevents.simulator.rest.answer import Answer, bad_request, not_found
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.store import Row

_CODE = "~GRP~"


@serves("GET", "procedurelogs/GroupNotes")
def get(asked: Asked) -> Answer:
    """GET GroupNotes of a patient."""
    patient = asked.asked_number("PatNum")
    asked.the_row("patient", patient)
    code = _group_code(asked)
    rows = asked.store.rows("procedurelog", PatNum=patient, CodeNum=code["CodeNum"])
    return read.paged(asked, [_object(asked, row) for row in rows])


@serves("POST", "procedurelogs/GroupNote")
def create(asked: Asked) -> Answer:
    """POST: procedures of one date, clinic and provider; repeated numbers are ignored."""
    patient = asked.the_row("patient", asked.number("PatNum"))
    rows = [asked.store.row("procedurelog", number) for number in asked.numbers("ProcNums")]
    if not rows:
        raise bad_request("ProcNums is required")
    members = [row for row in rows if row is not None and row["PatNum"] == patient["PatNum"]]
    if len(members) != len(rows):
        raise not_found("Procedure")
    first = members[0]
    if {(r["ProcDate"], r["ClinicNum"], r["ProvNum"]) for r in members} != {
        (first["ProcDate"], first["ClinicNum"], first["ProvNum"])
    }:
        raise bad_request("The procedures must have the same date, clinic and provider.")
    key = asked.store.insert(
        "procedurelog", PatNum=patient["PatNum"], ProcDate=first["ProcDate"], ProcStatus="EC", ProcFee=0.0,
        ClinicNum=first["ClinicNum"], ProvNum=first["ProvNum"], CodeNum=_group_code(asked)["CodeNum"],
    )  # fmt: skip
    for row in members:
        asked.store.insert("procgroupitem", ProcNum=row["ProcNum"], GroupNum=key)
    _write(asked, key, str(asked.body["Note"]))
    return Answer(201, _object(asked, _group(asked, key)))


@serves("PUT", "procedurelogs/{ProcNum}/GroupNote")
def update(asked: Asked) -> Answer:
    """PUT: another text, or more of it; ProcNum is in the URL or, as the page has it, in the body."""
    asked.the_row("patient", asked.number("PatNum"))
    row = _group(asked, asked.key or asked.number("ProcNum"))
    text = str(asked.body["Note"])
    if str(asked.body.get("doAppendNote", "false")).lower() == "true":
        text = "\r\n".join(filter(None, (_note(asked, row["ProcNum"]), text)))
    _write(asked, row["ProcNum"], text)
    answer = _object(asked, row) if asked.office.has_version("25.2.38") else None
    return Answer(200, answer)


@serves("DELETE", "procedurelogs/{ProcNum}/GroupNote")
def remove(asked: Asked) -> Answer:
    """DELETE: the procedures it was for stay."""
    row = _group(asked, asked.key)
    for item in asked.store.rows("procgroupitem", GroupNum=row["ProcNum"]):
        asked.store.delete("procgroupitem", item["ProcGroupItemNum"])
    asked.store.delete("procedurelog", row["ProcNum"])
    return Answer(200)


def _group_code(asked: Asked) -> Row:
    code = asked.store.first("procedurecode", ProcCode=_CODE)
    if code is None:
        raise not_found("procCode")
    return code


def _group(asked: Asked, number: int) -> Row:
    row = asked.store.row("procedurelog", number)
    if row is None:
        raise not_found("Procedure")
    if row["CodeNum"] != _group_code(asked)["CodeNum"]:
        raise bad_request(f"The procedure must have a procCode of {_CODE}.")
    return row


def _note(asked: Asked, number: int) -> str:
    notes = asked.store.rows("procnote", ProcNum=number)
    return str(notes[-1]["Note"]) if notes else ""


def _write(asked: Asked, number: int, text: str) -> None:
    row = asked.the_row("procedurelog", number)
    signed = str(asked.body.get("isSigned", "false")).lower()
    asked.store.insert("procnote", PatNum=row["PatNum"], ProcNum=number, Note=text, isSigned=signed)


def _object(asked: Asked, row: Row) -> Row:
    members = asked.store.rows("procgroupitem", GroupNum=row["ProcNum"])
    notes = asked.store.rows("procnote", ProcNum=row["ProcNum"])
    return {
        "PatNum": row["PatNum"], "ProvNum": row["ProvNum"], "ProcNum": row["ProcNum"],
        "ProcNums": [member["ProcNum"] for member in members], "Note": _note(asked, row["ProcNum"]),
        "isSigned": notes[-1]["isSigned"] if notes else "false",
    }  # fmt: skip
