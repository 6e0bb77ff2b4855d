"""Whether a feed is alive, and how we know. Pure: evidence and the time in, a judgement out.

Open Dental sends only while a machine polls, and nothing when nothing changed, so silence alone says nothing (pages
"API Events" and "API Guide - Events"). What can be known: a delivery came; ``DateTimeStart`` moved in the office's list
of subscriptions, which happens at every poll; the REST API shows changed rows that never came.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from odevents.opening_hours import OpeningHours
from odevents.store.feeds import Evidence


class State(StrEnum):
    """How a feed is, the better ones first."""

    FRESH = "fresh"
    QUIET = "quiet"
    NEW = "new"
    PAUSED = "paused"
    LATE = "late"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a feed is judged so.

    :ivar code: as ``odevents doctor`` prints it; ``""`` where nothing is wrong.
    :ivar meaning: for the table in the documents.
    :ivar next_step: what a person does about it; ``{office}`` and ``{workstation}`` stand for names.
    """

    code: str
    meaning: str
    next_step: str = ""


_START_POLLING = 'on {workstation} open Services and start "OpenDentalAPIService" (or start Open Dental itself)'

REASONS: Mapping[str, Reason] = {
    "delivered": Reason("", "a delivery came a short while ago"),
    "polled": Reason("", "nothing came, but DateTimeStart moves: the office polls, and nothing changed"),
    "nothing-changed": Reason("", "nothing came, and by REST no changed row is to be found"),
    "in-time": Reason("", "nothing came yet, and it is too soon to expect a sign"),
    "closed": Reason("", "the office is closed, so nothing is expected"),
    "no-sign-yet": Reason("", "just set up: no poll and no delivery yet"),
    "paused": Reason(
        "OD203", "the subscription was paused by us", "odevents subscriptions resume NAME --office {office}"
    ),
    "missing": Reason("OD201", "the office has no such subscription", "odevents subscriptions apply --office {office}"),
    "stopped": Reason(
        "OD202", "the subscription is past its DateTimeStop", "odevents subscriptions apply --office {office}"
    ),
    "not-polled": Reason("OD204", "DateTimeStart stands still: nothing polls", _START_POLLING),
    "refused": Reason(
        "OD205",
        "DateTimeStart stands still, and the office notes that its deliveries fail",
        "odevents doctor --office {office}",
    ),
    "not-arriving": Reason(
        "OD206",
        "the office polls, but rows that changed never came: something else answers its deliveries",
        "odevents subscriptions plan --office {office}",
    ),
    "not-looked": Reason("OD207", "nobody looked for a while", "see that `odevents scheduler` runs"),
    "unreachable": Reason(
        "OD301", "nothing came, and the office's API does not answer", "odevents doctor --office {office}"
    ),
    "key-refused": Reason(
        "OD101", "nothing came, and the office's API refuses the key", "odevents doctor --office {office}"
    ),
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How long silence may last, in seconds of opening time.

    :ivar warning: how long past its polling interval a feed may show no sign of life before it is stale; it is late
        after half of that.
    :ivar fresh_for: how long a delivery makes a feed fresh.
    :ivar unwatched: how long the last look may be ago.
    """

    hours: OpeningHours
    warning: float = 600.0
    fresh_for: float = 900.0
    unwatched: float = 300.0


@dataclass(frozen=True, slots=True)
class FeedState:
    """The judgement.

    :ivar since: the sign of life, or the lack of it, that the judgement rests on: when that was.
    :ivar sentence: how we know, in one plain sentence.
    :ivar next_step: what to do about it, ``""`` for nothing.
    """

    state: State
    reason: str
    since: float
    sentence: str
    next_step: str
    evidence: Evidence

    @property
    def code(self) -> str:
        """``OD204``; ``""`` where nothing is wrong."""
        return REASONS[self.reason].code


MARGIN = 0.2
"""Seconds after its turn at which a feed is looked at again: then it has certainly turned."""

Silence = tuple[float, str, float]
"""Seconds of opening time without what was due, the reason, and since when."""


def judge(evidence: Evidence, thresholds: Thresholds, now: float, office: str = "") -> FeedState:
    """How a feed is. A closed office is never late or stale, and further signs of life never make anything worse.

    :param now: seconds since the epoch.
    :param office: its name, for the next step.
    """
    state, reason, since = _verdict(evidence, thresholds, now)
    sentence = _sentence(reason, since, evidence, thresholds, now)
    machine = evidence.workstation or "the machine that fires its events"
    step = REASONS[reason].next_step.format(office=office, workstation=machine)
    return FeedState(state, reason, since, sentence, step, evidence)


def next_turn(evidence: Evidence, thresholds: Thresholds, now: float) -> float:
    """When the judgement becomes worse if no sign of life is seen until then; infinity if it cannot."""
    if evidence.subscription == "paused" or not evidence.poll_seconds:
        return float("inf")
    life = last_sign(evidence)
    limits = (evidence.poll_seconds + thresholds.warning / 2, evidence.poll_seconds + thresholds.warning)
    turns = (thresholds.hours.after(life, limit + MARGIN) for limit in limits)
    return min((turn for turn in turns if turn > now), default=float("inf"))


def _verdict(evidence: Evidence, thresholds: Thresholds, now: float) -> tuple[State, str, float]:
    if evidence.subscription == "paused":
        return State.PAUSED, "paused", evidence.looked_at or now
    silence, reason, since = max(_silences(evidence, thresholds, now), default=(0.0, "", now))
    calm = _calm(evidence, thresholds, now)
    if silence <= evidence.poll_seconds + thresholds.warning / 2:
        return calm
    if not thresholds.hours.open_at(now):
        return calm if calm[0] is not State.QUIET else (State.QUIET, "closed", calm[2])
    stale = silence > evidence.poll_seconds + thresholds.warning
    return State.STALE if stale else State.LATE, reason, since


def last_sign(evidence: Evidence) -> float:
    """The last sign of life; nobody is blamed for the time before somebody began to look."""
    return max(evidence.watched_since, evidence.delivered_at or 0.0, evidence.polled_at or 0.0)


def _silences(evidence: Evidence, thresholds: Thresholds, now: float) -> list[Silence]:
    """Everything that can be held against the feed."""
    count: Callable[[float, float], float] = thresholds.hours.open_seconds
    life = last_sign(evidence)
    found: list[Silence] = []
    seen = max(life, evidence.looked_at or 0.0)
    if evidence.trouble:
        found.append((count(life, now), evidence.trouble, life))
    elif evidence.looked_at is not None:
        reason = {"missing": "missing", "stopped": "stopped"}.get(evidence.subscription)
        standing = reason or ("refused" if evidence.failing else "not-polled")
        if evidence.subscription != "unknown":
            found.append((count(life, evidence.looked_at), standing, life))
    probe = evidence.probe
    if probe and probe.rows and probe.at > (evidence.delivered_at or 0.0):
        polled = evidence.polled_at is not None and evidence.polled_at > probe.oldest
        found.append((count(probe.oldest, probe.at), "not-arriving" if polled else "not-polled", probe.oldest))
    if not evidence.trouble and (unwatched := count(seen, now)) > thresholds.unwatched:
        # That nobody looks is no fault of the feed: late at the most.
        found.append((min(unwatched, evidence.poll_seconds + thresholds.warning), "not-looked", seen))
    return found


def _calm(evidence: Evidence, thresholds: Thresholds, now: float) -> tuple[State, str, float]:
    """The judgement when nothing is held against the feed."""
    delivered, polled, probe = evidence.delivered_at, evidence.polled_at, evidence.probe
    if delivered is not None and thresholds.hours.open_seconds(delivered, now) <= thresholds.fresh_for:
        return State.FRESH, "delivered", delivered
    if delivered is None and polled is None:
        return State.NEW, "no-sign-yet", evidence.watched_since
    if not thresholds.hours.open_at(now):
        return State.QUIET, "closed", last_sign(evidence)
    if polled is not None and polled > (delivered or 0.0):
        return State.QUIET, "polled", polled
    if probe and not probe.rows and probe.at > (delivered or 0.0):
        return State.QUIET, "nothing-changed", probe.at
    return State.QUIET, "in-time", last_sign(evidence)


def _sentence(reason: str, since: float, evidence: Evidence, thresholds: Thresholds, now: float) -> str:
    zone = thresholds.hours.zone
    at = _clock(since, now, zone)
    machine = f" on {evidence.workstation}" if evidence.workstation else ""
    probe = evidence.probe
    rows = f"{probe.rows} changed row{'s' if probe.rows != 1 else ''}" if probe and probe.rows else ""
    missed = f", and REST shows {rows} that did not come" if rows else ""
    life = "since then" if evidence.delivered_at or evidence.polled_at else "ever"
    sentences = {
        "delivered": f"a delivery came {at}",
        "polled": f"no change to send; the office polled {at}",
        "nothing-changed": f"nothing came, and REST showed no changed row {at}",
        "in-time": f"the last sign of life was {at}",
        "closed": f"the office is closed; the last sign of life was {at}",
        "no-sign-yet": f"watched since {at}; no poll and no delivery yet",
        "paused": "the subscription is paused",
        "missing": f"the office has no such subscription; the last sign of life was {at}",
        "stopped": f"the subscription has ended; the last sign of life was {at}",
        "not-polled": f"nothing polls{machine}: DateTimeStart stands still since {at}{missed}"
        if life != "ever"
        else f"nothing polls{machine}: DateTimeStart has not moved since we look, {at}{missed}",
        "refused": f"deliveries fail{machine} ({evidence.failing}): DateTimeStart stands still since {at}{missed}",
        "not-arriving": f"the office polls, but {rows} since {at} never came to us",
        "not-looked": f"nobody has looked since {at}",
        "unreachable": f"the office's API does not answer; the last sign of life was {at}",
        "key-refused": f"the office's API refuses the key; the last sign of life was {at}",
    }
    return sentences[reason]


def _clock(moment: float, now: float, zone: ZoneInfo) -> str:
    """A moment on the office's wall clock, with its date unless that is today's."""
    there, today = (datetime.fromtimestamp(each, zone) for each in (moment, now))
    return f"{there:%H:%M}" if there.date() == today.date() else f"{there:%Y-%m-%d %H:%M}"
