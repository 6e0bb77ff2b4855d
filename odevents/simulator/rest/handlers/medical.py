"""Allergies, problems and medications: naming one that is not in the list yet adds it to the list.

Source: API Specification, "Allergies", "Diseases", "Medications", "MedicationPats" and their Defs.
"""

from __future__ import annotations

from odevents.simulator.rest import write
from odevents.simulator.rest.answer import Answer, Refused, bad_request
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.store import Row


@serves("POST", "allergies")
def allergy(asked: Asked) -> Answer:
    """Allergies POST."""
    asked.the_row("patient", asked.number("PatNum"))
    number = _listed(asked, "defDescription", "AllergyDefNum", "allergydef", "Description")
    values = write.settled(asked, asked.shown, ignore=frozenset({"defDescription"}))
    active = {"StatusIsActive": "true"}
    return write.created(asked, asked.store.insert("allergy", **active | values | {"AllergyDefNum": number}))


@serves("POST", "diseases")
def disease(asked: Asked) -> Answer:
    """Diseases POST."""
    asked.the_row("patient", asked.number("PatNum"))
    number = _listed(asked, "diseaseDefName", "DiseaseDefNum", "diseasedef", "DiseaseName")
    values = write.settled(asked, asked.shown, ignore=frozenset({"diseaseDefName"}))
    return write.created(asked, asked.store.insert("disease", **values | {"DiseaseDefNum": number}))


@serves("POST", "medicationpats")
def medication_of_patient(asked: Asked) -> Answer:
    """MedicationPats POST: a new medicine is taken for a generic one."""
    asked.the_row("patient", asked.number("PatNum"))
    number = _listed(asked, "medName", "MedicationNum", "medication", "MedName")
    _generic_of_itself(asked, number)
    values = write.settled(asked, asked.shown, ignore=frozenset({"medName"}))
    return write.created(asked, asked.store.insert("medicationpat", **values | {"MedicationNum": number}))


@serves("POST", "medications")
def medication(asked: Asked) -> Answer:
    """Medications POST."""
    generic = asked.body.get("genericName")
    found = asked.store.first("medication", MedName=str(generic)) if generic else None
    if generic and found is None:
        raise Refused(404, "No Medication with that genericName was found")
    values = write.settled(asked, asked.shown, ignore=frozenset({"genericName"}))
    key = asked.store.insert("medication", **values | {"GenericNum": found["MedicationNum"] if found else 0})
    _generic_of_itself(asked, key)
    return write.created(asked, key)


@serves("POST", "allergydefs")
def allergy_def(asked: Asked) -> Answer:
    """AllergyDefs POST."""
    return _unique(asked, "Description", "An AllergyDef with that name already exists")


@serves("POST", "diseasedefs")
def disease_def(asked: Asked) -> Answer:
    """DiseaseDefs POST."""
    return _unique(asked, "DiseaseName", "A DiseaseDef with that name already exists")


@serves("POST", "employers")
def employer(asked: Asked) -> Answer:
    """Employers POST."""
    return _unique(asked, "EmpName", "An Employer with that name already exists")


@serves("POST", "patfielddefs")
def pat_field_def(asked: Asked) -> Answer:
    """PatFieldDefs POST."""
    return _unique(asked, "FieldName", "A PatFieldDef with that FieldName already exists")


@serves("POST", "apptfielddefs")
def appt_field_def(asked: Asked) -> Answer:
    """ApptFieldDefs POST."""
    return _unique(asked, "FieldName", "An ApptFieldDef with that FieldName already exists")


@serves("DELETE", "patfielddefs/{PatFieldDefNum}")
def remove_pat_field_def(asked: Asked) -> Answer:
    """PatFieldDefs DELETE: not while a patient has such a field."""
    if asked.store.first("patfield", FieldName=asked.the_row()["FieldName"]):
        raise bad_request("The PatFieldDef is in use and cannot be deleted.")
    return write.remove(asked)


def _listed(asked: Asked, name: str, number: str, table: str, column: str) -> int:
    if asked.body.get(number) not in (None, "", 0):
        return int(asked.the_row(table, asked.number(number))[number])
    wanted = asked.body.get(name)
    if not wanted:
        raise bad_request(f"{name} is required")
    found: Row | None = asked.store.first(table, **{column: str(wanted)})
    return int(found[number]) if found else asked.store.insert(table, **{column: str(wanted)})


def _generic_of_itself(asked: Asked, number: int) -> None:
    if not asked.the_row("medication", number)["GenericNum"]:
        asked.store.change("medication", number, GenericNum=number)


def _unique(asked: Asked, column: str, refusal: str) -> Answer:
    if asked.store.first(asked.shown.name, **{column: str(asked.body[column])}):
        raise bad_request(refusal)
    return write.create(asked)
