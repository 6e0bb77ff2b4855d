"""The marker at the end of a note: what identifies the write for ever, and the minute of the change it answers.

``[ode:`` then four letters for the minute (of about two years), eight of the write's own, ``]``. The minute is there
for the day on which the store was lost: a note that nobody remembers can still be told from one of an earlier time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from odevents.reactions.action import CLOCKS_DIFFER_BY
from odevents.store.ids import letters, number_of

NO_MINUTE = "0000"
"""For rows that do not say when they changed."""

_BEGAN = datetime(2020, 1, 1)  # noqa: DTZ001  office-local by nature
_MINUTES = 1 << 20
_MARKER = re.compile(r"\[ode:(?P<minute>[0-9a-z]{4})[0-9a-z]{8}\]", re.IGNORECASE)


def minute_letters(moment: datetime) -> str:
    """The minute of an office-local moment, as four letters."""
    return letters(_minutes(moment) % (_MINUTES - 1) + 1, 4)


def marked_texts(note: str, now: datetime) -> Iterator[tuple[str, datetime | None]]:
    """The texts in a note that a marker of ours ends, whatever stands before them, and when what they answer happened.

    :param now: office-local; a minute is taken for the last such before it.
    """
    begins = 0
    for found in _MARKER.finditer(note):
        yield note[begins : found.start()].rstrip(), _moment(found["minute"].lower(), now)
        begins = found.end()


def _moment(minute: str, now: datetime) -> datetime | None:
    if minute == NO_MINUTE:
        return None
    latest = now + CLOCKS_DIFFER_BY
    ago = (_minutes(latest) % (_MINUTES - 1) + 1 - number_of(minute)) % (_MINUTES - 1)
    return latest.replace(second=0, microsecond=0) - timedelta(minutes=ago)


def _minutes(moment: datetime) -> int:
    return (moment - _BEGAN) // timedelta(minutes=1)
