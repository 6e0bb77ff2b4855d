"""Moments in four bytes."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odevents.events.moments import restored, shortened

within = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2105, 12, 31, 23, 59, 59))


@given(moment=within)
def test_every_moment_of_the_time_comes_back_to_the_letter(moment: datetime) -> None:
    """To the second, as Open Dental spells it."""
    text = f"{moment:%Y-%m-%d %H:%M:%S}"
    short = shortened(text)

    assert isinstance(short, bytes)
    assert len(short) == 4
    assert restored(short) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "0001-01-01 00:00:00", "1969-12-31 23:59:59", "2106-01-01 00:00:00", "2026-02-30 08:00:00",
        "2026-01-05", "2026-01-05T08:00:00", "2026-01-05 08:00", "2026-01-05 08:00:00 ", "2026-01-05 24:00:00",
        "2026-W02-1 08:00:00", "20260105 08:00:00", "2026-1-05 08:00:00", "٢026-01-05 08:00:00",
    ],
)  # fmt: skip
def test_all_other_text_stays_as_it_is(text: str) -> None:
    """Only what can be restored to the letter is shortened."""
    assert shortened(text) == text
