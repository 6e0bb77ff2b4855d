"""A sealing key that one process has and another does not have yet: what it cannot open waits, and nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from odevents.errors import ConfigError
from odevents.putting_aside import KEY_AWAITED
from odevents.store.seal import Seals
from tests.faults.crashing import OFFICE, World, registry_of_text, version
from tests.faults.test_again import WISH, again_of
from tests.faults.test_promises import letters

OLD, NEW = b"old sealing key of the tests, 32b", b"new sealing key of the tests, 32b"
IDENTITY = b"identity key of the tests 32 byt"
RULE = """
[[reactions]]
name = "pattern"
on = "Appointment"
changed = ["Pattern"]
commlog = "now {{ Pattern }}"
"""


@dataclass
class Rotation:
    """One office's world, worked on by a process with the old ring and by one with the new."""

    world: World
    before: Seals
    after: Seals

    def receive(self, number: int, pattern: str) -> str:
        """Received and sealed by whoever has the new ring."""
        self.world.seals = self.after
        [delivery] = self.world.receive([version(number, Pattern=pattern)])
        return delivery

    def work(self, seals: Seals) -> None:
        """A worker with this ring looks at the lane."""
        self.world.seals = seals
        self.world.process(self.world.office.fate).drain_inbox(OFFICE)


@pytest.fixture
def rotation(quick_server: str) -> Rotation:
    before, after = Seals([OLD[:32]], IDENTITY), Seals([NEW[:32], OLD[:32]], IDENTITY)
    return Rotation(World(quick_server, before, registry_of_text(RULE)), before, after)


def test_a_delivery_waits_for_the_key_however_often_it_is_looked_at(rotation: Rotation) -> None:
    delivery = rotation.receive(1, "/A/")
    for _ in range(15):
        rotation.work(rotation.before)
        rotation.world.now += 10
    entry = rotation.world.store.inbox.entry(OFFICE, delivery)
    assert entry
    assert (entry.status, entry.attempts, letters(rotation.world)) == ("waiting", 0, [])

    rotation.work(rotation.after)
    ended = rotation.world.store.inbox.entry(OFFICE, delivery)
    assert ended
    assert ended.kinds == {"first-seen": 1}


def test_a_snapshot_of_the_new_key_is_waited_for_and_the_change_is_seen(rotation: Rotation) -> None:
    rotation.receive(1, "/A/")
    rotation.work(rotation.after)
    rotation.world.seals = rotation.before
    rotation.world.receive([version(2, Pattern="/B/")])

    rotation.work(rotation.before)
    assert rotation.world.office.commlogs == []
    rotation.world.now += 10
    rotation.world.seals = rotation.after
    rotation.world.live()

    assert [commlog["Note"] for commlog in rotation.world.office.commlogs] == ["now /B/"]


def test_a_key_that_never_comes_holds_the_lane_up_for_an_hour_and_the_body_can_be_requeued(
    rotation: Rotation,
) -> None:
    rotation.receive(1, "/A/")
    rotation.world.seals = rotation.before
    rotation.world.receive([version(2, AptNum=7, Pattern="/B/")])
    rotation.world.now += KEY_AWAITED + 1
    rotation.work(rotation.before)

    [letter] = letters(rotation.world)
    assert letter.code == "key-missing"
    assert not rotation.world.redis.exists("odevents:1:lanes:inbox"), "the other delivery went on"
    with pytest.raises(ConfigError, match="put the retired key back"):
        again_of(rotation.world).requeue(letter, WISH)

    rotation.world.seals = rotation.after
    again_of(rotation.world).requeue(letter, WISH)
    rotation.world.live()
    assert set(rotation.world.store.snapshots.read(OFFICE, "Appointment", ["101", "7", str(version(1)["AptNum"])]))
    assert letters(rotation.world) == []
