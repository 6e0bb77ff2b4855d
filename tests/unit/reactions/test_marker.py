"""The marker tells when the change happened that a note answers."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odevents.reactions.marker import NO_MINUTE, marked_texts, minute_letters

NOW = datetime(2026, 11, 20, 14, 5, 30)


@given(st.integers(min_value=0, max_value=700 * 24 * 60))
def test_the_minute_of_a_marker_is_read_back_for_almost_two_years(minutes: int) -> None:
    moment = NOW - timedelta(minutes=minutes)
    [(text, read)] = marked_texts(f"Called. Broken [ode:{minute_letters(moment)}abcdefgh]", NOW)

    assert text == "Called. Broken"
    assert read == moment.replace(second=0)


def test_several_markers_each_end_their_own_text_however_open_dental_breaks_lines() -> None:
    minute = minute_letters(NOW)
    note = (
        f"by a person\r\nfirst [see 2] [ODE:{minute.upper()}ABCDEFGH] second [ode:{NO_MINUTE}abcdefgh] a person again"
    )

    assert [(text.split()[-1], moment is None) for text, moment in marked_texts(note, NOW)] == [
        ("2]", False),
        ("second", True),
    ]


def test_a_clock_of_the_office_that_is_a_little_ahead_is_not_two_years_behind() -> None:
    ahead = NOW + timedelta(minutes=4)
    [(_, read)] = marked_texts(f"x [ode:{minute_letters(ahead)}abcdefgh]", NOW)
    assert read == ahead.replace(second=0)


@pytest.mark.parametrize("filler", ["x", " ", "x ", "[ode:", "\r\n"])
def test_a_long_note_is_read_through_once(filler: str) -> None:
    """With a marker at its end and without: what a note holds is up to whoever wrote it."""
    filling = filler * (20_000 // len(filler))
    marker = f"[ode:{minute_letters(NOW)}abcdefgh]"
    began = time.process_time()

    assert list(marked_texts(filling, NOW)) == []
    assert [text for text, _ in marked_texts(f"a{filling}b{marker}", NOW)] == [f"a{filling}b"]
    assert [text for text, _ in marked_texts(f"a{filling} {marker}", NOW)] == [f"a{filling}".rstrip()]
    assert time.process_time() - began < 0.2
