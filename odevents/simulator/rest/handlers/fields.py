"""PatFields and ApptFields: values under names that the office has defined. Source: API Specification, both pages.

A PatField is written by patient and name; the empty value deletes it. Until 22.4.5 a GET needed both and gave one
object, with an empty value where there was none.
"""

from __future__ import annotations

import re

from odevents.simulator.rest import read, write
from odevents.simulator.rest.answer import Answer, bad_request, not_found
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.store import Row

_LISTS_SINCE = "22.4.5"


@serves("GET", "patfields")
def get(asked: Asked) -> Answer:
    """GET: a list, or before 22.4.5 one value."""
    if asked.office.has_version(_LISTS_SINCE):
        return read.listing(asked)
    patient, name = asked.asked_number("PatNum"), asked.query.get("FieldName", "")
    if not name:
        raise bad_request("FieldName is required")
    found = asked.store.first("patfield", PatNum=patient, FieldName=name)
    value = found["FieldValue"] if found else ""
    return Answer(200, {"FieldName": name, "PatNum": patient, "FieldValue": value})


@serves("PUT", "patfields")
def put(asked: Asked) -> Answer:
    """PUT: update, insert, or delete by an empty value."""
    patient, name, value = _wanted(asked)
    found = asked.store.first("patfield", PatNum=patient, FieldName=name)
    if value == "":
        if found:
            asked.office.delete("patfield", found["PatFieldNum"])
        return Answer(200)
    if found:
        key = int(found["PatFieldNum"])
        asked.store.change("patfield", key, FieldValue=value)
    else:
        key = asked.store.insert("patfield", PatNum=patient, FieldName=name, FieldValue=value)
    return write.updated(asked, key)


@serves("POST", "patfields")
def post(asked: Asked) -> Answer:
    """POST: only where the patient has no value under that name yet."""
    patient, name, value = _wanted(asked)
    if asked.store.first("patfield", PatNum=patient, FieldName=name):
        raise bad_request("The patient already has a PatField with that FieldName.")
    key = asked.store.insert("patfield", PatNum=patient, FieldName=name, FieldValue=value)
    return write.created(asked, key)


@serves("GET", "apptfields")
def get_apptfield(asked: Asked) -> Answer:
    """GET: one value, empty where there is none."""
    appointment, name = asked.asked_number("AptNum"), asked.query["FieldName"]
    found = asked.store.first("apptfield", AptNum=appointment, FieldName=name)
    value = found["FieldValue"] if found else ""
    return Answer(200, {"FieldName": name, "AptNum": appointment, "FieldValue": value})


@serves("PUT", "apptfields")
def put_apptfield(asked: Asked) -> Answer:
    """PUT: update or insert."""
    appointment, name = asked.number("AptNum"), str(asked.body["FieldName"])
    asked.the_row("appointment", appointment)
    if asked.store.first("apptfielddef", FieldName=name) is None:
        raise bad_request("FieldName does not exist as an ApptFieldDef.")
    found = asked.store.first("apptfield", AptNum=appointment, FieldName=name)
    if found:
        asked.store.change("apptfield", found["ApptFieldNum"], FieldValue=str(asked.body["FieldValue"]))
    else:
        asked.store.insert("apptfield", AptNum=appointment, FieldName=name, FieldValue=str(asked.body["FieldValue"]))
    return Answer(200)


def _wanted(asked: Asked) -> tuple[int, str, str]:
    patient, name = asked.number("PatNum"), str(asked.body["FieldName"])
    asked.the_row("patient", patient)
    definition = asked.store.first("patfielddef", FieldName=name)
    if definition is None or definition["FieldName"] != name:
        raise not_found("FieldName")
    value = str(asked.body["FieldValue"])
    _check(definition, value)
    return patient, name, value


def _check(definition: Row, value: str) -> None:
    kind = definition["FieldType"]
    if value == "":
        return
    if kind == "PickList" and value not in definition["PickList"].split("\r\n"):
        raise bad_request("FieldValue is not an item of the field's PickList.")
    if kind == "Date" and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise bad_request("FieldValue format must be yyyy-MM-dd")
    if kind == "Checkbox" and value != "1":
        raise bad_request('FieldValue of a Checkbox must be "1" or empty')
    if kind == "Currency" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
        raise bad_request("FieldValue must be an amount")
