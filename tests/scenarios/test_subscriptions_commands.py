"""``odevents subscriptions``, as whoever onboards offices types it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from odevents.simulator import Office
from odevents.store.audit import deeds
from tests.support.command import run
from tests.support.declaring import declare, subscription
from tests.support.installation import Installation, installation

VISITS = subscription("visits", "Appointment")
PATIENTS = subscription("patients", "Patient")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Installation]:
    """Three offices and no process of ours: nothing but the commands is needed."""
    offices = [Office(name, workstations=("SRV01", "FRONT1")) for name in ("southside", "lakewood", "riverbend")]
    with installation(tmp_path, offices=offices, reactions="") as found:
        yield found


def rows(running: Installation, office: str = "southside") -> list[dict[str, Any]]:
    """What an office has."""
    return running.clinic.office(office).rows("apisubscription")


def said(running: Installation, *arguments: str, code: int = 0) -> Any:
    """What a command says as JSON."""
    return json.loads(run(running, "subscriptions", *arguments, "--json", code=code).stdout)


def test_a_plan_is_shown_applied_and_then_empty(running: Installation) -> None:
    declare(running, VISITS, PATIENTS)
    planned = run(running, "subscriptions", "plan", code=3)
    assert "+\tsouthside/visits\tmissing\tcreate Appointment every 1 s on SRV01" in planned.stdout
    assert "Plan: 6 to create, 0 to change, 0 to remove. 3 offices read." in planned.stderr
    assert not rows(running)
    applied = said(running, "apply")
    assert [(one["office"], one["result"], one["what"]) for one in applied] == [
        (office, "done", "created") for office in ("southside", "lakewood", "riverbend") for _ in range(2)
    ]
    after = run(running, "subscriptions", "plan")
    assert (after.stdout.split("\n"), "0 to create" in after.stderr) == (["sign\tsubscription\tkind\twhat", ""], True)
    listed = said(running, "list", "--office", "lakewood")
    assert [(one["subscription"], one["brings"], one["state"]) for one in listed] == [
        ("visits", "Appointment", "running"),
        ("patients", "Patient", "running"),
    ]
    assert [deed.what for deed in deeds(running.redis, 9)] == ["subscriptions apply"] * 3


def test_a_saved_plan_is_applied_exactly_and_refused_where_anything_changed(running: Installation) -> None:
    declare(running, VISITS)
    run(running, "subscriptions", "plan", "--save", "plan.json", code=3)
    running.clinic.office("lakewood").insert(
        "apisubscription", EndPointUrl="https://other.example/", WatchTable="Patient", PollingSeconds=9,
        CustomerKey=running.clinic.office("lakewood").customer_key,
    )  # fmt: skip
    refused = run(running, "subscriptions", "apply", "plan.json", code=1)
    assert "lakewood: the office changed since the plan was made" in refused.stderr
    assert not rows(running)
    run(running, "subscriptions", "plan", "--save", "plan.json", code=3)
    declare(running, VISITS, PATIENTS)
    refused = run(running, "subscriptions", "apply", "plan.json", code=1)
    assert "southside: odevents.toml changed since the plan was made" in refused.stderr
    declare(running, VISITS)
    plan = running.folder / "plan.json"
    plan.write_text(plan.read_text().replace(f"http://127.0.0.1:{running.port}", "https://elsewhere.example"))
    run(running, "subscriptions", "apply", "plan.json")
    assert rows(running)[0]["EndPointUrl"] == f"http://127.0.0.1:{running.port}/apievents/southside/visits"
    assert [len(rows(running, office)) for office in ("southside", "lakewood", "riverbend")] == [1, 2, 1]
    assert rows(running, "lakewood")[0]["EndPointUrl"] == "https://other.example/"


def test_one_that_is_paused_stays_stopped_until_it_is_resumed(running: Installation) -> None:
    declare(running, VISITS)
    run(running, "subscriptions", "apply")
    said(running, "pause", "visits", "--office", "southside", "--reason", "they move")
    assert said(running, "apply") == []
    assert "=\tsouthside/visits\tpaused" in run(running, "subscriptions", "plan").stdout
    [row] = rows(running)
    assert (row["Note"], row["DateTimeStop"] > "2001") == ("odevents/visits paused", True)
    assert running.clinic.poll_now("southside") == 0
    said(running, "resume", "visits", "--office", "southside")
    assert running.clinic.poll_now("southside") == 1
    assert [(deed.what, deed.reason) for deed in deeds(running.redis, 2)] == [
        ("subscriptions resume", ""),
        ("subscriptions pause", "they move"),
    ]
    assert "no office has such a subscription" in run(running, "subscriptions", "pause", "visit", code=1).stderr


def test_what_somebody_else_made_is_adopted_with_its_cursor(running: Installation) -> None:
    office = running.clinic.office("southside")
    number = office.insert(
        "apisubscription", EndPointUrl="https://old.example/hook", WatchTable="Appointment", PollingSeconds=60,
        Workstation="SRV01", DateTimeStart="2026-01-05 08:00:00", CustomerKey=office.customer_key, Note="by Kim",
    )  # fmt: skip
    declare(running, VISITS, PATIENTS)
    asked = run(running, "subscriptions", "adopt", "southside", str(number), "visits")
    assert "EndPointUrl https://old.example/hook →" in asked.stdout
    assert rows(running)[0]["Note"] == "by Kim"
    run(running, "subscriptions", "adopt", "southside", str(number), "visits", "--yes")
    [row] = rows(running)
    assert (row["Note"], row["PollingSeconds"]) == ("odevents/visits by Kim", 1)
    assert row["DateTimeStart"] == "2026-01-05 08:00:00"
    refused = run(running, "subscriptions", "adopt", "southside", str(number), "patients", code=1)
    assert f"#{number} brings Appointment, and patients is declared to bring Patient" in refused.stderr


def test_going_back_and_removing_do_what_they_say_where_they_are_told_to(running: Installation) -> None:
    declare(running, VISITS, PATIENTS)
    run(running, "subscriptions", "apply")
    before = rows(running)[0]["DateTimeStart"]
    told = said(running, "rewind", "visits", "--since", "2h", "--office", "southside")
    assert [(one["office"], one["subscription"], one["result"]) for one in told] == [
        ("southside", "visits", "set back")
    ]
    assert [row["DateTimeStart"] < before for row in rows(running)] == [True, False]
    assert [row["DateTimeStart"] < before for row in rows(running, "lakewood")] == [False, False]
    assert "three days" in run(running, "subscriptions", "rewind", "--since", "4d").stderr
    told = said(running, "remove", "patients")
    assert [one["result"] for one in told] == ["removed"] * 3
    assert [row["WatchTable"] for row in rows(running)] == ["Appointment"]


def test_what_will_go_wrong_is_said_with_the_plan(running: Installation) -> None:
    declare(running, subscription("visits", "Appointment", machine="SRV02"), subscription("again", "Appointment"))
    file = running.folder / "odevents.toml"
    file.write_text(file.read_text().replace('machine = "SRV01"\n', "").replace('workstation = "SRV01"\n', ""))
    planned = said(running, "plan", "--office", "southside", code=3)
    assert [(one["kind"], one["subscription"]) for one in planned["offices"]["southside"]] == [
        ("missing", "visits"),
        ("workstation gone", "visits"),
        ("missing", "again"),
    ]
    assert {one["code"] for one in planned["lints"]} == {"blank-workstation", "two-sources"}


def test_of_thirty_offices_one_that_does_not_answer_stops_no_other(tmp_path: Path) -> None:
    offices = [Office(f"office-{number:02d}") for number in range(30)]
    with installation(tmp_path, offices=offices, reactions="") as running:
        declare(running, VISITS)
        running.clinic.office("office-07").faults.econnector_down = True
        applied = run(running, "subscriptions", "apply", code=4)
        assert "29 done at 29 of 30 offices" in applied.stderr
        assert "office-07: did not answer" in applied.stderr
        have = [office.name for office in offices if office.rows("apisubscription")]
        assert have == [office.name for office in offices if office.name != "office-07"]
        planned = run(running, "subscriptions", "plan", "--office", "office-07", "--office", "office-08", code=3)
        assert planned.stdout.splitlines()[1:] == [planned.stdout.splitlines()[1]]
        assert "x\toffice-07\tunreachable" in planned.stdout
        running.clinic.office("office-07").faults.econnector_down = False
        assert "1 done at 1 of 30 offices" in run(running, "subscriptions", "apply").stderr
        for office in offices:
            office.faults.key_disabled = True
        assert run(running, "subscriptions", "apply", code=1).stderr.count("refused (401)") == 30
