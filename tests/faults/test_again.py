"""What a person asks for again: nothing is blocked by its own identity, and nothing takes effect twice."""

from __future__ import annotations

import json
from typing import Any

from odevents import Change, Office
from odevents.store.again import Again, Wish
from odevents.store.atomic import Lease, Steps
from odevents.store.audit import deeds
from odevents.store.ids import new_id
from odevents.store.inbox import BACKFILL, PRIME
from odevents.store.ledger import State
from odevents.store.seal import Seals
from tests.faults.crashing import OFFICE, World, registry_of_text, version
from tests.faults.test_promises import RULE, handled, letters, notes

WISH = Wish("somebody", 1_795_200_000.0, "the office has mended it")


def again_of(world: World) -> Again:
    return Again(world.store, 3600)


def given_up(server: str, seals: Seals, trouble: str = "vanished") -> World:
    """A world with a note that was given up on after five attempts."""
    world = World(server, seals, registry_of_text(RULE))
    world.office.troubles = [trouble] * 5
    world.receive([version(1, Pattern="/A/")])
    world.live(most=60)
    assert [letter.code for letter in letters(world)] == ["too-many-attempts"]
    return world


def test_a_write_requeued_is_looked_for_and_then_made(quick_server: str, seals: Seals) -> None:
    world = given_up(quick_server, seals)

    write_id = again_of(world).requeue(letters(world)[0], WISH)
    world.live()

    write = world.store.ledger.get(OFFICE, write_id)
    assert write
    assert (write.state, write.requeued, notes(world), letters(world)) == (State.DONE, 1, 1, [])
    assert [(deed.what, deed.who, deed.reason) for deed in deeds(world.redis, 9)] == [
        ("requeue", "somebody", "the office has mended it")
    ]


def test_a_write_requeued_that_is_there_after_all_is_not_made_again(quick_server: str, seals: Seals) -> None:
    world = given_up(quick_server, seals)
    world.office.note = f"now /A/ [ode:{letters(world)[0].write.removeprefix('wr_')}]"

    again_of(world).requeue(letters(world)[0], WISH)
    world.live()

    assert (notes(world), letters(world)) == (1, [])


def test_a_write_that_cannot_be_read_back_is_made_when_a_person_says_so(quick_server: str, seals: Seals) -> None:
    def handler(change: Change[Any], office: Office) -> None:
        office.client.tasks.create(Descript="call", TaskListNum=1, UserNum=1)

    world = World(quick_server, seals, handled(handler))
    world.office.troubles = ["vanished"]
    world.receive([version(1)])
    world.live()
    [handler_letter] = [letter for letter in letters(world) if letter.code == "handler-failed"]

    again_of(world).requeue(handler_letter, WISH)
    world.live()

    assert len(world.office.tasks) == 1


def test_a_dropped_letter_is_gone_and_its_write_is_not_made(quick_server: str, seals: Seals) -> None:
    world = given_up(quick_server, seals)

    again_of(world).drop(letters(world)[0], WISH)
    world.live()

    assert (notes(world), letters(world)) == (0, [])


def test_an_unreadable_row_requeued_comes_again_alone(quick_server: str, seals: Seals) -> None:
    world = World(quick_server, seals, registry_of_text(RULE))
    world.receive([{"no": "key"}, version(1, Pattern="/A/")])
    world.live()
    [letter] = letters(world)

    delivery = again_of(world).requeue(letter, WISH)
    world.live()

    entry = world.store.inbox.entry(OFFICE, delivery)
    assert entry
    assert (entry.rows, entry.kinds, len(letters(world)), notes(world)) == (1, {"unreadable": 1}, 1, 1)


def test_a_replay_is_done_by_todays_reactions_and_doubles_nothing(quick_server: str, seals: Seals) -> None:
    """A rule that came after the delivery makes its writes now, and only once."""
    world = World(quick_server, seals, registry_of_text(RULE))
    world.receive([version(1, Pattern="/A/")])
    [delivery] = world.receive([version(2, Pattern="/B/")])
    world.live()
    before = len(world.office.commlogs)
    original = world.store.inbox.entry(OFFICE, delivery)
    assert original

    again_of(world).replay(original, WISH)
    world.live()
    assert len(world.office.commlogs) == before, "what took effect does not again"
    world.registry = registry_of_text(
        RULE.replace('"pattern"', '"another"').replace("now {{ Pattern", "also {{ Pattern")
    )
    again = again_of(world).replay(original, WISH)
    world.live()
    once = len(world.office.commlogs)
    again_of(world).replay(original, WISH)
    world.live()

    assert once == before + 1, "the reaction of today has made its write"
    assert len(world.office.commlogs) == once, "and a second replay finds it made"
    assert world.store.inbox.entry(OFFICE, delivery) == original, "the original is left alone"
    replayed = world.store.inbox.entry(OFFICE, again)
    assert replayed
    assert (replayed.replay_of, replayed.kinds) == (delivery, {"updated": 1})


def test_a_replay_of_rows_that_only_became_known_is_not_reacted_to(quick_server: str, seals: Seals) -> None:
    """Nor a replay of the replay; the same rows as a delivery of the office are."""
    world = World(quick_server, seals, registry_of_text(RULE))
    for source in (PRIME, BACKFILL):
        steps, delivery = Steps(), new_id("dlv", world.now)
        row = version(1, AptNum=1 if source == PRIME else 2)
        world.store.inbox.put(
            steps, OFFICE, delivery, "Appointment", json.dumps([row]).encode(), world.now, source=source
        )
        with Lease(world.redis, "odevents:1:test", "me") as lease:
            lease.commit(steps)
        world.live()
        for _ in range(2):
            entry = world.store.inbox.entry(OFFICE, delivery)
            assert entry
            assert (entry.kinds, bool(entry.wanted)) == ({"first-seen": 1}, source != PRIME)
            delivery = again_of(world).replay(entry, WISH)
            world.live()

    assert notes(world) == 1
