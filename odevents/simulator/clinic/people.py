"""Patients in families: the first of a family is its guarantor, children share the address and the telephone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

from odevents.simulator.clinic import names
from odevents.simulator.clinic.catalogue import DEFINITIONS
from odevents.simulator.clock import wire
from odevents.simulator.store import Row, Store


def people(store: Store, random: Random, count: int) -> None:
    """``count`` patients, their fields and their notes."""
    patients = list(_patients(store, random, count))
    store.insert_many("patient", patients)
    store.insert_many("patientnote", ({"PatNum": p["PatNum"], "Medical": ""} for p in patients))
    store.insert_many("patfield", _fields(random, patients))
    store.insert_many("ehrpatient", ({"PatNum": p["PatNum"]} for p in patients[:20]))
    store.insert_many("popup", ({"PatNum": p["PatNum"], "Description": "Ask for a new photo"} for p in patients[::25]))
    store.insert_many("refattach", ({"PatNum": p["PatNum"], "ReferralNum": 1, "ReferralType": "RefFrom"}
                                    for p in patients[::10]))  # fmt: skip
    store.insert_many("patientrace", ({"PatNum": p["PatNum"], "CdcrecCode": "ASKU"} for p in patients[::30]))


def _patients(store: Store, random: Random, count: int) -> Iterator[Row]:
    today = store.now()
    providers = [row["ProvNum"] for row in store.rows("provider", IsSecondary="false")]
    number = 0
    while number < count:
        guarantor = number + 1
        last, phone = names.last_name(random), names.phone(random)
        address, clinic = names.street(random), random.choice((1, 1, 2))
        for member in range(min(random.choice((1, 1, 2, 2, 3, 4)), count - number)):
            number += 1
            child = member > 1
            age = random.randrange(2, 18) if child else random.randrange(18, 90)
            first = names.first_name(random)
            born = today - timedelta(days=age * 365 + random.randrange(365))
            since = today - timedelta(days=random.randrange(30, 2000))
            yield {
                "PatNum": number, "LName": last, "FName": first, "Gender": random.choice(("Male", "Female", "Unknown")),
                "Position": "Child" if child else ("Married", "Single")[member == 0 and random.random() < 0.5],
                "PatStatus": random.choices(("Patient", "Inactive", "Archived"), (94, 4, 2))[0],
                "Birthdate": wire(born)[:10], "Address": address, "City": "Exampleville", "State": "OR", "Zip": "00001",
                "HmPhone": phone, "WirelessPhone": "" if child else names.phone(random), "Guarantor": guarantor,
                "Email": "" if child else f"{first}.{last}{number}@example.com".lower(),
                "PriProv": random.choice(providers), "ClinicNum": clinic, "ImageFolder": f"{last}{first}{number}",
                "BillingType": DEFINITIONS[4][0][0], "PreferConfirmMethod": random.choice(("None", "TextMessage")),
                "TxtMsgOk": random.choice(("Unknown", "Yes")), "DateFirstVisit": wire(since)[:10],
                "SecDateEntry": wire(since)[:10], "EmployerNum": 0 if child else random.choice((0, 1)),
                "DateTStamp": wire(today - timedelta(minutes=random.randrange(70, 60 * 24 * 40))),
            }  # fmt: skip


def _fields(random: Random, patients: list[Row]) -> Iterator[Row]:
    for patient in patients:
        if random.random() < 0.3:
            yield {
                "PatNum": patient["PatNum"], "FieldName": "Ins Verified", "FieldValue": random.choice(("Yes", "No")),
            }  # fmt: skip
