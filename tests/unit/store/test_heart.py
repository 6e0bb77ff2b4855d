"""The thread that keeps leases alive."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from odevents.store.heart import Heart
from tests.support.installation import until


def test_one_thread_renews_all_that_is_kept_and_nothing_that_was_forgotten() -> None:
    renewed: list[str] = []
    threads: set[str] = set()

    def renew(things: Sequence[str]) -> None:
        renewed.extend(things)
        threads.add(threading.current_thread().name)

    heart = Heart(renew, every=0.05)
    for name in ("kept", "forgotten"):
        heart.keep(name)
    heart.forget("forgotten")

    until(lambda: renewed.count("kept") > 3, what="a few beats")

    assert set(renewed) == {"kept"}
    assert len(threads) == 1
    heart.forget("kept")


def test_what_is_held_for_a_moment_costs_nothing() -> None:
    renewed: list[str] = []
    heart = Heart(renewed.extend, every=3600)
    heart.keep("moment")
    heart.forget("moment")

    assert renewed == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_renewal_that_fails_badly_does_not_end_the_next_ones() -> None:
    renewed: list[str] = []
    ended: list[threading.Thread] = []

    def renew(things: Sequence[str]) -> None:
        if "bad" in things:
            ended.append(threading.current_thread())
            raise SystemExit
        renewed.extend(things)

    heart = Heart(renew, every=0.05)
    heart.keep("bad")
    until(lambda: ended, what="the bad beat")
    ended[0].join(10)
    heart.forget("bad")

    heart.keep("good")
    until(lambda: renewed, what="a beat after the bad one")
    heart.forget("good")
