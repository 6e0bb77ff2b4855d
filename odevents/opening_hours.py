"""When an office is open, in its own zone: what silence means depends on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DAY = timedelta(days=1)
_MOST_DAYS = 60
"""No threshold is longer than this; who asks about more is told about this much."""

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-4]):([0-5]\d)")
_WHOLE_DAY = 24 * 60

Span = tuple[int, int]
"""Minutes after midnight on the wall clock: opens, closes."""


@dataclass(frozen=True)
class OpeningHours:
    """The week of one office.

    :ivar week: seven lists of spans, Monday first; empty for an office that has not said: it counts as always open.
    """

    zone: ZoneInfo
    week: tuple[tuple[Span, ...], ...] = ()

    def open_at(self, moment: float) -> bool:
        """Whether the office is open at a moment, in seconds since the epoch."""
        return not self.week or any(start <= moment < end for start, end in self._spans(moment - 1, moment + 1))

    def open_seconds(self, start: float, end: float) -> float:
        """How many seconds between two moments the office was open; of long times, those in the last sixty days."""
        start = max(start, end - _MOST_DAYS * 86400)
        if start >= end:
            return 0.0
        if not self.week:
            return end - start
        return sum(max(0.0, min(closes, end) - max(opens, start)) for opens, closes in self._spans(start, end))

    def after(self, start: float, seconds: float) -> float:
        """The moment by which the office was open for so many seconds since ``start``; infinity if that is never."""
        if not self.week:
            return start + seconds
        left = seconds
        for opens, closes in self._spans(start, start + _MOST_DAYS * 86400):
            begin = max(opens, start)
            if closes > begin and closes - begin >= left:
                return begin + left
            left -= max(0.0, closes - begin)
        return float("inf")

    def _spans(self, start: float, end: float) -> Iterator[tuple[float, float]]:
        """Opening times that touch a stretch of time, in order, by the wall clock whatever is done to it."""
        day = datetime.fromtimestamp(start, self.zone).date() - _DAY
        last = datetime.fromtimestamp(end, self.zone).date()
        while day <= last:
            for opens, closes in self.week[day.weekday()]:
                yield self._moment(day, opens), self._moment(day, closes)
            day += _DAY

    def _moment(self, day: date, minutes: int) -> float:
        if minutes == _WHOLE_DAY:
            day, minutes = day + _DAY, 0
        return datetime.combine(day, time(minutes // 60, minutes % 60), self.zone).timestamp()


def week_of(hours: Mapping[str, str | Sequence[str]]) -> tuple[tuple[Span, ...], ...]:
    """The week that ``{ mon-fri = "07:00-18:00", sat = ["08:00-12:00", "13:00-15:00"] }`` describes.

    :raises ValueError: a day or a time is wrong, or a day is given twice.
    """
    week: list[tuple[Span, ...]] = [()] * 7
    given: set[int] = set()
    for name, spans in hours.items():
        for day in _days(name):
            if day in given:
                raise ValueError(f"{DAYS[day]} is given twice")
            given.add(day)
            week[day] = tuple(sorted(_span(text) for text in ([spans] if isinstance(spans, str) else spans)))
    return tuple(week) if hours else ()


def _days(name: str) -> list[int]:
    first, dash, last = name.partition("-")
    if first not in DAYS or (dash and last not in DAYS):
        raise ValueError(f"{name!r} is not a day ({', '.join(DAYS)}) or a range such as mon-fri")
    start, length = DAYS.index(first), (DAYS.index(last or first) - DAYS.index(first)) % 7 + 1
    return [(start + step) % 7 for step in range(length)]


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text.strip())
    opens, closes = (
        (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else (_WHOLE_DAY, 0)
    )
    if not opens < closes <= _WHOLE_DAY:
        raise ValueError(f"{text!r} is not opening hours such as 07:00-18:00, which end on the same day")
    return opens, closes
