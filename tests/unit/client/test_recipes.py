"""The documents' recipes, step by step."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from odevents.client.call import Call
from odevents.client.recipes.aging import AgingRun, aging_run, balances
from odevents.client.recipes.patients import patients_for_report
from odevents.client.recipes.procedures import insurance_histories, procedures_with_notes
from odevents.client.recipes.query import rows_of_query
from odevents.errors import AgingNotSetUp, CallInvalid
from tests.unit.client.scripted import scripted

TODAY = date(2026, 3, 2)


def preferences(last: str, due: str) -> dict[str, Any]:
    def row(name: str, value: str) -> list[dict[str, Any]]:
        return [{"PrefNum": 1, "PrefName": name, "ValueString": value}]

    return {
        "GET preferences?PrefName=DateLastAging": row("DateLastAging", last),
        "GET preferences?PrefName=AgingServiceTimeDue": row("AgingServiceTimeDue", due),
    }


@pytest.mark.parametrize("due", ["2019-05-01 03:30:00", "2019-05-01T03:30:00", "5/1/2019 3:30:00 AM"])
def test_only_the_time_of_the_due_preference_counts(due: str) -> None:
    client, office = scripted(preferences("2026-03-01", due))

    run = aging_run(client, TODAY)

    assert run == AgingRun(last=date(2026, 3, 1), due=datetime(2026, 3, 2, 3, 30))
    assert office.asked == list(preferences("", ""))


def test_aging_that_has_run_today_is_read_at_once() -> None:
    run = AgingRun(last=TODAY, due=datetime(2026, 3, 2, 23, 0))

    assert run.wait_until(datetime(2026, 3, 2, 1, 0)) is None


def test_aging_that_has_not_run_today_is_waited_for_until_its_time_has_passed() -> None:
    run = AgingRun(last=date(2026, 3, 1), due=datetime(2026, 3, 2, 3, 30))

    assert run.wait_until(datetime(2026, 3, 2, 3, 29, 59)) == run.due
    assert run.wait_until(datetime(2026, 3, 2, 3, 30)) is None


def test_an_office_that_never_computes_aging_is_told_what_to_do() -> None:
    client, _ = scripted(preferences("", ""))

    with pytest.raises(AgingNotSetUp, match="Automated Aging Runtime"):
        aging_run(client, TODAY)


def test_balances_are_the_documents_query() -> None:
    rows = [{"patnum": 12, "estbalance": 40.5, "bal_0_30": "40.50", "baltotal": 50}]
    client, office = scripted({"PUT queries/ShortQuery": rows})

    (balance,) = balances(client, clinic=3)

    assert (balance.patnum, balance.bal_0_30, balance.baltotal) == (12, Decimal("40.5"), Decimal(50))
    (call,) = office.calls
    assert call.body == {
        "SqlCommand": "SELECT patnum, estbalance, bal_0_30, bal_31_60, bal_61_90, balover90, insest, baltotal "
        "FROM patient WHERE patnum=guarantor AND clinicnum=3 AND (estbalance>0 OR bal_0_30>0 OR bal_31_60>0 OR "
        "bal_61_90>0 OR balover90>0 OR insest>0 OR baltotal>0) ORDER BY patnum"
    }


def test_a_query_is_read_by_hundreds_whatever_the_mode() -> None:
    numbers = [{"n": n} for n in range(250)]

    def page(call: Call) -> object:
        offset = int(call.query.get("Offset", 0))
        return numbers[offset : offset + 100]

    client, office = scripted({"PUT queries/ShortQuery": page})
    office.page_size = 1000

    assert list(rows_of_query(client, "SELECT n FROM numbers ORDER BY n")) == numbers
    assert office.asked == ["PUT queries/ShortQuery" + offset for offset in ("", "?Offset=100", "?Offset=200")]


def test_a_report_holds_the_chosen_columns_and_nothing_else() -> None:
    found = [{"PatNum": 12, "LName": "De Angelo", "FName": "Ana", "SSN": "", "BalTotal": "10.00"}]
    client, office = scripted({"GET patients/Simple?PatStatus=Patient": found})

    rows = list(patients_for_report(client, ["PatNum", "BalTotal"], PatStatus="Patient"))

    assert rows == [{"PatNum": 12, "BalTotal": Decimal(10)}]
    assert len(office.calls) == 1


def test_a_report_of_a_column_that_is_not_there_is_refused() -> None:
    client, _ = scripted({})

    with pytest.raises(CallInvalid, match="Nickname"):
        patients_for_report(client, ["PatNum", "Nickname"])


def test_procedures_come_with_the_group_notes_that_cover_them() -> None:
    note = {"PatNum": 12, "ProcNum": 9, "ProcNums": [7, 8], "Note": "No changes", "isSigned": "False"}
    procedures = [{"ProcNum": number, "PatNum": 12} for number in (6, 7, 8, 9)]
    client, _ = scripted({"GET procedurelogs/GroupNotes?PatNum=12": [note], "GET procedurelogs?PatNum=12": procedures})

    found = [(noted.procedure.ProcNum, len(noted.notes)) for noted in procedures_with_notes(client, 12)]

    assert found == [(6, 0), (7, 1), (8, 1)]


def test_the_insurance_history_is_read_for_each_insurance() -> None:
    history = [{"insHistPrefName": "InsHistExamCodes", "procDate": "No History", "ProcNum": 0}]
    client, _ = scripted(
        {
            "GET patplans?PatNum=12": [{"PatPlanNum": 1, "InsSubNum": 40}, {"PatPlanNum": 2, "InsSubNum": 41}],
            "GET procedurelogs/InsuranceHistory?PatNum=12&InsSubNum=40": history,
            "GET procedurelogs/InsuranceHistory?PatNum=12&InsSubNum=41": [],
        }
    )

    ((insurance, found),) = insurance_histories(client, 12)

    assert (insurance, found.procDate) == (40, "No History")
