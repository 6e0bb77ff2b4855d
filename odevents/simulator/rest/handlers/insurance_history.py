"""Insurance history: when a plan last paid for each kind of procedure. Source: the API ProcedureLogs page."""

from __future__ import annotations

from odevents.simulator.rest import read, write
from odevents.simulator.rest.answer import Answer, bad_request
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.rest.handlers import charting
from odevents.simulator.store import Row

CATEGORIES = (
    "InsHistBWCodes", "InsHistPanoCodes", "InsHistExamCodes", "InsHistProphyCodes", "InsHistPerioURCodes",
    "InsHistPerioULCodes", "InsHistPerioLRCodes", "InsHistPerioLLCodes", "InsHistPerioMaintCodes",
    "InsHistDebridementCodes",
)  # fmt: skip

_LATEST = (
    "SELECT p.ProcNum, p.ProcDate FROM procedurelog p JOIN procedurecode c ON c.CodeNum = p.CodeNum "
    "JOIN claimproc cp ON cp.ProcNum = p.ProcNum AND cp.InsSubNum = ? WHERE p.PatNum = ? "
    "AND p.ProcStatus IN ('C', 'EO', 'EC') AND instr(',' || ? || ',', ',' || c.ProcCode || ',') "
    "ORDER BY p.ProcDate DESC, p.ProcNum DESC LIMIT 1"
)


@serves("GET", "procedurelogs/InsuranceHistory")
def get(asked: Asked) -> Answer:
    """GET: one line per category, ``No History`` without a procedure, ``Not Set`` without codes."""
    patient, sub = asked.asked_number("PatNum"), asked.asked_number("InsSubNum")
    asked.the_row("patient", patient)
    asked.the_row("inssub", sub)
    return read.paged(asked, [_line(asked, patient, sub, name) for name in CATEGORIES])


@serves("POST", "procedurelogs/InsuranceHistory")
def create(asked: Asked) -> Answer:
    """POST: an existing procedure of another provider, and its insurance history line."""
    patient = asked.the_row("patient", asked.number("PatNum"))
    sub = asked.the_row("inssub", asked.number("InsSubNum"))
    name = asked.body["insHistPrefName"]
    if name not in CATEGORIES:
        raise bad_request("insHistPrefName is invalid")
    codes = sorted(filter(None, charting.preference(asked.office, name).split(",")))
    code = asked.store.first("procedurecode", ProcCode=codes[0]) if codes else None
    if code is None:
        raise bad_request(f"The preference {name} has no procedure codes.")
    day = write.value_of(asked, asked.shown.columns["ProcDate"], asked.body["ProcDate"])
    provider = charting.usual_provider(asked.office, patient)
    key = asked.store.insert(
        "procedurelog", PatNum=patient["PatNum"], ProcDate=day, ProcStatus="EO", CodeNum=code["CodeNum"],
        ProvNum=provider, ClinicNum=patient["ClinicNum"],
    )  # fmt: skip
    asked.store.insert(
        "claimproc", ProcNum=key, PatNum=patient["PatNum"], InsSubNum=sub["InsSubNum"], PlanNum=sub["PlanNum"],
        Status="InsHist", ProcDate=day, ProvNum=provider,
    )  # fmt: skip
    return write.created(asked, key)


def _line(asked: Asked, patient: int, sub: int, name: str) -> Row:
    codes = charting.preference(asked.office, name)
    found = asked.store.query(_LATEST, [sub, patient, codes]) if codes else []
    if found:
        return {"insHistPrefName": name, "procDate": found[0]["ProcDate"], "ProcNum": found[0]["ProcNum"]}
    return {"insHistPrefName": name, "procDate": "No History" if codes else "Not Set", "ProcNum": 0}
