"""Patients: GET (multiple) is the Patient Select search, GET Simple gives full rows.

Source: API Specification, "Patients".
"""

from __future__ import annotations

import re
from typing import Any

from odevents.simulator.rest import read, write
from odevents.simulator.rest.answer import Answer, bad_request
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.rest.handlers import charting
from odevents.simulator.store import Row

_SELECT_FIELDS = (
    "PatNum LName FName MiddleI Preferred PatStatus Birthdate SSN Address Address2 City State Zip HmPhone "
    "WkPhone WirelessPhone Email priProvAbbr secProvAbbr BillingType ChartNumber ClinicNum clinicAbbr "
    "siteDesc TxtMsgOk"
)
_SELECT = tuple(_SELECT_FIELDS.split())
_PARTIAL = ("LName", "FName", "Address", "City", "State", "SSN", "ChartNumber", "Email")
_BLANK_BEFORE_22 = {"Gender": None, "Zip": None, "Guarantor": 0, "ImageFolder": None}


@serves("GET", "patients")
def select(asked: Asked) -> Answer:
    """GET (multiple): partial and without regard to case, as in the Patient Select window."""
    where, values = _search(asked, _PARTIAL)
    if phone := re.sub(r"\D", "", asked.query.get("Phone", "")):
        numbers = "replace(replace(replace(t.HmPhone || t.WkPhone || t.WirelessPhone, '(', ''), ')', ''), '-', '')"
        where.append(f"{numbers} LIKE ?")
        values.append(f"%{phone}%")
    if asked.query.get("clinicNums"):
        clinics = [int(part) for part in asked.query["clinicNums"].split(",") if part.strip().isdigit()]
        where.append(f"t.ClinicNum IN ({','.join('?' * len(clinics))})")
        values.extend(clinics)
    if asked.query.get("guarOnly", "").lower() == "true":
        where.append("t.Guarantor = t.PatNum")
    if asked.query.get("hideInactive", "").lower() == "true":
        where.append("t.PatStatus NOT IN ('Inactive')")
    if asked.query.get("showArchived", "").lower() != "true":
        where.append("t.PatStatus NOT IN ('Archived', 'Deceased')")
    where.append("t.PatStatus <> 'Deleted'")
    answer = _found(asked, where, values, asked.shown.shape(only=_SELECT), "t.LName, t.FName, t.PatNum")
    if not asked.office.has_version("22.1") and isinstance(answer.body, list):
        return Answer(200, [row | _BLANK_BEFORE_22 for row in answer.body])
    return answer


@serves("GET", "patients/Simple")
def simple(asked: Asked) -> Answer:
    """GET Simple: every field, and what changed since ``DateTStamp``."""
    where, values = _search(asked, ("LName", "FName"))
    return _found(asked, where, values, asked.shown.shape(), "t.PatNum")


@serves("POST", "patients")
def create(asked: Asked) -> Answer:
    """POST (create): a duplicate by name, birthdate and phone or e-mail is refused."""
    values = _values(asked)
    _refuse_duplicate(asked, values)
    defaults = {
        "BillingType": _first_billing_type(asked),
        "Gender": "Unknown",
        "SecDateEntry": charting.today(asked.office),
    }
    key = asked.store.insert("patient", **defaults | values)
    folder = re.sub(r"[^A-Za-z]", "", values["LName"] + values["FName"]) + str(key)
    guarantor = values.get("Guarantor") or key
    asked.store.change("patient", key, ImageFolder=folder, Guarantor=guarantor)
    return write.created(asked, key)


@serves("PUT", "patients/{PatNum}")
def update(asked: Asked) -> Answer:
    """PUT (update): an empty string clears a field, except the names."""
    if asked.the_row()["PatStatus"] == "Deleted":
        raise bad_request("Patient has been deleted")
    if "Guarantor" in asked.body and "SuperFamily" in asked.body:
        raise bad_request("Guarantor and SuperFamily cannot both be changed in one request.")
    values = _values(asked)
    for name in ("LName", "FName"):
        if values.get(name) == "":
            raise bad_request(f"{name} cannot be blank")
    asked.store.change("patient", asked.key, **values)
    return write.updated(asked, asked.key)


def _values(asked: Asked) -> Row:
    values = write.settled(asked, asked.shown, ignore=frozenset({"ImageFolder"}))
    billing = values.get("BillingType")
    if billing and not asked.store.first("definition", Category=4, ItemName=billing):
        raise bad_request("BillingType is invalid")
    return values


def _search(asked: Asked, partial: tuple[str, ...]) -> tuple[list[str], list[Any]]:
    named = [name for name in partial if asked.query.get(name)]
    return [f"t.{name} LIKE ?" for name in named], [f"%{asked.query[name]}%" for name in named]


def _found(asked: Asked, where: list[str], values: list[Any], shape: Any, order: str) -> Answer:
    exact = {
        name: text for name, text in asked.query.items() if name not in (*_PARTIAL, "Phone", "guarOnly", "clinicAbbr")
    }
    narrowed = Asked(asked.office, asked.endpoint, asked.ids, exact, asked.body, asked.table)
    if abbr := asked.query.get("clinicAbbr"):
        where.append("t.ClinicNum IN (SELECT ClinicNum FROM clinic WHERE Abbr = ?)")
        values.append(abbr)
    return read.listing(narrowed, where=" AND ".join(where), values=values, shape=shape, order=order)


def _refuse_duplicate(asked: Asked, values: Row) -> None:
    same = asked.store.rows(
        "patient", LName=values["LName"], FName=values["FName"], Birthdate=values.get("Birthdate", "0001-01-01")
    )
    contacts = {values[name] for name in ("Email", "HmPhone", "WkPhone", "WirelessPhone") if values.get(name)}
    for row in same:
        if contacts & {row["Email"], row["HmPhone"], row["WkPhone"], row["WirelessPhone"]}:
            raise bad_request("A patient with that name, birthdate and contact information already exists.")


def _first_billing_type(asked: Asked) -> str:
    found = asked.store.first("definition", Category=4)
    return str(found["ItemName"]) if found else ""
