"""Notes about patients and procedures. Sources: API Specification, "PatientNotes", and the ProcNotes page."""

from __future__ import annotations

from odevents.simulator.clock import wire
from odevents.simulator.rest import read, write
from odevents.simulator.rest.answer import Answer
from odevents.simulator.rest.asked import Asked, serves


@serves("POST", "procnotes")
def write_procedure_note(asked: Asked) -> Answer:
    """ProcNotes POST: a note is never changed; ``doAppendNote`` begins the new one with the text of the last."""
    procedure = asked.the_row("procedurelog", asked.number("ProcNum"))
    asked.the_row("patient", asked.number("PatNum"))
    text = str(asked.body["Note"])
    before = asked.store.rows("procnote", ProcNum=procedure["ProcNum"])
    if before and str(asked.body.get("doAppendNote", "false")).lower() == "true":
        text = f"{before[-1]['Note']}\r\n{text}"
    values = write.settled(asked, asked.shown) | {"Note": text, "EntryDateTime": wire(asked.store.now())}
    return write.created(asked, asked.store.insert("procnote", **values))


@serves("GET", "patientnotes/{PatNum}")
def notes(asked: Asked) -> Answer:
    """PatientNotes GET (single): the three fields of 2021, all of them in later versions."""
    answer = read.single(asked)
    if asked.office.has_version("22.1") or not isinstance(answer.body, dict):
        return answer
    body = answer.body
    return Answer(200, {name: body[name] for name in ("Medical", "ICEName", "ICEPhone")})


@serves("PUT", "patientnotes/{PatNum}")
def write_notes(asked: Asked) -> Answer:
    """PatientNotes PUT: every patient has one row of them."""
    asked.the_row("patient", asked.key)
    if asked.store.row("patientnote", asked.key) is None:
        asked.store.insert("patientnote", PatNum=asked.key)
    return write.update(asked)
