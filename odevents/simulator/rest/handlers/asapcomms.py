"""AsapComms: offering an opening to patients on the ASAP list. Nobody is texted. Source: the AsapComms page."""

from __future__ import annotations

from odevents.simulator.rest import write
from odevents.simulator.rest.answer import Answer, bad_request
from odevents.simulator.rest.asked import Asked, serves


@serves("POST", "asapcomms")
def create(asked: Asked) -> Answer:
    """POST: for an appointment or a recall, and a time in a room."""
    asked.the_row("operatory", asked.number("op"))
    if bool(asked.body.get("aptNum")) == bool(asked.body.get("recallNum")):
        raise bad_request("Either aptNum or recallNum is required, not both.")
    table, name, kind = (
        ("appointment", "aptNum", "ScheduledAppt") if asked.body.get("aptNum") else ("recall", "recallNum", "Recall")
    )
    row = asked.the_row(table, asked.number(name))
    patient = asked.the_row("patient", row["PatNum"])
    at = write.value_of(asked, asked.shown.columns["DateTimeOrig"], asked.body["dateTimeStart"])
    key = asked.store.insert(
        "asapcomm", FKey=asked.number(name), FKeyType=kind, PatNum=row["PatNum"], ClinicNum=patient["ClinicNum"],
        DateTimeOrig=at, SmsSendStatus="SendNotAttempted", ResponseStatus="None",
    )  # fmt: skip
    return write.created(asked, key)
