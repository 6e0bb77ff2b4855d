"""What the API Developer Setup page and the independent article tell a developer to do, done as raw HTTP."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from odevents.simulator import DEVELOPER_KEY, Office, Simulator
from tests.contract.simulator.replay import raw


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator([Office("southside", patients=60)], poll=False) as simulator:
        yield simulator


@pytest.fixture
def office(sim: Simulator) -> Office:
    return sim.office("southside")


def test_the_authorization_header_has_the_documented_form(sim: Simulator, office: Office) -> None:
    good = f"ODFHIR {DEVELOPER_KEY}/{office.customer_key}"
    assert raw(sim, office, "GET", "/patients/12", Authorization=good).status == 200


def test_basic_authentication_as_the_independent_article_has_it_is_refused(sim: Simulator, office: Office) -> None:
    pair = base64.b64encode(f"{DEVELOPER_KEY}:{office.customer_key}".encode()).decode()
    assert raw(sim, office, "GET", "/patients/12", Authorization=f"Basic {pair}").status == 401


def test_the_keys_can_be_found_by_query(sim: Simulator, office: Office) -> None:
    sql = "SELECT CustApiKey FROM apikey WHERE DevName='Invented Developer';"
    answer = raw(sim, office, "PUT", "/queries/ShortQuery", {"SqlCommand": sql})
    assert answer.json == [{"CustApiKey": office.customer_key}]


def test_the_aging_recipe_works_step_by_step(sim: Simulator, office: Office) -> None:
    (ran,) = raw(sim, office, "GET", "/preferences?PrefName=DateLastAging").json
    (due,) = raw(sim, office, "GET", "/preferences?PrefName=AgingServiceTimeDue").json
    assert ran["ValueString"] == str(office.now())[:10]
    assert due["ValueString"].endswith("02:00:00")
    sql = (
        "SELECT patnum, estbalance, bal_0_30, bal_31_60, bal_61_90, balover90, insest, baltotal FROM patient "
        "WHERE patnum=guarantor and clinicnum=1 AND ( estbalance>0 OR bal_0_30>0 OR bal_31_60>0 OR bal_61_90>0 "
        "OR balover90>0 OR insest>0 OR baltotal>0)"
    )
    owing = raw(sim, office, "PUT", "/queries/ShortQuery", {"SqlCommand": sql}).json
    report = raw(sim, office, "GET", "/reports/Aging?ClinicNum=1").json
    assert owing
    assert {row["PatNum"] for row in owing} == {row["PatNum"] for row in report}
