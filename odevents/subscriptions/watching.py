"""Looking after an office's feeds: what each look shows becomes evidence, and the evidence a judgement. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from msgspec.structs import replace

from odevents.config import ConfigFile
from odevents.events.tables import WATCH_TABLES
from odevents.office import OfficeAccess
from odevents.store.feeds import Evidence, Gap, Judged, Kept, Subscribed, Trouble
from odevents.store.subscriptions_seen import OfficeSeen, SubscriptionSeen
from odevents.subscriptions.freshness import FeedState, Thresholds, judge
from odevents.subscriptions.rewind import KEPT

_BUSY = ("budget-spent", "throttled")
"""No trouble of the office: our own calls were in the way."""

_SLACK = timedelta(minutes=5)


def watched_tables(file: ConfigFile, office: str) -> list[str]:
    """The tables whose rows an office is declared to send, each once."""
    declared = [
        one.watch
        for one in file.subscriptions
        if one.watch in WATCH_TABLES and (office in one.offices or "*" in one.offices)
    ]
    return list(dict.fromkeys(filter(None, declared)))


def thresholds_of(file: ConfigFile, office: OfficeAccess) -> Thresholds:
    """How long this office's feeds may be silent."""
    warning, fresh = file.freshness.warning, file.freshness.fresh
    return Thresholds(office.hours, warning=warning, fresh_for=fresh)


def evidence_of(before: Evidence, table: str, seen: OfficeSeen | None, office: OfficeAccess, now: float) -> Evidence:
    """The evidence after a look at the office's subscriptions.

    A poll is proven when ``DateTimeStart`` has moved forward between two looks; it was then where it says, as far as
    the office's clock agrees with ours: not before the look that did not show it, nor after the one that did.
    """
    if seen is None:
        return before
    trouble = _trouble(seen)
    if trouble or seen.read_at <= (before.looked_at or 0.0):
        return replace(before, trouble=trouble)
    found = _subscription(seen, table, office, now)
    after = replace(before, looked_at=seen.read_at, trouble="", subscription=_subscribed(found, office, now))
    if found is None:
        return after
    polled = before.polled_at
    if before.cursor and found.confirmed > before.cursor and found.number == before.number:
        told = office.moment_of(found.confirmed)
        polled = min(max(told, before.looked_at or 0.0), seen.read_at)
    return replace(
        after,
        # Of a subscription seen for the first time nobody can say yet whether it moves.
        watched_since=before.watched_since
        if found.number == before.number
        else max(before.watched_since, seen.read_at),
        polled_at=polled,
        number=found.number,
        cursor=found.confirmed,
        poll_seconds=float(found.poll_seconds),
        workstation=found.workstation,
        failing=f"{found.failures} sends in a row" if found.failures else "",
    )


def gap_of(before: Evidence, after: Evidence, office: OfficeAccess, now: float) -> Gap | None:
    """Rows that no event will bring, as far as the cursor tells: Open Dental sends three days at the most.

    Noticed while it stands further back than that, and also when it has jumped over that much at once; and when another
    subscription began later than the one before it had come.
    """
    if not after.cursor:
        return None
    stood, stands = office.moment_of(before.cursor or after.cursor), office.moment_of(after.cursor)
    too_old = stands - stood > (KEPT + _SLACK).total_seconds() or now - stands > KEPT.total_seconds()
    replaced = before.number not in (0, after.number) and stands - stood > _SLACK.total_seconds()
    if too_old:
        return Gap(min(stood, stands), "too-old", now)
    return Gap(stood, "passed", now) if replaced else None


def judge_now(file: ConfigFile, office: OfficeAccess, evidence: Evidence, now: float) -> FeedState:
    """How a feed is now, by what is at hand: a judgement that was kept may be older than the last delivery."""
    return judge(evidence, thresholds_of(file, office), now, office.name)


def kept_with(evidence: Evidence, thresholds: Thresholds, office: str, now: float) -> tuple[Kept, FeedState]:
    """The evidence with its judgement, as it is kept."""
    found = judge(evidence, thresholds, now, office)
    judged = Judged(str(found.state), found.reason, found.code, found.since, found.sentence, now)
    return Kept(evidence, judged), found


def newly_watched(tables: list[str], kept: Mapping[str, Kept], now: float) -> dict[str, Evidence]:
    """The evidence of every declared table; of those that nobody looked after yet, its beginning."""
    return {table: kept[table].evidence if table in kept else Evidence(now) for table in tables}


def _trouble(seen: OfficeSeen) -> Trouble:
    if not seen.trouble or seen.trouble in _BUSY:
        return ""
    return "key-refused" if seen.trouble == "key-refused" else "unreachable"


def _subscription(seen: OfficeSeen, table: str, office: OfficeAccess, now: float) -> SubscriptionSeen | None:
    """The subscription that brings the table's rows: ours rather than another's, one that runs rather than not."""
    candidates = [found for found in seen.subscriptions if found.table == table]

    def worth(found: SubscriptionSeen) -> tuple[bool, bool, str]:
        return bool(found.name), not _stopped(found, office, now), found.confirmed

    return max(candidates, key=worth, default=None)


def _stopped(found: SubscriptionSeen, office: OfficeAccess, now: float) -> bool:
    """Whether its ``DateTimeStop`` has passed; the year 1 means that it has none."""
    return found.stopped[:4] > "0001" and office.moment_of(found.stopped) <= now


def _subscribed(found: SubscriptionSeen | None, office: OfficeAccess, now: float) -> Subscribed:
    if found is None:
        return "missing"
    if found.paused:
        return "paused"
    return "stopped" if _stopped(found, office, now) else "active"
