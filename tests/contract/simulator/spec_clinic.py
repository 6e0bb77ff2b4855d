"""An invented clinic that contains the records which the specification's example requests name by number."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from odevents.simulator import Clock, Office, Simulator

NOW = datetime(2021, 11, 16, 18, 0, tzinfo=UTC)


def open_clinic(version: str) -> Simulator:
    """A simulator whose one office has this version and the records of the examples."""
    office = Office("examples", patients=300, providers=8, version=version)
    simulator = Simulator([office], clock=Clock.still(NOW), poll=False)
    for table, key, fields in _RECORDS:
        _place(office, table, key, fields)
    for row in office.rows("appointment"):
        if row["AptDateTime"].startswith("2021-11-19"):
            office.delete("appointment", row["AptNum"])
    for part, number in (("claimproc", "ClaimProcNum"), ("paysplit", "SplitNum"), ("adjustment", "AdjNum")):
        for row in office.rows(part, ProcNum=25):
            office.delete(part, row[number])
    for patient in (15, 71, 46):
        for kind in (1, 3):
            office.insert("recall", PatNum=patient, RecallTypeNum=kind)
    return simulator


def forget_what_examples_repeat(office: Office) -> None:
    """Examples of one method are alternatives; a patient cannot be referred by the same person twice."""
    for row in office.rows("refattach", PatNum=50):
        office.delete("refattach", row["RefAttachNum"])


def _place(office: Office, table: str, key: int, fields: dict[str, Any]) -> None:
    if office.store.row(table, key):
        office.change(table, key, **fields)
    else:
        office.insert(table, **{office.store.tables[table].key: key}, **fields)


def _definition(number: int, category: int, name: str) -> tuple[str, int, dict[str, Any]]:
    return "definition", number, {"Category": category, "ItemName": name}


_RECORDS: list[tuple[str, int, dict[str, Any]]] = [
    _definition(47, 18, "Pictures"),
    _definition(87, 16, "Caries 2"),
    _definition(119, 20, "Low"),
    _definition(126, 16, "Cracked"),
    _definition(139, 16, "None 2"),
    _definition(149, 20, "Soon"),
    _definition(153, 20, "3"),
    _definition(239, 18, "Other pictures"),
    _definition(312, 13, "Out of town"),
    _definition(326, 42, "New Patient Exam"),
    _definition(721, 38, "Verified by phone"),
    ("clinic", 3, {"Description": "Third", "Abbr": "Third"}),
    ("clinic", 4, {"Description": "Fourth", "Abbr": "Fourth"}),
    ("operatory", 6, {"OpName": "Room 6"}),
    ("operatory", 3, {"IsWebSched": "true"}),
    ("appointment", 5, {"AptStatus": "Scheduled"}),
    ("appointment", 9001, {"PatNum": 1, "AptDateTime": "2020-07-30 09:00:00", "ClinicNum": 3, "Priority": "ASAP"}),
    ("appointment", 9002, {"PatNum": 2, "AptDateTime": "2021-02-15 09:00:00", "ClinicNum": 3}),
    ("appointment", 1023, {"PatNum": 3}),
    ("schedule", 9001, {"SchedDate": "2021-02-15", "StartTime": "08:00:00", "StopTime": "17:00:00", "ProvNum": 1,
                        "SchedType": "Provider"}),
    ("scheduleop", 9001, {"ScheduleNum": 9001, "OperatoryNum": 1}),
    ("schedule", 9002, {"SchedDate": "2021-11-19", "StartTime": "08:00:00", "StopTime": "17:00:00", "ProvNum": 5,
                        "SchedType": "Provider"}),
    ("scheduleop", 9002, {"ScheduleNum": 9002, "OperatoryNum": 3}),
    ("patient", 9001, {"LName": "Smithereen", "FName": "Jasper", "Birthdate": "1976-05-24"}),
    ("patient", 9002, {"LName": "Smithereen", "FName": "Umpeter", "Birthdate": "1976-05-24", "PatStatus": "Inactive"}),
    ("patient", 572, {"LName": "Kettlebrook", "FName": "Agate", "PriProv": 1}),
    ("patient", 2617, {"LName": "Waffleshaw", "FName": "Opal", "PriProv": 1}),
    ("allergy", 9001, {"PatNum": 15, "AllergyDefNum": 1}),
    ("disease", 9001, {"PatNum": 41, "DiseaseDefNum": 1}),
    ("commlog", 9001, {"PatNum": 15, "Note": "Left message", "CommType": 252}),
    ("discountplan", 6, {"Description": "Six", "FeeSchedNum": 1}),
    ("discountplansub", 9001, {"PatNum": 56, "DiscountPlanNum": 6}),
    ("document", 389, {"PatNum": 101, "FileName": "scan.png"}),
    ("document", 9015, {"PatNum": 15, "FileName": "photo.png", "MountNum": 15}),
    ("document", 9020, {"PatNum": 15, "FileName": "photo2.png", "MountNum": 20}),
    ("medicationpat", 9001, {"PatNum": 234, "MedicationNum": 1}),
    ("apptfield", 9001, {"AptNum": 101, "FieldName": "Ins Verified", "FieldValue": "Yes"}),
    ("insplan", 15, {"CarrierNum": 1}),
    ("inssub", 101, {"PlanNum": 15, "Subscriber": 16}),
    ("inssub", 82, {"PlanNum": 15, "Subscriber": 17}),
    ("inssub", 9082, {"PlanNum": 15, "Subscriber": 17}),
    ("inssub", 49, {"PlanNum": 15, "Subscriber": 572}),
    ("inssub", 2046, {"PlanNum": 15, "Subscriber": 2617}),
    ("patplan", 123, {"PatNum": 33, "InsSubNum": 101}),
    ("patplan", 251, {"PatNum": 34, "InsSubNum": 101}),
    ("patplan", 325, {"PatNum": 35, "InsSubNum": 101}),
    ("procedurelog", 9261, {"PatNum": 261, "CodeNum": 1}),
    ("procedurelog", 9202, {"PatNum": 12, "AptNum": 202, "CodeNum": 1}),
    ("procedurelog", 20, {"PatNum": 12, "CodeNum": 1}),
    ("procedurelog", 25, {"PatNum": 3, "CodeNum": 1, "ProcStatus": "TP"}),
    ("procedurelog", 100, {"PatNum": 3, "CodeNum": 16, "ProcStatus": "TP"}),
    ("procedurelog", 101, {"PatNum": 3, "CodeNum": 22, "ProcStatus": "TP"}),
    ("procedurelog", 1470, {"PatNum": 52, "CodeNum": 1, "ProcDate": "2021-05-01", "ProvNum": 1, "ClinicNum": 1}),
    ("procedurelog", 1472, {"PatNum": 52, "CodeNum": 2, "ProcDate": "2021-05-01", "ProvNum": 1, "ClinicNum": 1}),
    ("procedurelog", 865, {"PatNum": 30, "CodeNum": 27}),
    ("procedurelog", 144, {"PatNum": 31, "CodeNum": 27}),
]  # fmt: skip
