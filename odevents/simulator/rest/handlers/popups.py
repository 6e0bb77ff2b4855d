"""Popups: a changed text leaves the old one archived. Source: the Popups page."""

from __future__ import annotations

from odevents.simulator.clock import wire
from odevents.simulator.rest import write
from odevents.simulator.rest.answer import Answer, bad_request
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.schema import NO_DATETIME


@serves("POST", "popups")
def create(asked: Asked) -> Answer:
    """POST."""
    asked.the_row("patient", asked.number("PatNum"))
    return write.create(asked)


@serves("PUT", "popups/{PopupNum}")
def update(asked: Asked) -> Answer:
    """PUT (since 25.1.12)."""
    row = asked.the_row()
    if row["IsArchived"] == "true":
        raise bad_request("An archived popup cannot be changed.")
    values = write.settled(asked, asked.shown)
    if "DateTimeDisabled" in values:
        disabled = values["DateTimeDisabled"]
        values["IsDisabled"] = str(NO_DATETIME < disabled <= wire(asked.store.now())).lower()
    if values.get("Description", row["Description"]) != row["Description"]:
        kept = {name: value for name, value in row.items() if name != "PopupNum"}
        asked.store.insert("popup", **kept | {"IsArchived": "true", "PopupNumArchive": asked.key})
    asked.store.change("popup", asked.key, **values)
    return write.updated(asked, asked.key)
