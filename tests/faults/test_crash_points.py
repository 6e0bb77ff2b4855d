"""Every boundary between a worker and the world, crossed once by a process that dies there."""

from __future__ import annotations

from collections import Counter
from itertools import count

import pytest

from odevents.reactions.registry import Registry
from odevents.store.seal import Seals
from tests.faults.crashing import Fate, World, registry_of_text, version

REACTIONS = """
[[reactions]]
name = "pattern"
on = "Appointment"
changed = ["Pattern"]
confirm = "Confirmed"
note = "Pattern changed {{ now }}"
commlog = "Pattern changed {{ now }}"
"""
OUTCOMES = ("", "refused", "no connection", "dropped", "vanished", "late")


@pytest.fixture(scope="module")
def registry() -> Registry:
    return registry_of_text(REACTIONS)


def lived(url: str, seals: Seals, registry: Registry, trouble: str, fate: Fate) -> World:
    """A row, and then one change of it that is sent twice, through a life that may end once."""
    world = World(url, seals, registry)
    world.office.troubles = [trouble, trouble]
    changed = version(2, Pattern="//XXXXXX//")
    world.receive([version(1)], [changed], [changed])
    world.live(fate)
    return world


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_crash_at_any_boundary_loses_nothing_and_doubles_nothing(
    outcome: str, quick_server: str, seals: Seals, registry: Registry
) -> None:
    """Before and after every command to the server and every call of the office, whatever the office answers."""
    whole = Fate()
    lived(quick_server, seals, registry, outcome, whole)
    assert len(whole.crossed) > 30, "the boundaries were not seen"

    # Until the office is first called, its answers make no difference: those boundaries are crossed once.
    first = 1 if not outcome else 1 + next(i for i, name in enumerate(whole.crossed) if "command" not in name)
    for number in count(first):
        fate = Fate(at=number)
        world = lived(quick_server, seals, registry, outcome, fate)
        where = f"{outcome or 'good answers'}, boundary {number} ({fate.crossed[-1]})"
        if not fate.dead:  # it ended of itself before that boundary: all have been crossed
            assert abs(number - len(whole.crossed)) < 10, where
            return
        assert world.office.note.count("Pattern changed 2026-11-20 10:00") == 1, where
        assert len(world.office.commlogs) == 1, where
        assert world.office.status == 21, where
        assert not world.redis.exists("odevents:1:dead"), where


def test_the_crash_points_include_every_kind_of_boundary(quick_server: str, seals: Seals, registry: Registry) -> None:
    fate = Fate()
    lived(quick_server, seals, registry, "", fate)

    kinds = Counter(fate.crossed)

    assert kinds["a command"] > 25
    for call in ("appointments/{AptNum}/Note", "appointments/{AptNum}/Confirm", "commlogs"):
        for moment in ("before", "between record and bytes of", "after"):
            assert kinds[f"{moment} {call}"] == 1, (moment, call)
