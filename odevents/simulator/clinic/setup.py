"""Fill the lists an office sets up once: definitions, preferences, providers, operatories, codes and the like."""

from __future__ import annotations

from random import Random

from odevents.simulator.clinic import names
from odevents.simulator.clinic.catalogue import (
    ALLERGIES,
    CARRIERS,
    DEFINITIONS,
    E_CONFIRM,
    MEDICATIONS,
    PAT_FIELDS,
    PREFERENCES,
    PROBLEMS,
    PROCEDURE_CODES,
    REFERRALS,
)
from odevents.simulator.clock import wire
from odevents.simulator.store import Store


def set_up(store: Store, random: Random, *, title: str, providers: int, workstations: tuple[str, ...]) -> None:
    """What every office has, even one without a patient."""
    _definitions(store)
    _clinics(store, title)
    _staff(store, random, providers)
    _rooms(store, providers)
    _codes(store)
    _preferences(store, title)
    _fields(store)
    _medical(store)
    for name in workstations:
        store.insert("computer", CompName=name, LastHeartBeat=wire(store.now()))


def definition(store: Store, category: int, name: str = "") -> int:
    """The ``DefNum`` of a category's item, its first without a name. :raises LookupError: no such item."""
    equal = {"ItemName": name} if name else {}
    found = store.first("definition", Category=category, **equal)
    if found is None:
        raise LookupError(f"category {category} has no definition {name!r}")
    return int(found["DefNum"])


def _definitions(store: Store) -> None:
    # Numbers start at 200 so that nobody mistakes a DefNum for a position in its category.
    number = 200
    for category, items in DEFINITIONS.items():
        for order, (name, value) in enumerate(items):
            store.insert(
                "definition", DefNum=number, Category=category, ItemName=name, ItemValue=value, ItemOrder=order
            )
            number += 1


def _preferences(store: Store, title: str) -> None:
    values = PREFERENCES | {"PracticeTitle": title, "DateLastAging": wire(store.now())[:10]}
    values |= {name: str(definition(store, 2, status)) for name, status in E_CONFIRM.items()}
    values |= {"PracticeDefaultBillType": str(definition(store, 4))}
    for name, value in values.items():
        store.insert("preference", PrefName=name, ValueString=value)


def _clinics(store: Store, title: str) -> None:
    for abbr in ("North", "South"):
        store.insert(
            "clinic", Description=f"{title} {abbr}", Abbr=abbr, Address="1 Invented Ave", City="Exampleville",
            State="OR", Zip="00001", Phone="5555550100",
        )  # fmt: skip
    for name, first, last in (("Normal hours", "2026-01-01", "2026-01-14"), ("", "2026-01-15", "2026-01-28")):
        del name
        store.insert("payperiod", DateStart=first, DateStop=last, DatePaycheck=last)


def _staff(store: Store, random: Random, providers: int) -> None:
    group = store.insert("usergroup", Description="Front desk")
    admin = store.insert("usergroup", Description="Admin")
    for number in range(1, providers + 1):
        hygienist = number % 3 == 0
        first, last = names.first_name(random), names.last_name(random)
        abbr = f"HYG{number // 3}" if hygienist else f"DOC{number - number // 3}"
        store.insert(
            "provider", Abbr=abbr, FName=first, LName=last, Suffix="RDH" if hygienist else "DMD",
            IsSecondary="true" if hygienist else "false", provColor="200,220,255", SigOnFile="true",
            Specialty=definition(store, 35, "Hygienist" if hygienist else "General"), FeeSched=1,
        )  # fmt: skip
        user = store.insert("userod", UserName=first.lower() + str(number), ProviderNum=number, ClinicNum=1)
        store.insert("usergroupattach", UserNum=user, UserGroupNum=admin)
    for role in ("frontdesk", "billing"):
        employee = store.insert(
            "employee", FName=names.first_name(random), LName=names.last_name(random), ClockStatus="Home"
        )
        user = store.insert("userod", UserName=role, EmployeeNum=employee, ClinicNum=1)
        store.insert("usergroupattach", UserNum=user, UserGroupNum=group)
    store.insert("employer", EmpName="Nowhere Widget Works")


def _rooms(store: Store, providers: int) -> None:
    for number in range(1, providers + 2):
        hygiene = number % 3 == 0 and number <= providers
        store.insert(
            "operatory", OpName=f"Room {number}", Abbrev=f"OP-{number}", ItemOrder=number - 1,
            ProvDentist=0 if hygiene else min(number, providers), ProvHygienist=number if hygiene else 0,
            IsHygiene="true" if hygiene else "false", ClinicNum=1 + (number % 2 == 0),
            IsWebSched="true" if number <= 2 else "false",
            OperatoryType=definition(store, 55, "Hygiene" if hygiene else "Dentist"),
        )  # fmt: skip


def _codes(store: Store) -> None:
    store.insert("feesched", Description="Standard", FeeSchedType="Normal")
    for code, text, short, fee, area, category, pattern in PROCEDURE_CODES:
        number = store.insert(
            "procedurecode", ProcCode=code, Descript=text, AbbrDesc=short, TreatArea=area, ProcTime=pattern,
            ProcCat=definition(store, 11) + category, IsHygiene="true" if code.startswith("D1") else "false",
        )  # fmt: skip
        store.insert("fee", Amount=fee, FeeSched=1, CodeNum=number)
    for name, interval, codes in (("Prophy", "6m", "D0120,D1110"), ("ChildProphy", "6m", "D0120,D1120"),
                                  ("Perio", "4m", "D4910")):  # fmt: skip
        store.insert("recalltype", Description=name, DefaultInterval=interval, TimePattern="/XXXXXX/", Procedures=codes)
    for name, pattern in (("Cleaning", "/XXXXXX/"), ("New patient", "//XXXXXX//"), ("Filling", "/XXXX/")):
        store.insert("appointmenttype", AppointmentTypeName=name, Pattern=pattern, appointmentTypeColor="0,0,0")
    for order, name in enumerate(("Diagnostic", "Preventive", "Basic", "Major")):
        store.insert("covcat", Description=name, DefaultPercent=(100, 100, 80, 50)[order], CovOrder=order)
        store.insert("covspan", CovCatNum=order + 1, FromCode=f"D{order}000", ToCode=f"D{order}999")
    store.insert("codegroup", GroupName="Exams", ProcCodes="D0120,D0150", ShowInFrequency="true")


def _fields(store: Store) -> None:
    for name, kind, choices in PAT_FIELDS:
        store.insert("patfielddef", FieldName=name, FieldType=kind, PickList=choices)
    store.insert("apptfielddef", FieldName="Ins Verified")


def _medical(store: Store) -> None:
    for name in MEDICATIONS:
        number = store.insert("medication", MedName=name)
        store.change("medication", number, GenericNum=number)
    for name in ALLERGIES:
        store.insert("allergydef", Description=name, SnomedType="None")
    for name in PROBLEMS:
        store.insert("diseasedef", DiseaseName=name)
    for name in CARRIERS:
        store.insert("carrier", CarrierName=name, Address="1 Fiction Way", City="Exampleville", State="OR")
    for last, first, is_not_person in REFERRALS:
        store.insert("referral", LName=last, FName=first, NotPerson=is_not_person)
    store.insert("pharmacy", StoreName="Pretend Pharmacy", Phone="(555)555-0111")
    laboratory = store.insert("laboratory", Description="Imaginary Dental Lab", Phone="(555)555-0112")
    store.insert("labturnaround", LaboratoryNum=laboratory, Description="Crown", DaysPublished=7, DaysActual=9)
    store.insert("tasklist", Descript="Front desk")
    store.insert("sheetdef", Description="Medical History", SheetType="MedicalHistory")
    store.insert("quickpastecat", Description="Exam")
    store.insert("quickpastenote", QuickPasteCatNum=1, Note="No changes", Abbreviation="nc")
    store.insert("autonotecontrol", Descript="Anesthetic", ControlType="OneResponse", ControlLabel="Which?")
    store.insert("autonote", AutoNoteName="Filling", MainText="Placed composite", Category=definition(store, 41))
    store.insert(
        "discountplan", Description="In-house plan", FeeSchedNum=1, DefNum=definition(store, 1, "Cash Discount")
    )
