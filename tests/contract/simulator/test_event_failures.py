"""Batches, answers other than 200, and what is sent again (domain reference §2.4 and §2.5), from a plain socket."""

from __future__ import annotations

import threading

import pytest

from odevents.simulator import Clock, Office, Simulator
from odevents.simulator.clock import moment
from tests.contract.simulator.catcher import Catcher
from tests.contract.simulator.conftest import START
from tests.contract.simulator.replay import raw
from tests.contract.simulator.sending import cursor, subscribe


class TestBatches:
    def _change_many(self, sim: Simulator, office: Office, count: int) -> None:
        office.store.insert_many("appointment", [{"PatNum": 1, "Note": str(n)} for n in range(count)])

    def test_a_thousand_rows_at_most_are_in_one_event(self, sim: Simulator, office: Office, catcher: Catcher) -> None:
        subscribe(sim, office, catcher.url)
        self._change_many(sim, office, 2300)
        sim.poll_now()

        assert [len(caught.rows) for caught in catcher.caught] == [1000, 1000, 300]

    def test_before_23_2_1_there_is_no_such_bound(self, sim: Simulator, office: Office, catcher: Catcher) -> None:
        subscribe(sim, office, catcher.url)
        office.version = "23.2.0"
        self._change_many(sim, office, 2300)
        sim.poll_now()

        assert [len(caught.rows) for caught in catcher.caught] == [2300]

    def test_a_failed_batch_stops_the_rest_and_the_next_attempt_begins_with_the_first(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        number = subscribe(sim, office, catcher.url)
        before = cursor(office, number)
        self._change_many(sim, office, 2300)
        catcher.answers = [200, 503]
        sim.poll_now()
        assert [len(caught.rows) for caught in catcher.caught] == [1000, 1000]
        assert cursor(office, number) == before

        sim.poll_now()
        assert [len(caught.rows) for caught in catcher.caught[2:]] == [1000, 1000, 300]
        assert catcher.caught[2].body == catcher.caught[0].body
        assert cursor(office, number) > before

    def test_a_row_changed_between_two_batches_shifts_another_out_of_the_pass(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        subscribe(sim, office, catcher.url)
        self._change_many(sim, office, 1500)
        keys = [row["AptNum"] for row in office.rows("appointment")][-1500:]

        def edit_the_first(_: object) -> None:
            if len(catcher.caught) == 1:
                office.change("appointment", keys[0], Note="Edited meanwhile")

        catcher.on_request = edit_the_first
        sim.poll_now()

        sent = {row["AptNum"] for caught in catcher.caught for row in caught.rows}
        assert set(keys) - sent == {keys[1000]}


class TestFailure:
    @pytest.mark.parametrize("answer", [201, 202, 204, 301, 400, 401, 500, 503, "hang up"])
    def test_anything_but_200_leaves_the_cursor_and_sends_the_same_again(
        self, sim: Simulator, office: Office, catcher: Catcher, answer: int | str
    ) -> None:
        number = subscribe(sim, office, catcher.url)
        before = cursor(office, number)
        office.change("appointment", 3, Note="Changed")
        catcher.answers = [answer]
        sim.poll_now()
        assert cursor(office, number) == before

        sim.poll_now()
        assert [caught.body for caught in catcher.caught] == [catcher.caught[0].body] * 2
        assert cursor(office, number) > before

    def test_a_failed_subscription_is_tried_again_after_the_others_and_does_not_stop_them(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        subscribe(sim, office, catcher.url + "/first")
        subscribe(sim, office, catcher.url + "/second")
        office.change("appointment", 3, Note="Changed")
        catcher.answers = [500]
        sim.poll_now()
        sim.poll_now()

        assert [caught.line.split()[1] for caught in catcher.caught] == ["/od/first", "/od/second", "/od/first"]

    def test_nobody_listening_is_a_failure_like_any_other(self, sim: Simulator, office: Office) -> None:
        with Catcher() as gone:
            url = gone.url
        number = subscribe(sim, office, url)
        before = cursor(office, number)
        office.change("appointment", 3, Note="Changed")
        sim.poll_now()

        assert office.deliveries[-1].status is None
        assert cursor(office, number) == before

    def test_an_answer_that_does_not_come_in_time_is_a_failure(self, office: Office, catcher: Catcher) -> None:
        answering = threading.Event()

        def hold(_: object) -> None:
            answering.wait(5)

        catcher.on_request = hold
        with Simulator([office], clock=Clock.still(START), poll=False, answer_within=0.2) as sim:
            number = subscribe(sim, office, catcher.url)
            before = cursor(office, number)
            office.change("appointment", 3, Note="Changed")
            sim.poll_now()
            assert (office.deliveries[-1].status, cursor(office, number)) == (None, before)

            answering.set()
            sim.poll_now()
            assert (office.deliveries[-1].status, cursor(office, number)) == (200, "2026-03-02 17:00:02")

    def test_one_slow_subscription_delays_the_others_of_the_office(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        subscribe(sim, office, catcher.url + "/slow")
        subscribe(sim, office, catcher.url + "/next")
        office.change("appointment", 3, Note="Changed")
        seen_while_waiting = []

        def take_time(_: object) -> None:
            if len(catcher.caught) == 1:
                sim.clock.advance(40)
                seen_while_waiting.append(len(catcher.caught))

        catcher.on_request = take_time
        sim.poll_now()

        assert seen_while_waiting == [1]
        assert moment(office.deliveries[1].at) >= moment("2026-03-02 17:00:41")

    def test_what_a_version_of_2026_notes_of_failures_is_shown_on_request(
        self, sim: Simulator, office: Office, catcher: Catcher
    ) -> None:
        office.reported_2026 = True
        subscribe(sim, office, catcher.url)
        office.change("appointment", 3, Note="Changed")
        catcher.answers = [503, 503]
        sim.poll_now()
        sim.poll_now()

        (row,) = raw(sim, office, "GET", "/subscriptions").json
        assert row["SubsequentFailures"] == 2
        assert row["FailureReason"] == "Answered 503"
        office.reported_2026 = False
        assert "FailureReason" not in raw(sim, office, "GET", "/subscriptions").json[0]
