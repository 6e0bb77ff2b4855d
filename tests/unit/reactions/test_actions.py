"""The three built-in writes, each against the pretend Open Dental over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from odevents.client.opendental import OpenDental
from odevents.client.session import Session
from odevents.config import CommlogTable, ConfirmTable, ReactionTable
from odevents.events.change import Change, Kind
from odevents.reactions.action import Action, Check, Context, Found, Intent, NoTarget
from odevents.reactions.commlog import Commlog
from odevents.reactions.confirm import Confirm
from odevents.reactions.facts import read_facts
from odevents.reactions.note import Note
from odevents.simulator import DEVELOPER_KEY, Office, Simulator

MARKER = "[ode:k7q2m4xw3a5b]"


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """A pretend office with some patients."""
    with Simulator([Office("southside", patients=20)], poll=False) as clinic:
        yield clinic.office("southside")


@pytest.fixture
def context(office: Office) -> Iterator[Context]:
    """What an action has at hand at this office."""
    with Session(developer_key=DEVELOPER_KEY, customer_key=office.customer_key, base_urls=[office.base_url]) as session:
        client = OpenDental(session)
        yield Context(client, lambda: read_facts(client), office.now().replace(microsecond=0), MARKER)


@pytest.fixture
def appointment(office: Office) -> int:
    """A scheduled appointment that nobody has confirmed."""
    number = office.rows("appointment", AptStatus="Scheduled")[0]["AptNum"]
    office.change("appointment", number, Confirmed=status(office, "Not Called"), Note="Before")
    return int(number)


def status(office: Office, name: str) -> int:
    """The number of a confirmation status."""
    return int(office.rows("definition", Category=2, ItemName=name)[0]["DefNum"])


def rule(**given: Any) -> ReactionTable:
    """A rule on appointments."""
    return ReactionTable(name="rule", on="Appointment", **given)


def change(office: Office, number: int) -> Change[Any]:
    """An update of an appointment of the office."""
    row = office.row("appointment", number)
    values = {"AptNum": number, "PatNum": row["PatNum"], "AptStatus": "Broken"}
    return Change(Kind.UPDATED, office.name, "Appointment", str(number), "2026-01-05 08:00:00", values)


def do(action: Action, intent: Intent, context: Context) -> Check:
    """Carry out a write whatever a check says, and read it back."""
    context.client.sender.send(action.call(intent, context))
    return action.check(intent, context)


@pytest.mark.parametrize(
    ("table", "becomes"),
    [
        (ConfirmTable(value="Confirmed"), "Appointment Confirmed"),
        (ConfirmTable(value="Sent"), None),
        (ConfirmTable(value="Not Accepted"), "Not Accepted"),
        (ConfirmTable(definition="Left Msg"), "Left Msg"),
        (ConfirmTable(definition="left msg"), "Left Msg"),
    ],
)
def test_a_status_is_set_by_its_api_name_or_by_the_offices_own(
    office: Office, context: Context, appointment: int, table: ConfirmTable, becomes: str | None
) -> None:
    """And is then there when it is read back."""
    intent = Confirm().plan(table, rule(confirm=table), change(office, appointment), context.now)
    assert Confirm().check(intent, context).found is Found.ABSENT

    assert do(Confirm(), intent, context).found is Found.THERE
    if becomes:
        assert office.row("appointment", appointment)["Confirmed"] == status(office, becomes)


def test_a_status_by_number(office: Office, context: Context, appointment: int) -> None:
    """For offices whose names change."""
    table = ConfirmTable(definition=status(office, "Texted"))
    intent = Confirm().plan(table, rule(confirm=table), change(office, appointment), context.now)

    assert do(Confirm(), intent, context).found is Found.THERE


@pytest.mark.parametrize(
    ("present", "allowed", "found"),
    [
        ("Not Called", [], Found.ABSENT),
        ("Arrived", [], Found.FORBIDDEN),
        ("In Treatment Room", [], Found.FORBIDDEN),
        ("Left Msg", [], Found.FORBIDDEN),
        ("Left Msg", ["Left Msg"], Found.ABSENT),
        ("Not Called", ["Left Msg"], Found.FORBIDDEN),
        ("Appointment Confirmed", [], Found.THERE),
    ],
)
def test_a_status_that_staff_set_is_not_overwritten(
    office: Office, context: Context, appointment: int, present: str, allowed: list[str], found: Found
) -> None:
    """Unless the rule names it as one to replace."""
    office.change("appointment", appointment, Confirmed=status(office, present))
    table = ConfirmTable.model_validate({"value": "Confirmed", "from": allowed})
    intent = Confirm().plan(table, rule(confirm=table), change(office, appointment), context.now)

    assert Confirm().check(intent, context).found is found


def test_a_status_the_office_does_not_have_is_never_sent(office: Office, context: Context, appointment: int) -> None:
    """It is said instead."""
    table = ConfirmTable(definition="No Such Status")
    intent = Confirm().plan(table, rule(confirm=table), change(office, appointment), context.now)

    assert Confirm().check(intent, context) == Check(Found.FORBIDDEN, "no-such-status")


def test_a_note_is_appended_and_found_by_its_marker(office: Office, context: Context, appointment: int) -> None:
    """What was there stays; the marker of another write is not ours."""
    intent = Note().plan("Call back", rule(note="Call back"), change(office, appointment), context.now)
    assert Note().check(intent, context).found is Found.ABSENT

    assert do(Note(), intent, context).found is Found.THERE
    note = office.row("appointment", appointment)["Note"]
    assert " ".join(note.split()) == f"Before Call back {MARKER}"
    other = Context(context.client, context.facts, context.now, "[ode:another00000]")
    assert Note().check(intent, other).found is Found.ABSENT


def test_an_office_that_wants_no_marker_gets_none(office: Office, context: Context, appointment: int) -> None:
    """The note is then found by its text."""
    settings = rule(note="Call back", marker="text")
    intent = Note().plan("Call back", settings, change(office, appointment), context.now)

    assert do(Note(), intent, context).found is Found.THERE
    assert "ode:" not in office.row("appointment", appointment)["Note"]


def test_a_commlog_has_every_documented_field_and_is_found_by_patient_text_and_date(
    office: Office, context: Context, appointment: int
) -> None:
    """A commlog of another second, or with another text, is not ours."""
    table = CommlogTable(text="Was {{ AptStatus }}", type="Recall", mode="In Person", sent_or_received="Received")
    intent = Commlog().plan(table, rule(commlog=table), change(office, appointment), datetime(2026, 1, 5, 8))
    assert Commlog().check(intent, context).found is Found.ABSENT

    assert do(Commlog(), intent, context).found is Found.THERE
    for different in ({"Note": "Was Complete"}, {"CommDateTime": "2026-01-05 08:00:01"}):
        assert Commlog().check({**intent, **different}, context).found is Found.ABSENT
    written = office.rows("commlog", PatNum=intent["PatNum"])[-1]
    assert [written[name] for name in ("Note", "CommDateTime", "Mode_", "SentOrReceived")] == [
        "Was Broken",
        "2026-01-05 08:00:00",
        "In Person",
        "Received",
    ]


def test_the_next_appointment_is_the_soonest_that_is_scheduled(office: Office, context: Context) -> None:
    """Not a past one, not a broken one; and none is said, not guessed."""
    patient = office.rows("patient")[0]["PatNum"]
    for old in office.rows("appointment", PatNum=patient):
        office.change("appointment", old["AptNum"], AptStatus="Complete")
    template = office.rows("appointment")[0]

    def book(days: int, state: str) -> int:
        row = {name: template[name] for name in ("Op", "ProvNum", "Pattern", "Confirmed")}
        when = f"{context.now + timedelta(days=days):%Y-%m-%d %H:%M:%S}"
        return office.insert("appointment", PatNum=patient, AptStatus=state, AptDateTime=when, **row)

    selected = Change[Any](Kind.UPDATED, office.name, "PatField", "1", "", {"PatFieldNum": 1, "PatNum": patient})
    intent = Note().plan("x", rule(note="x", appointment="next"), selected, context.now)
    with pytest.raises(NoTarget, match="no-next-appointment"):
        Note().target(intent, context)
    book(-1, "Scheduled")
    book(1, "Broken")
    later, soonest = book(9, "Scheduled"), book(3, "Scheduled")

    assert Note().target(intent, context) == {"appointment": soonest}
    assert Note().target({**intent, "appointment": later}, context) == {}, "what was found once stays the target"


def test_a_commlog_without_a_stamped_change_is_dated_now(office: Office, appointment: int) -> None:
    """Tables whose rows carry no stamp."""
    unstamped = Change[Any](Kind.SELECTED, office.name, "PatientSelected", "1", "", {"PatNum": 1})
    noon = datetime(2026, 1, 5, 12)
    intent = Commlog().plan(CommlogTable(text="x"), rule(commlog="x"), unstamped, noon)

    assert intent["CommDateTime"] == "2026-01-05 12:00:00"
