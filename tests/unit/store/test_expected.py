"""Recognising our own writes when they come back, alone and together."""

from __future__ import annotations

import pytest

from odevents.store.expected import Expectation, Trace, Traces

EARLY, LATE = "2026-11-20 10:00:00", "2026-11-20 10:10:00"


def appending(*texts: str) -> Traces:
    """Expectations of notes with these texts, ``wr_0`` for the first."""
    return Traces(
        [Expectation(f"wr_{n}", [Trace("Note", "appends", text)], EARLY, LATE) for n, text in enumerate(texts)]
    )


@pytest.mark.parametrize(
    ("new", "writes"),
    [
        ("Old\r\nfirst", ["wr_0"]),
        ("Old\r\nfirst\r\nsecond", ["wr_0", "wr_1"]),
        ("Old\r\nsecond\r\nfirst", ["wr_0", "wr_1"]),
        ("Old\r\nfirst\r\nand a person's words", []),
        ("first", []),
    ],
)
def test_notes_of_ours_are_an_echo_alone_or_together(new: str, writes: list[str]) -> None:
    assert appending("first", "second").explain("Note", "Old", new, "2026-11-20 10:05:00") == writes


def test_what_is_too_late_to_be_ours_was_done_by_a_person() -> None:
    assert appending("first").explain("Note", "", "first", "2026-11-20 10:10:01") == []
