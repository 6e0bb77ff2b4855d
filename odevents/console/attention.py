"""What needs attention, worst first, each with the one thing to do about it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from odevents.console.situation import DeadGroup, Feed, Lane, OfficeNow, Situation
from odevents.console.words import day_and_time, lasting, many
from odevents.store.presence import GONE_AFTER

WAITS_TOO_LONG = 60.0
"""Seconds that a delivery may wait to be understood before somebody should look."""

_BAD, _WARN = 0, 1


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing that somebody should look at.

    :ivar severity: 0 is worst.
    :ivar what: in a few words.
    :ivar why: how we know.
    :ivar action: what the link says, ``""`` where there is no page for it.
    :ivar path: where the link leads.
    :ivar step: what to do elsewhere, or type.
    """

    severity: int
    office: str
    what: str
    why: str
    action: str = ""
    path: str = ""
    step: str = ""

    @property
    def tone(self) -> str:
        """How it is drawn."""
        return "bad" if self.severity == _BAD else "warn"


def needs_attention(situation: Situation) -> list[Attention]:
    """Everything that needs attention now, worst first."""
    found = [
        *_processes(situation),
        *(item for office in situation.offices for item in _office(office, situation.at)),
        *(_dead(group) for group in situation.groups),
        *_pauses(situation),
    ]
    return sorted(found, key=lambda item: item.severity)


_HANDLERS = (("worker handlers", "Handlers in Python wait, and nobody runs them.", "odevents worker --handlers 1"),)


def _processes(situation: Situation) -> Iterator[Attention]:
    alive = {process.kind for process in situation.processes if situation.at - process.seen_at < GONE_AFTER}
    for kind, consequence, command in (
        ("serve", "Offices cannot deliver; Open Dental keeps their events and sends them again.", "odevents serve"),
        ("worker inbox", "Deliveries are kept, and nobody understands them.", "odevents worker"),
        ("worker writes", "Reactions are planned, and nobody carries them out.", "odevents worker"),
        *_HANDLERS[: situation.has_handlers],
        ("scheduler", "Nobody looks whether feeds are alive or lanes forgotten.", "odevents scheduler"),
    ):
        if kind not in alive:
            yield Attention(_BAD, "", f"No {kind} runs", consequence, "Health", "/health", f"run: {command}")


def _office(office: OfficeNow, now: float) -> Iterator[Attention]:
    for feed in office.feeds:
        if feed.state in ("late", "stale"):
            yield _feed(feed)
        if feed.missing_since:
            why = f"Events have passed over rows that changed since {day_and_time(feed.missing_since, office.zone)}."
            yield Attention(_BAD, office.name, f"{feed.table} rows are missing", why, step=feed.closing)
    if waits := _waits(office.inbox, now):
        why = f"{many(office.inbox.waiting, 'delivery', 'deliveries')} waiting, the oldest for {lasting(waits)}."
        yield Attention(_WARN, office.name, "Deliveries pile up", why, "Look", f"/deliveries?office={office.name}")
    if office.trouble:
        why = f"Its API could not be asked: {office.trouble.replace('-', ' ')}."
        step = f"odevents doctor --office {office.name}"
        yield Attention(_WARN, office.name, "Office cannot be reached", why, "Subscriptions", "/subscriptions", step)
    if office.drift:
        why = f"{office.drift[0]}" + (f" (and {len(office.drift) - 1} more)" if len(office.drift) > 1 else "")
        step = f"odevents subscriptions plan --office {office.name}"
        yield Attention(_WARN, office.name, "Subscriptions differ", why, "Subscriptions", "/subscriptions", step)


def _feed(feed: Feed) -> Attention:
    severity = _BAD if feed.state == "stale" else _WARN
    path = f"/deliveries?{urlencode({'office': feed.office, 'watch': feed.table})}"
    return Attention(
        severity, feed.office, f"{feed.table} is {feed.state}", feed.sentence, "Its deliveries", path, feed.next_step
    )


def _dead(group: DeadGroup) -> Attention:
    path = f"/dead?{urlencode({'office': group.office, 'of': group.of, 'code': group.code})}"
    noun = {"delivery": ("delivery", "deliveries"), "row": ("row", "rows"), "write": ("write", "writes")}[group.of]
    return Attention(
        _WARN, group.office, f"{many(group.count, *noun)} given up", group.code.replace("-", " "), "Retry or drop", path
    )


def _pauses(situation: Situation) -> Iterator[Attention]:
    for scope, pause in situation.pauses.items():
        why = f"by {pause.who}, {lasting(situation.at - pause.at)} ago: {pause.reason}"
        yield Attention(_WARN, "", f"Paused: {scope}", why, "Resume", "/offices#pauses")


def _waits(lane: Lane, now: float) -> float:
    waited = now - lane.oldest_at if lane.oldest_at else 0.0
    return waited if waited > WAITS_TOO_LONG else 0.0
