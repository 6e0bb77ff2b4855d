"""What several methods do to an office: its preferences, defaults, and the commlogs and fees that writes cause."""

from __future__ import annotations

from odevents.simulator.clock import wire
from odevents.simulator.office import Office
from odevents.simulator.store import Row


def preference(office: Office, name: str) -> str:
    """A preference's value, ``""`` where it is not set."""
    found = office.store.first("preference", PrefName=name)
    return str(found["ValueString"]) if found else ""


def first_definition(office: Office, category: int) -> int:
    """The first definition of a category, which is its default."""
    found = office.store.first("definition", Category=category, isHidden="false")
    return int(found["DefNum"]) if found else 0


def definition(office: Office, category: int, name: str) -> int:
    """The definition of this name, or the category's first."""
    found = office.store.first("definition", Category=category, ItemName=name)
    return int(found["DefNum"]) if found else first_definition(office, category)


def usual_provider(office: Office, patient: Row) -> int:
    """The patient's primary provider, else the practice's."""
    return int(patient["PriProv"] or preference(office, "PracticeDefaultProv") or 0)


def fee(office: Office, code: int) -> float:
    """What the standard fee schedule says of a procedure code."""
    found = office.store.first("fee", CodeNum=code)
    return float(found["Amount"]) if found else 0.0


def commlog(office: Office, patient: int, text: str, kind: str, mode: str = "None") -> int:
    """A commlog that Open Dental writes by itself."""
    return office.store.insert(
        "commlog", PatNum=patient, Note=text, CommType=definition(office, 27, kind), Mode_=mode,
        CommDateTime=wire(office.now()), SentOrReceived="Sent",
    )  # fmt: skip


def today(office: Office) -> str:
    """The office's date, ``yyyy-MM-dd``."""
    return wire(office.now())[:10]
