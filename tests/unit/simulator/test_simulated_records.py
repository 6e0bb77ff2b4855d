"""Patients, fields, commlogs, popups, recalls, procedures, subscriptions: their rules beyond the general ones."""

from __future__ import annotations

from typing import Any

import pytest

from odevents.simulator import Office
from tests.unit.simulator.conftest import Ask


def body(answer: Any) -> Any:
    assert answer.status in (200, 201), answer.body
    return answer.body


def test_a_commlog_by_name_or_number_where_the_name_wins(ask: Ask) -> None:
    made = body(ask("POST", "commlogs", PatNum=3, Note="x", CommType=249, commType="ApptRelated", Mode_="Text"))
    assert (made["commType"], made["Mode_"], made["SentOrReceived"]) == ("ApptRelated", "Text", "Sent")
    assert made["CommType"] == "248"
    plain = body(ask("POST", "commlogs", PatNum=3, Note="y"))
    assert (plain["commType"], plain["Mode_"], plain["CommDateTime"]) == ("Misc", "Phone", "2026-03-02 17:00:00")
    assert ask("POST", "commlogs", PatNum=3, Note="z", Mode_="Pigeon").status == 400


def test_a_commlog_is_returned_only_since_23_3_7(ask: Ask, office: Office) -> None:
    office.version = "23.3.6"
    answer = ask("POST", "commlogs", PatNum=3, Note="x")
    assert (answer.status, answer.body, answer.headers) == (201, None, {})
    office.version = "23.3.7"
    assert ask("POST", "commlogs", PatNum=3, Note="x").body


def test_a_patfield_is_upserted_and_an_empty_value_deletes_it(ask: Ask, office: Office) -> None:
    for value in ("Yes", "No"):
        assert ask("PUT", "patfields", PatNum=3, FieldName="Text Confirm", FieldValue=value).status == 200
    (row,) = office.rows("patfield", PatNum=3, FieldName="Text Confirm")
    assert row["FieldValue"] == "No"
    assert ask("PUT", "patfields", PatNum=3, FieldName="Text Confirm", FieldValue="").status == 200
    assert office.rows("patfield", PatNum=3, FieldName="Text Confirm") == []


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("text confirm", "Yes", 404),
        ("Text Confirm", "Maybe", 400),
        ("Next Forms Due", "03/02/2026", 400),
        ("Next Forms Due", "2026-03-02", 200),
        ("Needs Wheelchair", "yes", 400),
        ("Needs Wheelchair", "1", 200),
        ("Care Credit Limit", "much", 400),
        ("Care Credit Limit", "12.50", 200),
    ],
)
def test_a_patfield_must_be_defined_spelt_so_and_of_its_kind(ask: Ask, name: str, value: str, status: int) -> None:
    assert ask("PUT", "patfields", PatNum=3, FieldName=name, FieldValue=value).status == status


def test_a_new_patient_is_their_own_guarantor_and_a_duplicate_is_refused(ask: Ask) -> None:
    person = {"LName": "Pebblewick", "FName": "Mauve", "Birthdate": "1990-05-05", "Email": "m@example.com"}
    made = body(ask("POST", "patients", **person))
    assert made["Guarantor"] == made["PatNum"]
    assert made["ImageFolder"] == f"PebblewickMauve{made['PatNum']}"
    assert ask("POST", "patients", **person).status == 400
    assert ask("POST", "patients", **person | {"Email": "other@example.com"}).status == 201


def test_guarantor_and_superfamily_do_not_change_together_and_names_cannot_be_blank(ask: Ask) -> None:
    assert ask("PUT", "patients/3", Guarantor=1, SuperFamily=1).status == 400
    assert ask("PUT", "patients/3", LName="").status == 400
    assert ask("PUT", "patients/3", Email="", Guarantor=1).status == 200


def test_patient_select_finds_by_parts_and_leaves_the_archived_out(ask: Ask, office: Office) -> None:
    office.change("patient", 7, LName="Zanzibarthorpe", WirelessPhone="(555)555-0177", PatStatus="Patient")
    for query in ("LName=zanzi", "Phone=5550177&LName=ibar"):
        assert [row["PatNum"] for row in body(ask("GET", f"patients?{query}"))] == [7]
    office.change("patient", 7, PatStatus="Archived")
    assert body(ask("GET", "patients?LName=zanzi")) == []
    assert len(body(ask("GET", "patients?LName=zanzi&showArchived=true"))) == 1
    assert len(body(ask("GET", "patients/Simple?LName=zanzi"))) == 1


def test_a_changed_popup_leaves_the_old_text_archived(ask: Ask, office: Office) -> None:
    number = body(ask("POST", "popups", PatNum=3, Description="Old"))["PopupNum"]
    ask("PUT", f"popups/{number}", Description="New")
    rows = [row for row in office.rows("popup", PatNum=3) if row["Description"] in ("Old", "New")]
    assert [(r["Description"], r["IsArchived"], r["PopupNumArchive"]) for r in rows] == [
        ("New", "false", 0), ("Old", "true", number),
    ]  # fmt: skip


def test_a_recalls_status_writes_a_commlog(ask: Ask, office: Office) -> None:
    kind = office.rows("recall", PatNum=3)[0]["RecallTypeNum"]
    name = {1: "Prophy", 2: "ChildProphy"}[kind]
    status = office.rows("definition", Category=13)[0]["DefNum"]
    assert ask("PUT", "recalls/Status", PatNum=3, recallType=name, RecallStatus=status).status == 200
    written = office.rows("commlog", PatNum=3)[-1]
    assert written["Note"] == "Recall reminder. Postcard"
    answer = ask("PUT", "recalls/Status", PatNum=3, recallType="Perio")
    assert (answer.status, answer.body) == (404, "Patient does not have a recall of the specified RecallType")


def test_a_procedure_needs_the_tooth_fields_of_its_code(ask: Ask) -> None:
    base = {"PatNum": 3, "ProcDate": "2026-03-02", "ProcStatus": "TP"}
    assert ask("POST", "procedurelogs", **base, procCode="D2392").body == "Surf is required by D2392."
    assert ask("POST", "procedurelogs", **base, procCode="D2392", Surf="MO", ToothNum="99").status == 400
    made = body(ask("POST", "procedurelogs", **base, procCode="D2392", Surf="MO", ToothNum="4", priority="Low"))
    assert (made["ProcFee"], made["priority"], made["AptNum"]) == ("210.00", "Low", "0")
    assert ask("POST", "procedurelogs", **base, procCode="D0000").body == "procCode not found"
    both = {"Priority": 1, "priority": "Low"}
    assert ask("POST", "procedurelogs", **base, procCode="D0120", **both).status == 400


def test_a_complete_procedure_keeps_its_teeth_and_a_code_its_area(ask: Ask, office: Office) -> None:
    number = office.insert("procedurelog", PatNum=3, CodeNum=15, ProcStatus="TP", Surf="MO", ToothNum="4")
    assert ask("PUT", f"procedurelogs/{number}", procCode="D0120").status == 400
    assert ask("PUT", f"procedurelogs/{number}", procCode="D2393").status == 200
    office.change("procedurelog", number, ProcStatus="C")
    assert ask("PUT", f"procedurelogs/{number}", ToothNum="5").status == 400
    assert ask("PUT", f"procedurelogs/{number}", ProcFee="99").status == 200


def test_a_procedure_somebody_paid_for_cannot_be_deleted(ask: Ask, office: Office) -> None:
    number = office.insert("procedurelog", PatNum=3, CodeNum=1, ProcStatus="C")
    split = office.insert("paysplit", PatNum=3, ProcNum=number, SplitAmt=5.0)
    assert ask("DELETE", f"procedurelogs/{number}").status == 400
    office.delete("paysplit", split)
    office.version = "23.1.10"
    assert ask("DELETE", f"procedurelogs/{number}").status == 400
    office.version = "23.1.11"
    assert ask("DELETE", f"procedurelogs/{number}").status == 200
    assert ask("DELETE", f"procedurelogs/{number}").body == "Procedure not found"


def test_a_group_note_ties_procedures_of_one_day_together(ask: Ask, office: Office) -> None:
    same = {"PatNum": 3, "CodeNum": 1, "ProcDate": "2026-03-02", "ProvNum": 1}
    numbers = [office.insert("procedurelog", **same) for _ in range(2)]
    other = office.insert("procedurelog", **same | {"ProcDate": "2026-03-01"})
    assert ask("POST", "procedurelogs/GroupNote", PatNum=3, ProcNums=[*numbers, other], Note="x").status == 400
    made = body(ask("POST", "procedurelogs/GroupNote", PatNum=3, ProcNums=[*numbers, numbers[0]], Note="x"))
    assert made["ProcNums"] == numbers
    path = f"procedurelogs/{made['ProcNum']}/GroupNote"
    body(ask("PUT", path, PatNum=3, Note="y", doAppendNote="true"))
    assert [note["Note"] for note in body(ask("GET", "procedurelogs/GroupNotes?PatNum=3"))] == ["x\r\ny"]
    assert ask("DELETE", path).status == 200
    assert office.row("procedurelog", numbers[0])


def test_insurance_history_knows_no_history_not_set_and_the_latest_date(ask: Ask, office: Office) -> None:
    plan = office.rows("patplan")[0]
    own = {"PatNum": plan["PatNum"], "InsSubNum": plan["InsSubNum"]}
    path = f"procedurelogs/InsuranceHistory?PatNum={own['PatNum']}&InsSubNum={own['InsSubNum']}"
    before = {row["insHistPrefName"]: row["procDate"] for row in body(ask("GET", path))}
    assert before["InsHistPerioULCodes"] == "Not Set"
    assert before["InsHistDebridementCodes"] == "No History"
    made = ask("POST", "procedurelogs/InsuranceHistory", **own, insHistPrefName="InsHistDebridementCodes",
               ProcDate="2025-01-05")  # fmt: skip
    assert body(made)["ProcStatus"] == "EO"
    after = {row["insHistPrefName"]: row["procDate"] for row in body(ask("GET", path))}
    assert after["InsHistDebridementCodes"] == "2025-01-05"


def test_an_unknown_allergy_joins_the_list_and_a_known_one_is_found(ask: Ask, office: Office) -> None:
    before = len(office.rows("allergydef"))
    assert ask("POST", "allergies", PatNum=3, defDescription="Glitter").status == 201
    assert ask("POST", "allergies", PatNum=3, defDescription="Latex").status == 201
    assert len(office.rows("allergydef")) == before + 1
    answer = ask("POST", "allergydefs", Description="Latex")
    assert (answer.status, answer.body) == (400, "An AllergyDef with that name already exists")


def test_subscriptions_keep_what_they_watch_and_refuse_a_twin(ask: Ask, office: Office) -> None:
    wanted = {"EndPointUrl": "http://127.0.0.1/x", "WatchTable": "Appointment", "PollingSeconds": 5,
              "Workstation": "SRV01"}  # fmt: skip
    made = body(ask("POST", "subscriptions", **wanted))
    assert (made["UiEventType"], made["DateTimeStop"], made["CustomerKey"]) == (
        "", "0001-01-01 00:00:00", office.customer_key,
    )  # fmt: skip
    assert ask("POST", "subscriptions", **wanted).status == 400
    number = made["SubscriptionNum"]
    ask("PUT", f"subscriptions/{number}", WatchTable="Patient", Note="kept", DateTimeStop="2026-01-01 00:00:00")
    (row,) = body(ask("GET", "subscriptions"))
    assert (row["WatchTable"], row["Note"]) == ("Appointment", "kept")
    assert ask("POST", "subscriptions", **wanted).status == 201, "the first one has expired"
    assert ask("DELETE", f"subscriptions/{number}").status == 200
    assert ask("DELETE", f"subscriptions/{number}").body == "Subscription not found"


@pytest.mark.parametrize(
    "wrong",
    [
        {"WatchTable": "Commlog"},
        {"WatchTable": "MedicationPat"},
        {"WatchTable": ""},
        {"UiEventType": "PatientSelected"},
        {"PollingSeconds": 0},
        {"EndPointUrl": ""},
    ],
)
def test_a_subscription_must_be_of_one_kind_and_complete(ask: Ask, wrong: dict[str, Any]) -> None:
    wanted = {"EndPointUrl": "http://127.0.0.1/x", "WatchTable": "Appointment", "PollingSeconds": 5}
    assert ask("POST", "subscriptions", **wanted | wrong).status == 400
    assert ask("POST", "subscriptions", **wanted).status == 201


def test_watch_tables_come_with_versions(ask: Ask, office: Office) -> None:
    wanted = {"EndPointUrl": "http://127.0.0.1/x", "WatchTable": "Schedule", "PollingSeconds": 5}
    office.version = "24.2.10"
    assert ask("POST", "subscriptions", **wanted).status == 400
    office.version = "24.2.11"
    assert ask("POST", "subscriptions", **wanted).status == 201
    office.reported_2026 = True
    assert ask("POST", "subscriptions", **wanted | {"WatchTable": "PatFieldDeleted"}).status == 201


def test_parameters_spelt_otherwise_than_their_fields_still_set_them(ask: Ask) -> None:
    made = body(ask("POST", "providers", Abbr="NEW", BirthDate="1980-01-01"))
    assert made["Birthdate"] == "1980-01-01"
    changed = body(ask("PUT", f"providers/{made['ProvNum']}", NationalProvId="555"))
    assert changed["NationalProvID"] == "555"


def test_a_users_groups_are_replaced(ask: Ask) -> None:
    assert body(ask("PUT", "userods/1", userGroupNums=[1, 2]))["userGroupNums"] == [1, 2]
    assert ask("PUT", "userods/1", userGroupNums=[99]).status == 404


def test_referrals_that_are_patients_can_be_asked_for(ask: Ask, office: Office) -> None:
    number = office.insert("referral", LName="Ribbonmead", PatNum=3)
    assert [row["ReferralNum"] for row in body(ask("GET", "referrals?isPatient=true"))] == [number]
    assert number not in [row["ReferralNum"] for row in body(ask("GET", "referrals?isPatient=false"))]


def test_an_opening_is_offered_for_an_appointment_or_a_recall(ask: Ask) -> None:
    offer = {"op": 1, "dateTimeStart": "2026-03-03 10:00:00"}
    assert ask("POST", "asapcomms", **offer).status == 400
    made = body(ask("POST", "asapcomms", **offer, aptNum=3))
    assert (made["FKey"], made["FKeyType"], made["DateTimeOrig"]) == (3, "ScheduledAppt", "2026-03-03 10:00:00")


def test_a_procedure_note_can_begin_with_the_last_one(ask: Ask, office: Office) -> None:
    own = {"PatNum": 3, "ProcNum": office.insert("procedurelog", PatNum=3, CodeNum=1)}
    ask("POST", "procnotes", **own, Note="One")
    assert body(ask("POST", "procnotes", **own, Note="Two", doAppendNote="true"))["Note"] == "One\r\nTwo"
    assert body(ask("POST", "procnotes", **own, Note="Three"))["Note"] == "Three"


def test_a_definition_is_added_at_the_end_of_its_category(ask: Ask, office: Office) -> None:
    made = body(ask("POST", "definitions", ItemName="Rescheduled", category="ApptConfirmed"))
    assert (made["Category"], made["category"]) == (2, "ApptConfirmed")
    assert [row["DefNum"] for row in body(ask("GET", "definitions?Category=2"))][-1] == made["DefNum"]
    assert ask("POST", "definitions", ItemName="Rescheduled", category="ApptConfirmed").status == 400
    number = office.insert("appointment", PatNum=3)
    assert ask("PUT", f"appointments/{number}/Confirm", defNum=made["DefNum"]).status == 200
