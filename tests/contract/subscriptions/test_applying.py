"""Plans carried out at a pretend office over real HTTP, with its refusals and its lost answers."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odevents.errors import KeyRefused, OfficeOffline
from odevents.simulator import Simulator
from odevents.simulator.office import ALL_PERMISSIONS
from odevents.store.subscriptions_seen import SubscriptionsSeen
from odevents.subscriptions.apply import Applied
from odevents.subscriptions.office_subscriptions import OfficeSubscriptions
from odevents.subscriptions.rewind import rewind
from odevents.subscriptions.steps import Create
from tests.contract.subscriptions.conftest import PUBLIC, Opened

VISITS: dict[str, object] = {"name": "visits", "watch": "Appointment"}
PATIENTS: dict[str, object] = {"name": "patients", "watch": "Patient"}


def applied(subscriptions: OfficeSubscriptions, *, prune: bool = False) -> Applied:
    """Plan and apply, once."""
    return subscriptions.apply(subscriptions.plan(subscriptions.read(), prune=prune), prune=prune)


def left(subscriptions: OfficeSubscriptions) -> list[str]:
    """What a plan still says."""
    return [f"{found.kind} {found.subscription}" for found in subscriptions.plan(subscriptions.read()).differences]


def rows(clinic: Simulator) -> list[tuple[object, ...]]:
    """What the office has."""
    columns = ("WatchTable", "UiEventType", "Workstation", "PollingSeconds", "EndPointUrl", "Note")
    return [tuple(row[column] for column in columns) for row in clinic.office("southside").rows("apisubscription")]


def test_what_is_declared_is_created_and_then_nothing_is_left_to_plan(clinic: Simulator, opened: Opened) -> None:
    with opened(VISITS, {"name": "screen", "ui": "PatientSelected"}) as subscriptions:
        assert len(applied(subscriptions).done) == 2
        assert left(subscriptions) == []
    assert rows(clinic) == [
        ("Appointment", "", "SRV01", 5, f"{PUBLIC}/apievents/southside/visits", "odevents/visits"),
        ("", "PatientSelected", "", 0, "http://localhost:2097/PatientSelected", "odevents/screen"),
    ]


def test_a_version_that_requires_a_workstation_gets_its_words_for_all_of_them(
    clinic: Simulator, opened: Opened
) -> None:
    office = clinic.office("southside")
    office.version = "26.2.1"
    office.store.set_preference("ProgramVersion", "26.2.1.0")
    with opened({"name": "screen", "ui": "PatientSelected"}) as subscriptions:
        assert not applied(subscriptions).failed
        assert left(subscriptions) == []
    assert rows(clinic)[0][2] == "All Workstations"


def test_a_key_that_may_not_delete_stops_instead(clinic: Simulator, opened: Opened) -> None:
    with opened(VISITS, PATIENTS) as subscriptions:
        applied(subscriptions)
    clinic.office("southside").permissions = ALL_PERMISSIONS - {"AllOthers"}
    with opened(VISITS) as subscriptions:
        assert left(subscriptions) == ["undeclared patients"]
        assert not applied(subscriptions, prune=True).failed
        assert left(subscriptions) == []
    stopped = clinic.office("southside").rows("apisubscription", WatchTable="Patient")
    assert [(row["DateTimeStop"], row["Note"]) for row in stopped] == [
        ("2000-01-01 00:00:00", "odevents/patients removed")
    ]
    with opened(VISITS, PATIENTS) as subscriptions:
        assert [type(step) for step in applied(subscriptions).done] == [Create]
        assert left(subscriptions) == []


@pytest.mark.parametrize("trouble", ["gateway_timeout", "reset_after", "late_write", "reset_before"])
def test_a_lost_answer_neither_doubles_nor_leaves_out(clinic: Simulator, opened: Opened, trouble: str) -> None:
    office = clinic.office("southside")
    office.faults.late_seconds = 0.0
    with opened(VISITS, PATIENTS) as subscriptions:
        plan = subscriptions.plan(subscriptions.read())
        office.faults.next(trouble)  # type: ignore[arg-type]
        assert not subscriptions.apply(plan, prune=False).failed
        assert left(subscriptions) == []
    assert len(rows(clinic)) == 2


def test_a_replacement_takes_the_cursor_of_what_it_replaces(clinic: Simulator, opened: Opened) -> None:
    office = clinic.office("southside")
    with opened(VISITS) as subscriptions:
        applied(subscriptions)
    old = office.rows("apisubscription")[0]
    clinic.clock.advance(hours=1)
    with opened({"name": "visits", "watch": "Schedule"}) as subscriptions:
        applied(subscriptions)
        assert left(subscriptions) == []
    [new] = office.rows("apisubscription")
    assert (new["WatchTable"], new["DateTimeStart"]) == ("Schedule", old["DateTimeStart"])


def test_one_that_vanished_starts_where_it_was_last_seen_to_be_polled(clinic: Simulator, opened: Opened) -> None:
    office = clinic.office("southside")
    with opened(VISITS) as subscriptions:
        applied(subscriptions)
        polled = office.rows("apisubscription")[0]["DateTimeStart"]
        office.delete("apisubscription", office.rows("apisubscription")[0]["SubscriptionNum"])
        clinic.clock.advance(hours=1)
        subscriptions.look()  # it is not there any more, and when it was polled is still known
        applied(subscriptions)
    assert office.rows("apisubscription")[0]["DateTimeStart"] == polled


def test_after_the_old_key_was_disabled_too_early_nothing_is_lost_either(clinic: Simulator, opened: Opened) -> None:
    office, new = clinic.office("southside"), "invented-new-key"
    old = office.customer_key
    with opened(VISITS) as subscriptions:
        applied(subscriptions)
        clinic.poll_now()
        subscriptions.look()
    [polled] = office.rows("apisubscription")
    clinic.clock.advance(hours=1)
    office.customer_key = new
    with opened(VISITS, keys=(new, old)) as subscriptions:
        assert not applied(subscriptions).failed
        assert [bool(key.refused_since) for key in subscriptions.look().keys] == [False, True]
    [made] = office.rows("apisubscription", CustomerKey=new)
    assert made["DateTimeStart"] == polled["DateTimeStart"]


def test_a_look_keeps_what_is_seen_and_what_differs(clinic: Simulator, opened: Opened, redis_client: object) -> None:
    with opened(VISITS) as subscriptions:
        assert [drift.kind for drift in subscriptions.look().drift] == ["missing"]
        applied(subscriptions)
        before = subscriptions.look()
        clinic.poll_now()
        clinic.clock.advance(hours=1)
        clinic.poll_now()
        after = subscriptions.look()
    assert (before.drift, after.drift, before.trouble) == ((), (), "")
    named = after.named("visits")
    assert named is not None
    assert named.confirmed > "2000"
    assert SubscriptionsSeen(redis_client).of("southside") == after  # type: ignore[arg-type]


def test_a_look_shows_sends_that_fail_where_the_version_says_so(clinic: Simulator, opened: Opened) -> None:
    office = clinic.office("southside")
    office.reported_2026 = True
    office.insert("appointment", Note="to be sent")
    with opened(VISITS) as subscriptions:
        applied(subscriptions)
        assert subscriptions.look().subscriptions[0].failures == 0
        office.insert("appointment", Note="to be sent")
        clinic.poll_now()  # nobody is at hooks.example.org
        seen = subscriptions.look().subscriptions[0]
    assert (seen.failures, seen.last_failure > "2001") == (1, True)


def test_a_failed_look_keeps_what_was_known_and_says_why(clinic: Simulator, opened: Opened) -> None:
    office = clinic.office("southside")
    with opened(VISITS) as subscriptions:
        applied(subscriptions)
        known = subscriptions.look()
        office.faults.econnector_down = True
        offline = subscriptions.look()
        assert (offline.trouble, offline.read_at) == ("office-offline", known.read_at)
        assert offline.subscriptions == known.subscriptions
        with pytest.raises(OfficeOffline):
            subscriptions.read()
        office.faults.econnector_down, office.faults.key_disabled = False, True
        refused = subscriptions.look()
        assert refused.trouble == "key-refused"
        assert refused.keys[0].refused_since > 0
        with pytest.raises(KeyRefused):
            subscriptions.read()
        office.faults.key_disabled = False
        assert subscriptions.look().keys[0].refused_since == 0


def test_rewinding_has_everything_since_then_sent_again_and_never_moves_forward(
    clinic: Simulator, opened: Opened
) -> None:
    office = clinic.office("southside")
    with opened(VISITS, PATIENTS) as subscriptions:
        applied(subscriptions)
        began = subscriptions.clock()
        clinic.poll_now()
        plan = subscriptions.plan(subscriptions.read())
        api = subscriptions.clients[0].subscriptions
        rewound = rewind(api, plan.kept.values(), subscriptions.office, since=began - 7200)
        assert [found.moved for found in rewound] == [True, True]
        held = subscriptions.plan(subscriptions.read()).kept
        assert not any(found.moved for found in rewind(api, held.values(), subscriptions.office, since=began))
        assert left(subscriptions) == []
    wanted = subscriptions.office.local_time(began - 7200).strftime("%Y-%m-%d %H:%M:%S")
    assert {row["DateTimeStart"] for row in office.rows("apisubscription")} == {wanted}


NAMES = st.lists(st.sampled_from(("a", "b", "c")), unique=True)
TABLES = st.sampled_from(("Appointment", "Patient", "PatField", ""))


@st.composite
def declarations(draw: st.DrawFn) -> list[dict[str, object]]:
    """Subscriptions as a file could declare them."""
    found: list[dict[str, object]] = []
    for name in draw(NAMES):
        table = draw(TABLES)
        one: dict[str, object] = {"name": name, "workstation": draw(st.sampled_from(("SRV01", "FRONT1")))}
        one |= {"watch": table, "poll_seconds": draw(st.integers(1, 9))} if table else {"ui": "PatientSelected"}
        if not table and name != "a":
            one["to"] = "receiver"  # two to one listener on one machine are the same subscription to Open Dental
        found.append(one)
    return found


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(edits=st.lists(declarations(), min_size=1, max_size=4), prune=st.booleans())
def test_after_any_edits_in_any_order_nothing_is_left_to_do(
    clinic: Simulator, opened: Opened, edits: list[list[dict[str, object]]], prune: bool
) -> None:
    for declared in edits:
        with opened(*declared) as subscriptions:
            assert not applied(subscriptions, prune=prune).failed
            after = subscriptions.plan(subscriptions.read(), prune=prune)
            assert not after.steps
            assert prune is False or not after.differences
            assert set(after.kept) == {one["name"] for one in declared}
