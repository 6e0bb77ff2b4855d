"""How the pages spell what they show: moments, durations, amounts, states. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from odevents.store.budget import CALLS_MINUTES, allowed_lately

DONE = {
    "paused": "Paused. Deliveries are still received; effects wait.",
    "resumed": "Resumed. What was held goes out now, within the budget.",
    "replayed": "Replayed as a new delivery. What took effect already will not again.",
    "retried": "Will be tried again, after looking whether it took effect.",
    "dropped": "Let go for good.",
    "revealed": "Revealed to you for five minutes. The audit says so.",
    "masked": "Masked again.",
    "started": "Started in the background.",
    "aborted": "Aborted. What was done already stays done.",
    "nothing": "There was nothing to do: somebody else was quicker.",
    "mode": "The file says so now; the processes take it up within seconds.",
}
"""What a page says after a form, by the word in its address."""

TIERS = {"1/5s": "1 call every 5 seconds", "1/1s": "1 call a second", "1/0.5s": "2 calls a second", "none": "no limit"}
"""How often an office lets us call, in words."""


def budget(tier: str, calls: int) -> str:
    """A tier and how much of it was used: ``1 call a second: 12 of 600 used in 10 minutes``."""
    allowed = allowed_lately(tier)
    of = f" of {allowed}" if allowed else ""
    return f"{TIERS[tier]}: {calls:,}{of} used in {CALLS_MINUTES} minutes"


STATES = {
    "fresh": ("fresh", "good"),
    "quiet": ("quiet", "calm"),
    "new": ("new", "calm"),
    "late": ("late", "warn"),
    "stale": ("stale", "bad"),
    "intended": ("waiting", "calm"),
    "sent": ("on its way", "calm"),
    "unknown": ("unknown", "warn"),
    "done": ("done", "good"),
    "skipped": ("skipped", "calm"),
    "dry-run": ("dry-run", "dry"),
    "dead": ("given up", "bad"),
    "waiting": ("waiting", "calm"),
    "processed": ("understood", "good"),
    "refused": ("refused", "warn"),
    "live": ("live", "good"),
    "paused": ("paused", "warn"),
}
"""State -> its word, and how it is drawn."""


def moment(epoch: float | None, zone: tzinfo | None = None) -> str:
    """Time of day with the zone's short name: ``14:05:02 PST``."""
    return f"{_local(epoch, zone):%H:%M:%S %Z}" if epoch else "—"


def clock(epoch: float | None, zone: tzinfo | None = None) -> str:
    """Time of day: ``14:05``."""
    return f"{_local(epoch, zone):%H:%M}" if epoch else "—"


def day_and_time(epoch: float | None, zone: tzinfo | None = None) -> str:
    """Day and time: ``Nov 20 14:05:02 PST``."""
    if not epoch:
        return "—"
    at = _local(epoch, zone)
    return f"{at:%b} {at.day} {at:%H:%M:%S %Z}"


def day_if_past(epoch: float, now: float, zone: tzinfo | None = None) -> str:
    """Time of day, with the day in front where that is not today's at the office."""
    same_day = _local(epoch, zone).date() == _local(now, zone).date()
    return moment(epoch, zone) if same_day else day_and_time(epoch, zone)


def machine(epoch: float, zone: tzinfo | None = None) -> str:
    """For ``<time datetime=…>``."""
    return _local(epoch, zone).isoformat(timespec="seconds")


def ago(seconds: float | None) -> str:
    """How long since: ``just now``, ``41 min``, ``3 h 5 min``, ``2 days``."""
    if seconds is None:
        return "never"
    return "just now" if seconds < 5 else f"{lasting(seconds)} ago"


def lasting(seconds: float) -> str:
    """How long: ``12 s``, ``41 min``, ``3 h 5 min``, ``2 days``."""
    whole = int(max(seconds, 0))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    if whole < 48 * 3600:
        minutes = whole % 3600 // 60
        return f"{whole // 3600} h" + (f" {minutes} min" if minutes else "")
    return f"{whole // 86400} days"


def counted(numbers: Mapping[str, int]) -> str:
    """``2 updated, 1 duplicate``; a single one without its number."""
    if len(numbers) == 1 and next(iter(numbers.values())) == 1:
        return next(iter(numbers))
    return ", ".join(f"{number} {name}" for name, number in numbers.items())


def many(number: int, one: str, more: str = "") -> str:
    """``1 row``, ``2 rows``."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def size(number: float) -> str:
    """Bytes: ``1.4 KB``."""
    for unit in ("bytes", "KB", "MB", "GB"):
        if number < 1024 or unit == "GB":
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1024
    raise AssertionError


def state_word(state: str) -> str:
    """How a state is spelt."""
    return STATES.get(state, (state, "calm"))[0]


def state_tone(state: str) -> str:
    """How a state is drawn: ``good``, ``calm``, ``warn``, ``bad`` or ``dry``."""
    return STATES.get(state, (state, "calm"))[1]


def _local(epoch: float | None, zone: tzinfo | None) -> datetime:
    """In the office's zone, or this machine's where it is about no office."""
    return datetime.fromtimestamp(epoch or 0, zone).astimezone(zone)


FILTERS = {
    "moment": moment,
    "clock": clock,
    "day_and_time": day_and_time,
    "day_if_past": day_if_past,
    "machine": machine,
    "ago": ago,
    "lasting": lasting,
    "counted": counted,
    "many": many,
    "size": size,
    "state_word": state_word,
    "state_tone": state_tone,
}
