"""The promises one by one, on a clock that the test moves, against a real server and an office in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

import pytest

from odevents import Change, Office
from odevents.errors import LeaseLost
from odevents.events.tables import table_named
from odevents.reactions.registry import Reaction, Registry, kinds_of
from odevents.store import keys
from odevents.store.atomic import Lease
from odevents.store.breaker import MOST_FIRINGS
from odevents.store.dead_letters import DeadLetter
from odevents.store.filters import DeliveryFilter
from odevents.store.pauses import Pause, Scope
from odevents.store.seal import Seals
from tests.faults.crashing import LOCAL, OFFICE, Crash, World, registry_of_text, version

RULE = """
[[reactions]]
name = "pattern"
on = "Appointment"
kinds = ["created", "updated", "first-seen"]
changed = ["Pattern"]
note = "now {{ Pattern }}"
commlog = "now {{ Pattern }} on {{ now }}"
"""


def world_of(url: str, seals: Seals, rule: str = RULE, **more: str) -> World:
    """A world with this rule, further settings of it appended."""
    return World(url, seals, registry_of_text(rule + "".join(f"{name} = {value}\n" for name, value in more.items())))


def letters(world: World) -> list[DeadLetter]:
    return world.store.dead_letters.recent(100)


def notes(world: World) -> int:
    return world.office.note.count("now ")


def test_a_batch_sent_fifty_times_reordered_and_merged_has_one_effect_per_row(quick_server: str, seals: Seals) -> None:
    world, random = world_of(quick_server, seals), Random(5)
    rows = [version(n, AptNum=100 + n, Pattern=f"//X{n:02d}//") for n in range(10)]
    windows = [random.sample(rows[: 3 + n % 8], 3 + n % 8) for n in range(50)]

    world.receive(*windows)
    world.live()

    said = [commlog["Note"].split(" on ")[0] for commlog in world.office.commlogs]
    assert sorted(said) == [f"now //X{n:02d}//" for n in range(10)]
    assert notes(world) == 10


def test_a_row_that_goes_from_a_to_b_to_a_has_changed_three_times(quick_server: str, seals: Seals) -> None:
    world = world_of(quick_server, seals)
    world.receive(*([version(n, Pattern=pattern)] for n, pattern in enumerate(("/A/", "/B/", "/A/"))))
    world.live()

    assert [commlog["Note"][:7] for commlog in world.office.commlogs] == ["now /A/", "now /B/", "now /A/"]


def test_a_row_without_a_stamp_that_goes_from_a_to_b_to_a_has_changed_three_times(
    quick_server: str, seals: Seals
) -> None:
    world = world_of(quick_server, seals, RULE.replace(" on {{ now }}", ""))
    without = {name: value for name, value in version(1).items() if name != "DateTStamp"}
    world.receive(*([{**without, "Pattern": pattern}] for pattern in ("/A/", "/A/", "/B/", "/A/")))
    world.live()

    assert [commlog["Note"] for commlog in world.office.commlogs] == ["now /A/", "now /B/", "now /A/"]


def test_an_older_row_after_a_newer_one_changes_nothing(quick_server: str, seals: Seals) -> None:
    world = world_of(quick_server, seals)
    world.receive([version(2, Pattern="/NEW/")], [version(1, Pattern="/OLD/")], [version(3, Pattern="/NEW/")])
    world.live()

    assert [commlog["Note"][:9] for commlog in world.office.commlogs] == ["now /NEW/"]


@pytest.mark.parametrize("trouble", ["", "dropped", "vanished", "late"])
def test_a_store_wiped_in_the_middle_and_the_window_sent_again(trouble: str, quick_server: str, seals: Seals) -> None:
    """Done, half done and not yet begun: what the office has is found there, what it lacks is made."""
    rows = [version(n, AptNum=100 + n, Pattern=f"//X{n:02d}//") for n in range(6)]
    for steps_before_the_wipe in range(0, 13, 2):
        world = world_of(quick_server, seals)
        world.office.troubles = [trouble, trouble, trouble]
        world.receive(rows)
        pipeline = world.process(world.office.fate)
        pipeline.drain_inbox(OFFICE)
        _perform_some(world, pipeline, steps_before_the_wipe)

        world.redis.flushdb()
        world.now += 5
        world.receive(rows)
        world.live()

        assert notes(world) == 6, steps_before_the_wipe
        assert len(world.office.commlogs) == 6, steps_before_the_wipe


def test_a_row_created_is_reacted_to_once_though_our_own_note_changed_it_before_the_store_was_lost(
    quick_server: str, seals: Seals
) -> None:
    rule = RULE.replace('"created", "updated", "first-seen"', '"created"').replace('changed = ["Pattern"]\n', "")
    world = world_of(quick_server, seals, rule)
    just_now = f"{datetime.fromtimestamp(world.now, LOCAL):%Y-%m-%d %H:%M:%S}"
    row = version(1, SecDateTEntry=just_now, DateTStamp=just_now)
    world.receive([row])
    world.live()
    assert (notes(world), len(world.office.commlogs)) == (1, 1)

    world.redis.flushdb()
    world.now += 60
    later = f"{datetime.fromtimestamp(world.now, LOCAL):%Y-%m-%d %H:%M:%S}"
    world.receive([{**row, "Note": world.office.note, "DateTStamp": later}])
    world.live()

    assert (notes(world), len(world.office.commlogs)) == (1, 1)


def test_without_checking_first_a_wiped_store_doubles(quick_server: str, seals: Seals) -> None:
    """The control: a store that is taken for new although it was lost."""
    world = world_of(quick_server, seals)
    for _ in range(2):
        world.redis.flushdb()
        world.store.ledger.mark_new()
        world.receive([version(1, Pattern="/A/")])
        world.live()

    assert len(world.office.commlogs) == 2


def test_an_unknown_outcome_is_read_back_when_the_quarantine_is_over(quick_server: str, seals: Seals) -> None:
    world = world_of(quick_server, seals)
    world.office.troubles = ["late"]
    began = world.now
    world.receive([version(1, Pattern="/A/")])
    world.live()

    assert notes(world) == 1
    assert world.now - began >= world.quarantine


def test_a_quarantine_shorter_than_the_delay_doubles(quick_server: str, seals: Seals) -> None:
    """The control: the office applies after 60 s what was read back after 10."""
    world = World(quick_server, seals, registry_of_text(RULE), quarantine=10.0)
    world.office.troubles = ["late"]
    world.receive([version(1, Pattern="/A/")])
    world.live()
    world.now += 60
    world.receive([version(2, Pattern="/B/")])
    world.live()

    assert world.office.note.count("now /A/") == 2


def test_after_five_attempts_a_person_has_to_look(quick_server: str, seals: Seals) -> None:
    world = world_of(quick_server, seals)
    world.office.troubles = ["vanished"] * 5
    world.receive([version(1, Pattern="/A/")])
    world.live(most=60)

    [letter] = letters(world)
    assert (letter.of, letter.code) == ("write", "too-many-attempts")
    assert "after 5 attempts" in letter.message
    assert notes(world) == 0
    assert len(world.office.commlogs) == 1, "the write behind it goes on"


def test_refusals_that_surely_did_nothing_are_tried_for_as_long_as_it_takes(quick_server: str, seals: Seals) -> None:
    world = world_of(quick_server, seals)
    world.office.troubles = ["no connection", "refused"] * 12
    world.receive([version(1, Pattern="/A/")])
    world.live(most=80)

    assert (notes(world), letters(world)) == (1, [])


def test_drop_lets_an_unknown_outcome_go(quick_server: str, seals: Seals) -> None:
    world = world_of(quick_server, seals, on_unknown='"drop"')
    world.office.troubles = ["vanished"]
    world.receive([version(1, Pattern="/A/")])
    world.live()

    assert (notes(world), len(world.office.commlogs), letters(world)) == (0, 1, [])


@pytest.mark.parametrize(("trouble", "there", "dead"), [("dropped", 1, 0), ("vanished", 0, 1)])
def test_manual_reads_back_and_leaves_the_rest_to_a_person(
    trouble: str, there: int, dead: int, quick_server: str, seals: Seals
) -> None:
    world = world_of(quick_server, seals, on_unknown='"manual"')
    world.office.troubles = [trouble]
    world.receive([version(1, Pattern="/A/")])
    world.live()

    assert (notes(world), len(letters(world))) == (there, dead)


@pytest.mark.parametrize(("now_at_the_office", "writes"), [("/A/", 1), ("/C/", 0)])
def test_still_asks_again_just_before_the_write(
    now_at_the_office: str, writes: int, quick_server: str, seals: Seals
) -> None:
    world = world_of(quick_server, seals, RULE.replace('"//', '"'), still="true", when='{ Pattern = "/A/" }')
    world.office.row["Pattern"] = now_at_the_office
    world.receive([version(1, Pattern="/A/")])
    world.live()

    assert (notes(world), len(world.office.commlogs)) == (writes, writes)


def test_a_reaction_that_fires_too_often_for_one_row_is_stopped_for_that_row(quick_server: str, seals: Seals) -> None:
    world = world_of(quick_server, seals, RULE.replace('note = "now {{ Pattern }}"\n', ""))
    world.receive(*([version(n, Pattern=f"/{n}/")] for n in range(MOST_FIRINGS + 5)))
    world.receive([version(1, AptNum=7, Pattern="/OTHER/")])
    world.live()

    assert len(world.office.commlogs) == MOST_FIRINGS + 1, "the other row goes on"
    assert {letter.code for letter in letters(world)} == {"loop-breaker"}
    assert len(letters(world)) == 5
    stopped = {letter.write for letter in letters(world)}
    shown = world.store.records.deliveries(DeliveryFilter(outcome="wanted")).found
    assert stopped <= {write for entry in shown for writes in entry.wanted.values() for write in writes}


@pytest.mark.parametrize("scope", [Scope(), Scope(OFFICE), Scope("", "pattern"), Scope(OFFICE, "pattern")])
def test_paused_effects_wait_and_are_made_when_they_are_let_go(scope: Scope, quick_server: str, seals: Seals) -> None:
    world = world_of(quick_server, seals)
    pause = Pause("somebody", world.now, "the office asked")
    world.store.pauses.set(scope, pause)
    world.receive([version(1, Pattern="/A/")])
    pipeline = world.process(world.office.fate)
    pipeline.drain_inbox(OFFICE)
    pipeline.drain_writes(OFFICE)
    assert (notes(world), world.redis.zcard(keys.writes(OFFICE))) == (0, 1)

    assert world.store.pauses.lift(scope, pause)
    world.now += 10
    world.live()

    assert (notes(world), len(world.office.commlogs)) == (1, 1)


def test_a_frozen_worker_that_wakes_after_its_lease_has_gone_changes_nothing(quick_server: str, seals: Seals) -> None:
    world = world_of(quick_server, seals)
    world.receive([version(1, Pattern="/A/")])
    frozen = world.process(world.office.fate)
    frozen.drain_inbox(OFFICE)
    with Lease(frozen.store.redis, keys.lease(OFFICE, "writes"), "frozen") as lease:
        head = frozen.store.ledger.next_due(lease, OFFICE, world.now)
        assert head
        write = head.write
        world.bury()
        world.live()
        before = (world.office.note, len(world.office.commlogs), world.store.ledger.get(OFFICE, write.id))

        with pytest.raises(LeaseLost):
            frozen.turns.perform(lease, write)

    assert (world.office.note, len(world.office.commlogs), world.store.ledger.get(OFFICE, write.id)) == before
    assert notes(world) == 1


def test_a_worker_that_stands_still_between_the_record_and_the_call_does_not_send(
    quick_server: str, seals: Seals
) -> None:
    world = world_of(quick_server, seals)
    world.receive([version(1, Pattern="/A/")])
    slow = world.process(world.office.fate)
    slow.drain_inbox(OFFICE)
    readings = iter(range(0, 1_000_000, 7))
    performing = replace(slow.performing, clock=lambda: world.now + next(readings))

    replace(slow, performing=performing).drain_writes(OFFICE)

    assert (notes(world), len(world.office.commlogs)) == (0, 0)
    world.bury()
    world.live()
    assert (notes(world), len(world.office.commlogs)) == (1, 1)


def handled(handler: Any) -> Registry:
    """A registry with one handler for every change of an appointment."""
    table = table_named("Appointment")
    return Registry([Reaction("custom", table, kinds_of(table, ["first-seen", "updated"]), {"handler": handler})])


def test_the_writes_of_a_handler_take_effect_once_though_it_runs_again(quick_server: str, seals: Seals) -> None:
    runs = []

    def handler(change: Change[Any], office: Office) -> None:
        runs.append(change.key)
        office.client.appointments.note(change.row.AptNum, Note="now handled")
        office.client.commlogs.create(PatNum=change.row.PatNum, Note="handled")

    world = World(quick_server, seals, handled(handler))
    world.office.troubles = ["dropped", "late"]
    world.receive([version(1)])
    world.live()

    assert len(runs) > 1, "the unknown outcomes made it wait"
    assert (notes(world), len(world.office.commlogs), letters(world)) == (1, 1, [])


def test_a_write_that_nothing_can_read_back_is_not_sent_twice(quick_server: str, seals: Seals) -> None:
    def handler(change: Change[Any], office: Office) -> None:
        office.client.tasks.create(Descript="call", TaskListNum=1, UserNum=1)

    world = World(quick_server, seals, handled(handler))
    world.office.troubles = ["vanished"]
    world.receive([version(1)])
    world.live()

    assert world.office.tasks == []
    assert "cannot-be-read-back" in {letter.code for letter in letters(world)}


def test_a_handler_that_fails_is_parked_after_three_tries_while_others_go_on(quick_server: str, seals: Seals) -> None:
    def handler(change: Change[Any], office: Office) -> None:
        if change.row.AptNum == 666:
            raise MemoryError
        office.client.appointments.note(change.row.AptNum, Note="now handled")

    world = World(quick_server, seals, handled(handler))
    world.receive([version(1, AptNum=666), version(1, AptNum=7, PatNum=7)])
    world.live()

    [letter] = letters(world)
    assert (letter.code, notes(world)) == ("handler-failed", 1)
    assert "after 3 attempts" in letter.message


def test_a_handler_that_took_its_worker_down_three_times_is_parked(quick_server: str, seals: Seals) -> None:
    def handler(change: Change[Any], office: Office) -> None:
        if change.row.AptNum == 666:
            raise Crash("as os._exit does")
        office.client.appointments.note(change.row.AptNum, Note="now handled")

    world = World(quick_server, seals, handled(handler))
    world.receive([version(1, AptNum=666), version(1, AptNum=7, PatNum=7)])
    world.live()

    [letter] = letters(world)
    assert (letter.code, notes(world)) == ("worker-died", 1)


def test_an_outage_is_not_the_fault_of_a_handler(quick_server: str, seals: Seals) -> None:
    def handler(change: Change[Any], office: Office) -> None:
        office.client.appointments.get(change.row.AptNum)
        office.client.appointments.note(change.row.AptNum, Note="now handled")

    world = World(quick_server, seals, handled(handler))
    world.office.read_troubles = 8
    world.receive([version(1)])
    world.live()

    assert (notes(world), letters(world)) == (1, [])


def _perform_some(world: World, pipeline: Any, number: int) -> None:
    """Carry out so many writes of the lane, as a worker would before it is interrupted."""
    with Lease(pipeline.store.redis, keys.lease(OFFICE, "writes"), "test") as lease:
        for _ in range(number):
            if head := pipeline.store.ledger.next_due(lease, OFFICE, world.now):
                pipeline.turns.perform(lease, head.write)
