"""What the overview draws of the counters: an hour by minutes, and a day of each feed by ten minutes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from odevents.console.charts import bars, strip
from odevents.console.words import many
from odevents.store import strips
from odevents.store.ledger import ENDED

if TYPE_CHECKING:
    from odevents.console.situation import Feed
    from odevents.store.store import Store

_HOURS = 24
_CELLS_AN_HOUR = 2
_OLD_ANSWERS = 15


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that matters, its last hour, and what it means in words."""

    name: str
    value: str
    words: str
    chart: Markup | None = None


def figures(store: Store, now: float) -> list[Figure]:
    """Deliveries a minute, how soon they are answered, and what reactions came to, over the last hour."""
    states = sorted(str(state) for state in ENDED)
    received, *writes = strips.read(store.redis, [strips.deliveries(), *map(strips.writes, states)], now, 1)
    acks = strips.acks_by_minute(store.redis, now, 60)
    return [_received(received), _answers(acks), _writes(dict(zip(states, writes, strict=True)))]


def _received(minutes: Sequence[int]) -> Figure:
    lately = sum(minutes[-6:-1]) / 5
    words = f"{many(sum(minutes), 'delivery', 'deliveries')} in the last hour, {max(minutes)} in its busiest minute"
    return Figure(
        "Deliveries a minute", f"{lately:.1f}", f"{words}; the number is of the last five", bars(minutes, words)
    )


def _answers(acks: Sequence[Sequence[int]]) -> Figure:
    lately = [sum(column) for column in zip(*acks[-_OLD_ANSWERS:], strict=True)]
    quick = strips.quantile(lately, 0.95)
    by_minute = [strips.quantile(minute, 0.95) or 0.0 for minute in acks]
    top = strips.ACK_BOUNDS_MS[-1]
    words = "the time within which 95 of 100 deliveries were answered, by minute, over the last hour"
    value = "none" if quick is None else f"≤ {quick:.0f} ms" if quick <= top else f"> {top} ms"
    chart = bars([min(milliseconds, top) for milliseconds in by_minute], words)
    return Figure(
        "Answered within (95 of 100)", value, f"in the last {_OLD_ANSWERS} minutes; Open Dental waits a minute", chart
    )


def _writes(states: dict[str, Sequence[int]]) -> Figure:
    totals = {state: sum(minutes) for state, minutes in states.items()}
    words = ", ".join(f"{number:,} {state}" for state, number in totals.items() if number) or "none"
    together = [sum(minute) for minute in zip(*states.values(), strict=True)]
    return Figure(
        "Writes ended in the last hour", f"{sum(together):,}", words, bars(together, f"Writes by minute: {words}")
    )


def days(store: Store, feeds: Iterable[Feed], now: float) -> list[Markup]:
    """The last 24 hours of each feed as a strip of half hours."""
    names = [strips.feed(feed.office, feed.table) for feed in feeds]
    return [_day(slots) for slots in strips.read(store.redis, names, now, _HOURS, strips.TEN_MINUTES)]


def _day(slots: Sequence[int]) -> Markup:
    step = 6 // _CELLS_AN_HOUR
    cells = [sum(slots[at : at + step]) for at in range(0, len(slots), step)]
    return strip(cells, f"Last 24 hours: {_in_words(cells)}")


def _in_words(cells: Sequence[int]) -> str:
    total = sum(cells)
    if not total:
        return "nothing came"
    silent = next((index for index, number in enumerate(reversed(cells)) if number), 0)
    hours = silent / _CELLS_AN_HOUR
    tail = f", nothing in the last {hours:g} hours" if hours >= 1 else ""
    busy = sum(1 for cell in cells if cell)
    return f"{many(total, 'delivery', 'deliveries')}, in {busy} of {len(cells)} half hours{tail}"
