"""``odevents api``, ``aging`` and ``report`` against the pretend Open Dental."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from odevents.cli.main import odevents
from odevents.errors import CallInvalid, ConfigError
from odevents.simulator import Office, Simulator
from odevents.simulator.office import DEVELOPER_KEY

CONFIG = """
[offices.southside]
customer_key = {{ env = "ODEVENTS_TEST_SOUTHSIDE" }}
developer_key = {{ env = "ODEVENTS_TEST_DEVELOPER" }}
base_url = "{base_url}"
budget = "none"
time_zone = "America/Los_Angeles"
workstation = "SRV01"
mode = "dry-run"
"""


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator([Office("southside", patients=120)], poll=False) as running:
        yield running


@pytest.fixture
def office(simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The simulated office, configured for the commands."""
    office = simulator.office("southside")
    file = tmp_path / "odevents.toml"
    file.write_text(CONFIG.format(base_url=simulator.base_url))
    key = base64.b64encode(b"0" * 32).decode()
    for name, value in {
        "ODEVENTS_CONFIG": str(file),
        "ODEVENTS_SEALING_KEYS": key,
        "ODEVENTS_IDENTITY_KEY": key,
        "ODEVENTS_TEST_SOUTHSIDE": office.customer_key,
        "ODEVENTS_TEST_DEVELOPER": DEVELOPER_KEY,
    }.items():
        monkeypatch.setenv(name, value)
    return office


def run(*arguments: str) -> Result:
    return CliRunner().invoke(odevents, list(arguments), catch_exceptions=False)


def answer(*arguments: str) -> Any:
    result = run(*arguments)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.usefixtures("office")
def test_a_list_is_printed_as_json_page_after_page() -> None:
    assert len(answer("api", "GET", "patients/Simple")) == 120
    assert len(answer("api", "get", "/patients/Simple", "Limit=2")) == 2


def test_the_customer_key_is_not_printed(simulator: Simulator, office: Office) -> None:
    url = "EndPointUrl=https://example.test/"
    made = run("api", "POST", "subscriptions", url, "WatchTable=Patient", "PollingSeconds=5", "--live")
    listed = run("api", "GET", "subscriptions")

    assert json.loads(made.stdout)["CustomerKey"] == json.loads(listed.stdout)[0]["CustomerKey"] == "…"
    assert office.customer_key not in made.output + listed.output


@pytest.mark.usefixtures("office")
def test_a_write_is_only_shown_until_it_is_sent_live() -> None:
    note = ("api", "PUT", "appointments/1/Note", "Note=Requests reschedule")

    shown = run(*note)
    assert json.loads(shown.stdout)["body"] == {"Note": "Requests reschedule"}
    assert "nothing was sent" in shown.stderr
    assert "Requests reschedule" not in answer("api", "GET", "appointments/1")["Note"]

    assert run(*note, "--live").exit_code == 0
    assert "Requests reschedule" in answer("api", "GET", "appointments/1")["Note"]


def test_lists_are_written_with_commas_and_lists_of_objects_as_json() -> None:
    claim = answer("api", "POST", "claims", "PatNum=1", "procNums=1,2", "ClaimType=P")
    pairs = '[{"ProcNum": 271, "Amount": 40}]'
    partial = answer("api", "PUT", "payments/3/Partial", f"procNumsAndAmounts={pairs}")

    assert claim["body"]["procNums"] == [1, 2]
    assert partial["body"] == {"procNumsAndAmounts": [{"ProcNum": 271, "Amount": 40}]}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("GET", "appointment/1"), "no method GET appointment…"),
        (("GET", "appointments/²"), "no method GET appointments…"),
        (("GET", "appointments/٢"), "no method GET appointments…"),
        (("GET", f"appointments/{'9' * 5000}"), "no method GET appointments…"),
        (("POST", "claims", "procNums=[1,"), "procNums: lists of objects are written as JSON"),
        (("PUT", "appointments/1/Nte"), "see `odevents api methods appointments`"),
        (("POST", "commlogs", "PatNum"), "fields are written FIELD=VALUE"),
        (("POST", "commlogs", "PatNum=1"), "Note: Field required"),
        (("PUT", "appointments/1/Confirm"), "give exactly one of confirmVal and defNum"),
    ],
)
def test_a_call_that_cannot_be_says_why(arguments: tuple[str, ...], told: str) -> None:
    with pytest.raises(CallInvalid) as caught:
        run("api", *arguments)
    assert told in str(caught.value)


def test_the_methods_of_a_resource_are_listed_with_everything_documented() -> None:
    methods = answer("api", "methods", "appointments", "--json")

    assert len(methods) == 14
    assert methods[-1] == {
        "verb": "PUT",
        "path": "appointments/{AptNum}/Confirm",
        "parameters": "confirmVal, defNum (21.2); give exactly one of confirmVal and defNum",
        "since": "21.1",
        "permission": "Comm",
        "python": "appointments.confirm",
    }
    assert len(answer("api", "methods", "--json")) == 334


@pytest.mark.usefixtures("office")
def test_an_office_that_is_not_configured_is_named_with_those_that_are() -> None:
    with pytest.raises(ConfigError, match="no office 'northside'; configured: southside"):
        run("api", "GET", "operatories", "--office", "northside")


@pytest.mark.usefixtures("office")
def test_aging_prints_the_guarantors_that_have_a_balance() -> None:
    result = run("aging", "southside", "--json")

    assert "aging of southside as of" in result.stderr
    rows = json.loads(result.stdout)
    assert rows
    assert all(row["patnum"] > 0 for row in rows)


@pytest.mark.usefixtures("office")
def test_a_report_of_patients_has_the_chosen_columns() -> None:
    rows = answer("report", "patients", "--columns", "PatNum,PatStatus", "--status", "Patient", "--json")

    assert rows
    assert all(row.keys() == {"PatNum", "PatStatus"} and row["PatStatus"] == "Patient" for row in rows)


@pytest.mark.usefixtures("office")
def test_the_procedures_of_a_patient_are_listed() -> None:
    patient = answer("api", "GET", "procedurelogs", "Limit=1")[0]["PatNum"]

    rows = answer("report", "procedures", str(patient), "--json")

    assert rows
    assert all("notes" in row for row in rows)
    assert isinstance(answer("report", "insurance-history", str(patient), "--json"), list)


@pytest.mark.usefixtures("office")
def test_a_query_is_answered() -> None:
    rows = answer("report", "query", "SELECT PatNum FROM patient ORDER BY PatNum", "--json")

    assert [row["PatNum"] for row in rows] == list(range(1, 121))


@pytest.mark.usefixtures("office")
def test_a_query_reads_and_so_needs_no_live() -> None:
    assert answer("api", "PUT", "queries/ShortQuery", "SqlCommand=SELECT 1 AS one") == [{"one": 1}]
