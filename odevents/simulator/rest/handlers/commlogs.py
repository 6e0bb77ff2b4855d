"""Commlogs. Source: API Specification, "Commlogs"; object returned since 23.3.7."""

from __future__ import annotations

from odevents.simulator.clock import wire
from odevents.simulator.enumerations import ENUMERATIONS
from odevents.simulator.rest import write
from odevents.simulator.rest.answer import Answer, bad_request
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.rest.handlers import charting

_UNSPACED = {value.replace(" ", "").lower(): value for value in ENUMERATIONS["CommItemMode"]}


@serves("POST", "commlogs")
def create(asked: Asked) -> Answer:
    """POST (create)."""
    values = write.settled(asked, asked.shown, ignore=frozenset({"Mode_"}))
    asked.the_row("patient", asked.number("PatNum"))
    defaults = {
        "CommDateTime": wire(asked.store.now()),
        "CommType": charting.definition(asked.office, 27, "Misc"),
        "SentOrReceived": "Sent",
        "Mode_": mode_of(asked.body.get("Mode_") or "Phone", "Mode_"),
        "CommSource": "User",
    }
    return write.created(asked, asked.store.insert("commlog", **defaults | values))


def mode_of(text: object, field: str) -> str:
    """A mode as the API writes it, ``In Person`` for ``InPerson``. :raises Refused: 400, naming the field."""
    found = _UNSPACED.get(str(text).replace(" ", "").lower())
    if found is None:
        raise bad_request(f"{field} is invalid")
    return found
