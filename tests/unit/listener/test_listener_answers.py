"""What the listener answers, counts and streams, and how it tells people."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from contextlib import closing

import click
import pytest

from odevents.cli import listen as command
from odevents.errors import DeliveryRefused
from odevents.listener import report
from odevents.listener.config import ScreenSection
from odevents.listener.intake import Clocks
from odevents.listener.screen import Screen
from odevents.listener.selection import Board
from odevents.listener.tally import Outlet, Tally
from tests.support.listening import ANNA, BRADLEY, event, head, listening, until
from tests.unit.listener.test_selection import selection


def test_the_answer_is_exactly_200_with_nothing_in_it() -> None:
    with listening() as listener:
        answer = listener.raw(event(listener.port))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\n")
    assert b"Content-Length: 0\r\n" in answer
    assert b"Set-Cookie" not in answer


def test_the_same_post_twice_is_one_selection_and_both_are_told_200() -> None:
    steady = iter([10.0, 10.1, 20.0])
    with listening(clocks=Clocks(steady=lambda: next(steady))) as listener:
        assert [listener.fire(BRADLEY) for _ in range(3)] == [200, 200, 200]
        assert (listener.tally.selections, listener.tally.repeats) == (2, 1)


def test_a_b_a_is_three_selections() -> None:
    with listening(clocks=Clocks(steady=lambda: 10.0)) as listener:
        for row in (BRADLEY, ANNA, BRADLEY):
            listener.fire(row)
        assert (listener.tally.selections, listener.tally.repeats) == (3, 0)


def test_a_mistake_of_ours_is_counted_and_the_next_event_still_taken() -> None:
    moments = iter(["1.0", "no number"])
    with listening(clocks=Clocks(wall=lambda: float(next(moments, "2.0")))) as listener:
        assert listener.fire(BRADLEY) == 500
        assert listener.tally.refused == {"mistake-ValueError": 1}
        assert listener.fire(ANNA) == 200


def test_the_counters_are_for_whoever_has_the_key() -> None:
    with listening() as listener:
        listener.fire(BRADLEY)
        answer = listener.raw(head(listener.port, method="GET", target="/status"))
    body = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert body["selections"] == 1
    assert "Bradley" not in json.dumps(body)


def test_the_stream_starts_with_what_is_known_and_beats_while_nothing_happens() -> None:
    async def scene() -> list[str]:
        board, tally = Board(), Tally(0, "")
        stream = Screen(board, ScreenSection(), tally, beat=0.02).part("stream").stream
        assert stream is not None
        heard = [await anext(stream), await anext(stream)]
        board.post(selection(1))
        board.post(selection(2, {"PatNum": 31}))
        heard.append(await anext(stream))
        assert tally.screens == 1
        await stream.aclose()
        assert tally.screens == 0
        return [part.decode() for part in heard]

    nothing, beat, selected = asyncio.run(scene())
    assert nothing == "event: nothing\ndata: {}\n\n"
    assert beat == "event: beat\ndata: {}\n\n"
    assert re.fullmatch(r'event: selected\ndata: \{.*"patient":"31".*\}\n\n', selected)


def test_pages_that_leave_are_no_longer_counted() -> None:
    with listening() as listener:
        stream = listener.stream()
        with closing(stream):
            until(lambda: listener.tally.screens == 1)
        until(lambda: listener.tally.screens == 0)


def test_only_the_parts_of_the_page_are_served() -> None:
    screen = Screen(Board(), ScreenSection(), Tally(0, ""))
    assert screen.part("screen.css").content_type.startswith("text/css")
    for name in ("../config.py", "index.html", "screen.css/", "Screen.css"):
        with pytest.raises(DeliveryRefused):
            screen.part(name)


def tally() -> Tally:
    return Tally(
        1700000000.0,
        "0.1.0",
        selections=3,
        repeats=1,
        last_selection_at=1700000060.0,
        screens=1,
        refused={"unknown-key": 2, "from-a-browser": 5},
        outlets={"command": Outlet(2, 1, 0, "the program ended with 7"), "forward": Outlet(1, 0, 2)},
    )


def test_the_report_has_every_counter_and_advice_for_what_looks_wrong() -> None:
    lines = "\n".join(report.told(tally(), "http://127.0.0.1:2097/screen/pass/"))
    assert "selections 3, last 2023-11-1" in lines
    assert "command    2 done, 1 failed" in lines
    assert "forward    1 done, 0 failed, 2 waiting" in lines
    assert "refused    5 x from-a-browser" in lines
    assert report.findings(tally()) == [
        "! 2 refused (unknown-key): Open Dental sends another customer key than ours: "
        "odevents listen install stores it again",
        "! command: the program ended with 7",
    ]
    assert report.findings(Tally(0, "", refused={"from-a-browser": 1})) == []
    assert "last never" in "\n".join(report.told(Tally(0, ""), ""))


def test_a_test_tells_what_was_shown_what_acted_and_what_was_spared() -> None:
    assert report.tested(tally(), "") == [
        "the invented patient was accepted",
        "shown on 1 open page(s)",
        "command: the program ended with 7",
        "forward: not tried with an invented patient",
    ]


def test_where_several_people_are_signed_in_a_port_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    both = ["anna", "bradley"]
    assert command._own_port(None, ["anna"]) is None
    assert command._own_port(2098, both) == 2098
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)
    with pytest.raises(click.UsageError, match=r"2 people .* Say which with --port"):
        command._own_port(None, both)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(click, "prompt", lambda *_, **options: options["default"] + 1)
    assert command._own_port(None, both) == 2098
