"""Recalls. Source: API Specification, "Recalls"; the list is that of the Recall List window."""

from __future__ import annotations

from odevents.simulator.rest import read, write
from odevents.simulator.rest.answer import Answer, Refused, bad_request, not_found
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.rest.handlers import charting
from odevents.simulator.rest.handlers.commlogs import mode_of
from odevents.simulator.store import Row

_KINDS = ("Prophy", "ChildProphy", "Perio")
_LIST = (
    "SELECT r.*, p.LName, p.FName, p.Birthdate, p.ClinicNum, p.PreferRecallMethod, p.HmPhone, t.Description AS Type "
    "FROM recall r JOIN patient p ON p.PatNum = r.PatNum JOIN recalltype t ON t.RecallTypeNum = r.RecallTypeNum "
    "WHERE r.IsDisabled = 'false' AND r.DateDue BETWEEN ? AND ? ORDER BY r.DateDue, r.RecallNum"
)


@serves("POST", "recalls")
def create(asked: Asked) -> Answer:
    """POST: one recall of each type a patient."""
    patient, kind = asked.number("PatNum"), asked.number("RecallTypeNum")
    asked.the_row("patient", patient)
    if asked.store.first("recall", PatNum=patient, RecallTypeNum=kind):
        raise bad_request("The patient already has a recall of that type.")
    return write.create(asked)


@serves("PUT", "recalls/Status")
def status(asked: Asked) -> Answer:
    """PUT Status: sets the reminder's status and writes a commlog."""
    patient = asked.number("PatNum")
    asked.the_row("patient", patient)
    kind = asked.body["recallType"]
    if kind not in _KINDS:
        raise bad_request("recallType is invalid")
    if not asked.store.first("recall", PatNum=patient):
        raise Refused(404, "Patient does not have any recalls")
    recall = _of_kind(asked, patient, kind)
    if recall is None:
        raise Refused(404, "Patient does not have a recall of the specified RecallType")
    number = write.value_of(asked, asked.shown.columns["RecallStatus"], asked.body.get("RecallStatus", 0))
    asked.store.change("recall", recall["RecallNum"], RecallStatus=number)
    found = asked.store.row("definition", number)
    text = asked.body.get("commlogNote") or f"Recall reminder. {found['ItemName'] if found else 'None'}"
    mode = mode_of(asked.body.get("commlogMode") or "None", "commlogMode")
    charting.commlog(asked.office, patient, str(text), "Recall", mode)
    return Answer(200)


@serves("PUT", "recalls/SwitchType")
def switch(asked: Asked) -> Answer:
    """PUT SwitchType: prophy becomes perio, perio becomes prophy."""
    patient = asked.number("PatNum")
    asked.the_row("patient", patient)
    prophy, perio = _of_kind(asked, patient, "Prophy"), _of_kind(asked, patient, "Perio")
    if (prophy is None) == (perio is None):
        raise bad_request("The patient must have either a Prophy or a Perio recall.")
    row, kind = (prophy, "Perio") if prophy else (perio, "Prophy")
    assert row is not None
    number = charting.preference(asked.office, f"RecallTypeSpecial{kind}")
    asked.store.change("recall", row["RecallNum"], RecallTypeNum=int(number))
    return Answer(200)


@serves("GET", "recalls/List")
def due(asked: Asked) -> Answer:
    """GET List: who is due between two dates."""
    first = read.day("DateStart", asked.query.get("DateStart") or "0001-01-01")
    last = read.day("DateEnd", asked.query.get("DateEnd") or "9999-12-31")
    rows = asked.store.query(_LIST, [first, last])
    if clinic := asked.query.get("ClinicNum"):
        rows = [row for row in rows if str(row["ClinicNum"]) == clinic]
    year = asked.store.now().year
    return read.paged(
        asked,
        [
            {
                "DueDate": row["DateDue"], "PatNum": row["PatNum"], "Patient": f"{row['LName']}, {row['FName']}",
                "Age": str(year - int(row["Birthdate"][:4])), "Type": row["Type"], "Interval": row["RecallInterval"],
                "NumRemind": "0", "LastRemind": "", "Contact": f"Hm: {row['HmPhone']}", "Status": "",
                "ClinicNum": row["ClinicNum"], "Note": row["Note"],
            }
            for row in rows
        ],
    )  # fmt: skip


def _of_kind(asked: Asked, patient: int, kind: str) -> Row | None:
    number = charting.preference(asked.office, f"RecallTypeSpecial{kind}")
    if not number:
        raise not_found("recallType")
    return asked.store.first("recall", PatNum=patient, RecallTypeNum=int(number))
