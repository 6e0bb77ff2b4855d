"""What a look at an office's subscriptions showed, as it is kept for everybody who asks without a call. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from odevents.client.wire import datetime_text
from odevents.errors import CallError, KeyRefused
from odevents.store.subscriptions_seen import DriftSeen, KeySeen, OfficeSeen, SubscriptionSeen
from odevents.subscriptions.actual import Actual, Held
from odevents.subscriptions.drift import Drift
from odevents.subscriptions.marks import shown
from odevents.subscriptions.plan import Plan


def seen_now(
    previous: OfficeSeen | None,
    actual: Actual,
    plan: Plan | None,
    fingerprints: Sequence[str],
    at: float,
    forget: Collection[str] = (),
) -> OfficeSeen:
    """The look that succeeded.

    :param plan: what differs from what is declared, ``None`` where nobody could say.
    :param fingerprints: of the office's customer keys, in their order.
    :param forget: names removed on purpose: their last poll is of no use any more.
    """
    names = _names(actual, plan)
    before = {found.number: found for found in previous.subscriptions} if previous else {}
    found = tuple(_seen(held, names.get((held.key, held.number), ""), before, at) for held in actual.subscriptions)
    confirmed = dict(previous.confirmed) if previous else {}
    confirmed |= {one.name: one.confirmed for one in found if one.name and one.confirmed}
    declared = None if plan is None else {d.subscription for d in plan.differences} | set(plan.kept)
    return OfficeSeen(
        at=at,
        read_at=at,
        subscriptions=found,
        drift=(*drift_seen(plan), *_gone_before(previous, actual, plan)) if plan else (),
        keys=_keys(previous, fingerprints, actual.refused, at),
        confirmed={
            name: when
            for name, when in confirmed.items()
            if name not in forget and (declared is None or name in declared)
        },
    )


def failed_now(previous: OfficeSeen | None, error: CallError, fingerprints: Sequence[str], at: float) -> OfficeSeen:
    """The look that failed: what was known before, and why nothing newer is."""
    refused = {0} if isinstance(error, KeyRefused) else set()
    known = previous or OfficeSeen(at=at)
    return OfficeSeen(
        at=at,
        read_at=known.read_at,
        trouble=trouble_of(error),
        subscriptions=known.subscriptions,
        drift=known.drift,
        keys=_keys(previous, fingerprints, refused, at) if refused else known.keys,
        confirmed=known.confirmed,
    )


def trouble_of(error: CallError) -> str:
    """The name of an error in words: ``office-offline``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()


def drift_seen(plan: Plan) -> tuple[DriftSeen, ...]:
    """The differences of a plan, as they are kept."""
    return tuple(DriftSeen(str(d.kind), d.subscription, d.text) for d in plan.differences)


def confirmed_before(previous: OfficeSeen | None) -> dict[str, datetime]:
    """By declared name, when a subscription was last seen to have been polled, on the office's clock."""
    return {name: datetime.fromisoformat(when) for name, when in (previous.confirmed if previous else {}).items()}


def _gone_before(previous: OfficeSeen | None, actual: Actual, plan: Plan) -> list[DriftSeen]:
    """Machines that were missing when the computers were last asked for; a look alone does not ask."""
    if previous is None or actual.computers is not None:
        return []
    gone = [found for found in previous.drift if found.kind == Drift.workstation_gone]
    return [found for found in gone if found.subscription in plan.kept]


def _names(actual: Actual, plan: Plan | None) -> dict[tuple[int, int], str]:
    """What each subscription is called: as declared, else as its mark says."""
    names = {(held.key, held.number): held.mark.name for held in actual.subscriptions if held.mark.state != "removed"}
    if plan is None:
        return names
    not_ours = {d.subscription for d in plan.differences if d.subscription.startswith("#")}
    names = {place: "" if f"#{place[1]}" in not_ours else name for place, name in names.items()}
    return names | {(held.key, held.number): name for name, held in plan.kept.items()}


def _seen(held: Held, name: str, before: dict[int, SubscriptionSeen], at: float) -> SubscriptionSeen:
    row, earlier = held.row, before.get(held.number)
    confirmed = _text(row.DateTimeStart)
    moved_at = earlier.moved_at if earlier else 0.0
    if earlier and confirmed > earlier.confirmed > "":
        moved_at = at
    return SubscriptionSeen(
        number=held.number,
        name=name,
        table=held.source,
        workstation=row.Workstation,
        poll_seconds=row.PollingSeconds,
        endpoint=shown(row.EndPointUrl),
        confirmed=confirmed,
        moved_at=moved_at,
        stopped=_text(row.DateTimeStop),
        paused=held.mark.state == "paused",
        failures=_number(row, "SubsequentFailures"),
        last_failure=str((row.model_extra or {}).get("DateTimeLastFailure", "")),
    )


def _number(row: object, name: str) -> int:
    extra = getattr(row, "model_extra", None) or {}
    try:
        return int(extra.get(name, 0))
    except (TypeError, ValueError):
        return 0


def _text(moment: datetime | None) -> str:
    return "" if moment is None else datetime_text(moment)


def _keys(
    previous: OfficeSeen | None, fingerprints: Iterable[str], refused: Collection[int], at: float
) -> tuple[KeySeen, ...]:
    since = {key.fingerprint: key.refused_since for key in previous.keys} if previous else {}
    return tuple(
        KeySeen(fingerprint, (since.get(fingerprint) or at) if position in refused else 0.0)
        for position, fingerprint in enumerate(fingerprints)
    )
