"""What holds for every method: keys, headers, versions, permissions, pages, filters, validation."""

from __future__ import annotations

from typing import Any

import pytest

from odevents.simulator import Office
from tests.unit.simulator.conftest import Ask


def rows(answer: Any) -> list[dict[str, Any]]:
    assert answer.status == 200, answer.body
    assert isinstance(answer.body, list)
    return answer.body


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "customer-key-of-southside",
        "Basic developer-key-of-the-simulator/customer-key-of-southside",
        "ODFHIR developer-key-of-the-simulator/another-key",
        "ODFHIR another-developer/customer-key-of-southside",
        "ODFHIR customer-key-of-southside",
    ],
)
def test_any_other_authorization_is_401(ask: Ask, authorization: str) -> None:
    assert ask("GET", "appointments/1", headers={"authorization": authorization}).status == 401
    assert ask("GET", "appointments/1").status == 200


def test_a_content_type_is_required_even_for_a_get(ask: Ask) -> None:
    assert ask("GET", "appointments/1", headers={"content-type": ""}).status == 400


def test_an_unknown_resource_and_an_unknown_row_are_404_with_a_sentence(ask: Ask) -> None:
    assert ask("GET", "apointments/1").status == 404
    answer = ask("GET", "appointments/99999")
    assert (answer.status, answer.body) == (404, "Appointment not found")


def test_capitals_in_the_url_do_not_matter(ask: Ask) -> None:
    assert rows(ask("GET", "diseaseDefs"))


def test_a_method_newer_than_the_office_is_400_and_a_removed_one_410(ask: Ask, office: Office) -> None:
    assert ask("POST", "payplans", PatNum=1, principalAmount=100, PayAmt=50).status == 410
    office.version = "22.1"
    assert ask("GET", "computers").status == 400
    assert ask("POST", "payplans", PatNum=1, principalAmount=100, PayAmt=50).status == 201
    office.version = "25.3.36"
    assert ask("GET", "computers").status == 200


def test_a_key_without_the_permission_gets_401_and_changes_nothing(ask: Ask, office: Office) -> None:
    office.permissions = frozenset({"ReadAll"})
    assert ask("GET", "appointments/3").status == 200
    assert ask("PUT", "appointments/3/Note", Note="No").status == 401
    assert office.row("appointment", 3)["Note"] != "No"
    office.permissions = frozenset({"ReadAll", "Comm"})
    assert ask("PUT", "appointments/3/Note", Note="Yes").status == 200
    assert ask("DELETE", "subscriptions/1").status == 401


def test_what_is_not_modelled_says_so_by_name(ask: Ask) -> None:
    answer = ask("PUT", "payments/1/Partial", procNumsAndAmounts=[])
    assert answer.status == 501
    assert "payments/{PayNum}/Partial" in str(answer.body)


def test_lists_come_in_pages_of_a_hundred_or_a_thousand_by_mode(ask: Ask, office: Office) -> None:
    office.store.insert_many("commlog", [{"PatNum": 1, "Note": str(n)} for n in range(1200)])
    total = len(office.rows("commlog"))
    assert len(rows(ask("GET", "commlogs"))) == 100
    office.mode = "service"
    assert len(rows(ask("GET", "commlogs"))) == 1000
    assert len(rows(ask("GET", f"commlogs?Offset={total - 3}"))) == 3
    assert rows(ask("GET", f"commlogs?Offset={total}")) == []
    assert [row["CommlogNum"] for row in rows(ask("GET", "commlogs?Limit=2&Offset=4"))] == [5, 6]
    office.permissions = office.permissions | {"Enterprise"}
    assert len(rows(ask("GET", "commlogs"))) == total


def test_a_list_is_filtered_by_its_parameters_and_ignores_others(ask: Ask, office: Office) -> None:
    found = rows(ask("GET", "appointments?PatNum=5"))
    assert {row["PatNum"] for row in found} == {5}
    assert len(found) == len(office.rows("appointment", PatNum=5))
    assert rows(ask("GET", "appointments?PatNum=5&Colour=blue")) == found


def test_dates_filter_by_day_and_by_range(ask: Ask, office: Office) -> None:
    day = office.row("appointment", 4)["AptDateTime"][:10]
    assert {row["AptDateTime"][:10] for row in rows(ask("GET", f"appointments?date={day}"))} == {day}
    ranged = rows(ask("GET", f"appointments?dateStart={day}&dateEnd={day}"))
    assert ranged == rows(ask("GET", f"appointments?date={day}"))
    assert ask("GET", "appointments?date=03/02/2026").body == "date format must be yyyy-MM-dd"


def test_a_change_stamp_filters_what_changed_since(ask: Ask, office: Office) -> None:
    office.change("appointment", 7, Note="Now")
    assert [r["AptNum"] for r in rows(ask("GET", "appointments?DateTStamp=2026-03-02%2016:59:59"))] == [7]
    assert rows(ask("GET", "appointments?DateTStamp=2026-03-02%2017:00:00")) == []
    answer = ask("GET", "appointments?DateTStamp=yesterday")
    assert (answer.status, answer.body) == (400, "DateTStamp format must be yyyy-MM-dd HH:mm:ss")


def test_a_patient_who_does_not_exist_is_not_an_empty_list(ask: Ask) -> None:
    answer = ask("GET", "commlogs?PatNum=99999")
    assert (answer.status, answer.body) == (404, "Patient not found")


def test_a_required_parameter_is_asked_for_by_name(ask: Ask) -> None:
    assert ask("GET", "allergies").body == "PatNum is required"
    assert ask("POST", "commlogs", Note="x").body == "PatNum is required"
    assert ask("GET", "signalods").status == 400


def test_hidden_definitions_stay_out_unless_asked_for(ask: Ask, office: Office) -> None:
    office.change("definition", 204, isHidden="true")
    shown = {row["DefNum"] for row in rows(ask("GET", "definitions?Category=2"))}
    every = {row["DefNum"] for row in rows(ask("GET", "definitions?Category=2&includeHidden=true"))}
    assert every - shown == {204}


def test_dates_are_written_as_the_parameters_ask(ask: Ask) -> None:
    (row,) = rows(ask("GET", "patients/Simple?Limit=1&DateFormatString=MM/dd/yyyy&DateTimeFormatString=yyyyMMdd-HHmm"))
    assert row["Birthdate"][2] == row["Birthdate"][5] == "/"
    assert row["serverDateTime"] == "20260302-1700"


def test_read_only_and_unknown_fields_are_silently_ignored(ask: Ask, office: Office) -> None:
    before = office.row("appointment", 3)
    answer = ask("PUT", "appointments/3", AptNum=99, PatNum=99, provAbbr="X", ProcDescript="X", Nonsense=1, Op=2)
    assert answer.status == 200
    after = office.row("appointment", 3)
    assert (after["AptNum"], after["PatNum"], after["ProcDescript"]) == (3, before["PatNum"], before["ProcDescript"])
    assert after["Op"] == 2


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"Op": 99999}, 404, "Operatory not found"),
        ({"Confirmed": 300000}, 404, "Confirmed not found"),
        ({"Confirmed": 200}, 404, "Confirmed not found"),
        ({"Op": "two"}, 400, "Op is invalid"),
        ({"IsHygiene": "perhaps"}, 400, 'IsHygiene must be "true" or "false"'),
        ({"AptDateTime": "tomorrow"}, 400, "AptDateTime format must be yyyy-MM-dd HH:mm:ss"),
        ({"AptStatus": "Forgotten"}, 400, "AptStatus is invalid"),
        ({"Pattern": "XXO"}, 400, "Pattern must consist of 'X' and '/' characters only."),
    ],
)
def test_a_wrong_value_is_refused_with_the_name_of_its_field(
    ask: Ask, office: Office, body: dict[str, Any], status: int, text: str
) -> None:
    before = office.row("appointment", 3)
    answer = ask("PUT", "appointments/3", **body)
    assert (answer.status, answer.body) == (status, text)
    assert office.row("appointment", 3) == before


def test_a_body_that_is_no_json_object_is_refused(ask: Ask, office: Office) -> None:
    from odevents.simulator.rest.service import Service

    headers = {"authorization": office.authorization, "content-type": "application/json"}
    service = Service({office.customer_key: office})
    for body in (b"{", b"[1]", b'"text"'):
        assert service.respond("PUT", "/api/v1/appointments/3/Note", headers, body).answer.status == 400
    assert service.respond("PUT", "/api/v1/appointments/3/Note", headers, b'{"Note":"x"}').answer.status == 200


def test_every_call_is_remembered_with_its_status(ask: Ask, office: Office) -> None:
    ask("PUT", "appointments/3/Note", Note="x")
    ask("GET", "appointments/99999?Limit=1")
    first, second = office.calls
    assert (first.verb, first.path, first.body, first.status) == (
        "PUT", "/api/v1/appointments/3/Note", {"Note": "x"}, 200,
    )  # fmt: skip
    assert (second.status, second.query) == (404, {"Limit": "1"})


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("feescheds", {"Description": "New", "FeeSchedType": "Normal"}, 200),
        ("fees", {"Amount": 5, "FeeSched": 1, "CodeNum": 1}, 200),
        ("insplans", {"CarrierNum": 1}, 200),
        ("sheets", {"SheetDefNum": 1, "PatNum": 1}, 200),
        ("carriers", {"CarrierName": "New"}, 201),
        ("popups", {"PatNum": 1, "Description": "New"}, 201),
    ],
)
def test_posts_answer_201_but_for_the_odd_ones(ask: Ask, path: str, body: dict[str, Any], status: int) -> None:
    answer = ask("POST", path, **body)
    assert answer.status == status
    assert answer.headers["location"].rpartition("/")[0].endswith(path)
