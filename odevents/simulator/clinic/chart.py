"""The rest of a chart, so that every list of the API has something to show."""

from __future__ import annotations

from random import Random

from odevents.simulator.clinic.setup import definition
from odevents.simulator.clock import wire
from odevents.simulator.store import Store

_MOST = 40
"""Patients who get such records; the size knob is about patients and appointments."""


def charts(store: Store, random: Random) -> None:
    """Chart records for the first patients, in rotation."""
    now = wire(store.now())
    patients = [row["PatNum"] for row in store.query("SELECT PatNum FROM patient ORDER BY PatNum LIMIT ?", [_MOST])]
    for index, patient in enumerate(patients):
        store.insert("commlog", PatNum=patient, CommDateTime=now, CommType=definition(store, 27, "Misc"),
                     Note="Left message", Mode_="Phone", SentOrReceived="Sent")  # fmt: skip
        if index % 4 == 0:
            _medical(store, patient, random)
        if index % 8 == 0:
            _treatment(store, patient, now)
            _paper(store, patient, now)
    _office_paper(store, patients[0], now)


def _medical(store: Store, patient: int, random: Random) -> None:
    medicine, allergy, problem = random.randrange(1, 5), random.randrange(1, 5), random.randrange(1, 5)
    store.insert("medicationpat", PatNum=patient, MedicationNum=medicine, DateStart="2025-02-01")
    store.insert("allergy", PatNum=patient, AllergyDefNum=allergy, Reaction="Rash", StatusIsActive="true")
    store.insert("disease", PatNum=patient, DiseaseDefNum=problem)
    store.insert("rxpat", PatNum=patient, RxDate="2025-03-01", Drug="Amoxicillin", Sig="1 daily", Disp="10",
                 Refills="0", ProvNum=1, PharmacyNum=1)  # fmt: skip
    store.insert("toothinitial", PatNum=patient, ToothNum="1", InitialType="Missing", Movement="0")


def _treatment(store: Store, patient: int, now: str) -> None:
    exam = store.insert("perioexam", PatNum=patient, ExamDate=now[:10], ProvNum=1)
    store.insert("periomeasure", PerioExamNum=exam, SequenceType="Probing", IntTooth=3, ToothValue=-1, MBvalue=3,
                 Bvalue=2, DBvalue=3, MLvalue=2, Lvalue=2, DLvalue=3)  # fmt: skip
    plan = store.insert("treatplan", PatNum=patient, DateTP=now[:10], Heading="Proposed", TPStatus="Active")
    procedure = store.first("procedurelog", PatNum=patient)
    if procedure:
        store.insert("treatplanattach", TreatPlanNum=plan, ProcNum=procedure["ProcNum"], Priority=definition(store, 20))
        store.insert("proctp", TreatPlanNum=plan, PatNum=patient, ProcNumOrig=procedure["ProcNum"],
                     FeeAmt=procedure["ProcFee"], ProcCode="D0120", Descript="exam", ProvNum=1)  # fmt: skip
        store.insert("procnote", PatNum=patient, ProcNum=procedure["ProcNum"], EntryDateTime=now, UserNum=1,
                     Note="Patient did well")  # fmt: skip
    store.insert("labcase", PatNum=patient, LaboratoryNum=1, ProvNum=1, DateTimeCreated=now, LabFee=80.0)


def _paper(store: Store, patient: int, now: str) -> None:
    store.insert("document", PatNum=patient, Description="Scanned image", DateCreated=now, ImgType="Document",
                 DocCategory=definition(store, 18), FileName=f"scan{patient}.jpg",
                 filePath=f"\\\\server\\OpenDentImages\\S\\scan{patient}.jpg")  # fmt: skip
    sheet = store.insert("sheet", SheetType="MedicalHistory", PatNum=patient, DateTimeSheet=now,
                         Description="Medical History", SheetDefNum=1)  # fmt: skip
    store.insert("sheetfield", SheetNum=sheet, FieldType="InputField", FieldName="allergies", FieldValue="")
    plan = store.insert("payplan", PatNum=patient, Guarantor=patient, PayPlanDate=now[:10], PayAmt=50.0,
                        principalAmount=200.0, NumberOfPayments=4)  # fmt: skip
    store.insert("payplancharge", PayPlanNum=plan, PatNum=patient, Guarantor=patient, ChargeDate=now[:10],
                 Principal=50.0, ProvNum=1, ClinicNum=1)  # fmt: skip


def _office_paper(store: Store, patient: int, now: str) -> None:
    task = store.insert("task", TaskListNum=1, Descript="Call the lab", UserNum=1, DateTimeOriginal=now)
    store.insert("tasknote", TaskNum=task, UserNum=1, Note="No answer", DateTimeNote=now)
    store.insert("clockevent", EmployeeNum=1, TimeEntered1=now, TimeDisplayed1=now, ClockStatus="Home", ClinicNum=1)
    store.insert("securitylog", PermType="AppointmentEdit", UserNum=1, LogDateTime=now, LogText="through API",
                 PatNum=patient, CompName="SRV01", LogSource="API")  # fmt: skip
    store.insert("signalod", SigDateTime=now, IType="Appointment", FKeyType="Undefined", RemoteRole="ClientDirect")
    text = store.insert("etransmessagetext", MessageText="ISA*00*invented")
    store.insert("etrans", PatNum=patient, Etype="ERA_835", CarrierNum=1, EtransMessageTextNum=text, DateTimeTrans=now)
    store.insert("asapcomm", PatNum=patient, FKey=1, FKeyType="ScheduledAppt", ClinicNum=1, TemplateText="An opening")
    if store.first("claimpayment"):
        store.insert("eobattach", ClaimPaymentNum=1, DateTCreated=now, FileName="eob.pdf")
    appointment = store.first("appointment")
    if appointment:
        store.insert("apptfield", AptNum=appointment["AptNum"], FieldName="Ins Verified", FieldValue="Yes")
