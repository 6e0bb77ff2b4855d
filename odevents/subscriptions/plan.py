"""What has to happen so that an office has the subscriptions that are declared. Pure: values in, values out.

A subscription is ours by the mark in its ``Note`` and by its endpoint (:mod:`odevents.subscriptions.marks`). What
watches the same is changed in place, under whatever name it was ours, because that keeps its ``DateTimeStart``: the
cursor that Open Dental moves on every poll, so no difference, and the reason why nothing is missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from odevents.subscriptions.actual import Actual, Held
from odevents.subscriptions.declared import ALL_WORKSTATIONS, Declared, same_workstation, workstation_spelt
from odevents.subscriptions.drift import Drift
from odevents.subscriptions.marks import LISTENER, marked, shown
from odevents.subscriptions.matching import Matched, match
from odevents.subscriptions.rewind import KEPT
from odevents.subscriptions.steps import Change, Create, Heir, Remove, Step, Update


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which the office is not as declared.

    :ivar subscription: the declared name, or ``#14`` for one that has none.
    :ivar step: what ``apply`` does about it, ``None`` where it does nothing.
    """

    kind: Drift
    subscription: str
    text: str
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All differences of one office.

    :ivar kept: the declared subscriptions that the office has, by name.
    """

    office: str
    differences: tuple[Difference, ...]
    kept: Mapping[str, Held] = field(default_factory=dict)

    @property
    def steps(self) -> list[Step]:
        """What to do, in order: nothing is removed before everything else is there."""
        steps = [difference.step for difference in self.differences if difference.step]
        return sorted(steps, key=lambda step: isinstance(step, Remove))

    @property
    def differs(self) -> bool:
        """Whether the office is not as declared, by any kind that counts as a difference."""
        return any(difference.kind.is_difference for difference in self.differences)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a plan is made for.

    :ivar now: the office's local time.
    :ivar public_url: where our receiver is, ``None`` where that is not known.
    :ivar prune: whether what is ours and superfluous goes.
    :ivar confirmed: when a subscription was last seen to be polled, by name, for those that have vanished since.
    """

    now: datetime
    public_url: str | None
    prune: bool = False
    confirmed: Mapping[str, datetime] = field(default_factory=dict)


def plan(office: str, declared: Sequence[Declared], actual: Actual, wish: Wish) -> Plan:
    """Compare what is declared for an office with what it has."""
    matched = match(office, declared, actual.subscriptions, wish.now, wish.public_url)
    differences = [
        *(found for wanted in declared for found in _of_declared(wanted, matched, actual, wish)),
        *_of_superfluous(matched, wish),
    ]
    return Plan(office, tuple(differences), matched.pairs)


def _of_declared(wanted: Declared, matched: Matched, actual: Actual, wish: Wish) -> Iterator[Difference]:
    if held := matched.pairs.get(wanted.name):
        yield from _changed(wanted, held, actual.version, wish.now)
    elif old := matched.replaced.get(wanted.name):
        yield _replacement(wanted, old, _remove(old, matched, wish.now), actual.version)
    else:
        yield _creation(wanted, actual.version, wish.confirmed.get(wanted.name), wish.now)
    for old in matched.left_over.get(wanted.name, ()):
        yield Difference(
            Drift.changed, wanted.name, f"remove #{old.number}, which was replaced", _remove(old, matched, wish.now)
        )
    if _is_gone(wanted.workstation, actual):
        yield Difference(Drift.workstation_gone, wanted.name, _gone(wanted, actual))


def _creation(wanted: Declared, version: tuple[int, ...], confirmed: datetime | None, now: datetime) -> Difference:
    since = f", from {confirmed} on, when it was last polled" if confirmed else ""
    if confirmed and now - confirmed > KEPT:
        since += "; what changed more than three days ago is missing: odevents backfill"
    text = f"create {wanted} → {shown(wanted.endpoint)}{since}"
    step = Create(wanted, workstation_spelt(wanted.workstation, version), marked("", wanted.name), confirmed)
    return Difference(Drift.missing, wanted.name, text, step)


def _replacement(wanted: Declared, old: Held, removal: Remove, version: tuple[int, ...]) -> Difference:
    """Create anew what cannot be changed, from the old one's cursor on, and remove the old one behind it."""
    what = f"{old.source} → {wanted.source}" if old.source != wanted.source else "second customer key → first"
    step = Create(
        wanted,
        workstation_spelt(wanted.workstation, version),
        marked(old.row.Note, wanted.name, old.mark.state),
        old.row.DateTimeStart,
        old.row.DateTimeStop if old.mark.state == "paused" else None,
        replaces=removal,
    )
    return Difference(
        Drift.changed, wanted.name, f"replace #{old.number}: {what}, its DateTimeStart carried over", step
    )


def _changed(wanted: Declared, held: Held, version: tuple[int, ...], now: datetime) -> Iterator[Difference]:
    paused = held.mark.state == "paused"
    changes = list(_changes(wanted, held, version, paused=paused))
    if paused:
        yield Difference(Drift.paused, wanted.name, f"stopped {held.row.DateTimeStop or 'by its note only'}")
    if changes:
        stops = any(change.field == "DateTimeStop" for change in changes)
        kind = Drift.expired if stops and held.is_stopped(now) else Drift.changed
        text = ", ".join(str(change) for change in changes)
        yield Difference(kind, wanted.name, text, Update(held.number, held.key, wanted.name, tuple(changes)))


def adoption(wanted: Declared, held: Held, version: tuple[int, ...]) -> Update:
    """What makes a subscription of somebody else the declared one, cursor and all.

    :param held: watches what ``wanted`` does.
    """
    changes = tuple(_changes(wanted, held, version, paused=False))
    return Update(held.number, held.key, wanted.name, changes)


def _changes(wanted: Declared, held: Held, version: tuple[int, ...], *, paused: bool) -> Iterator[Change]:
    row = held.row
    if row.EndPointUrl != wanted.endpoint:
        yield Change("EndPointUrl", row.EndPointUrl, wanted.endpoint)
    if not same_workstation(row.Workstation, wanted.workstation):
        yield Change("Workstation", row.Workstation, workstation_spelt(wanted.workstation, version))
    if wanted.watch and row.PollingSeconds != wanted.poll_seconds:
        yield Change("PollingSeconds", row.PollingSeconds, wanted.poll_seconds)
    if held.mark.name != wanted.name:
        yield Change("Note", row.Note, marked(row.Note, wanted.name, held.mark.state))
    if row.DateTimeStop is not None and not paused:
        yield Change("DateTimeStop", row.DateTimeStop, None)


def _of_superfluous(matched: Matched, wish: Wish) -> Iterator[Difference]:
    for kind, found in ((Drift.duplicate, matched.duplicates), (Drift.undeclared, matched.undeclared)):
        for held in found:
            what = f"#{held.number} {held.source} → {shown(held.row.EndPointUrl)}"
            text = f"remove {what}" if wish.prune else f"{what}; --prune removes it"
            step = _remove(held, matched, wish.now) if wish.prune else None
            yield Difference(kind, held.mark.name, text, step)
    for held in matched.not_ours:
        whose = ", of `odevents listen install`" if held.mark.name == LISTENER else ""
        text = f"{held.source} → {shown(held.row.EndPointUrl)}{whose}; left alone"
        yield Difference(Drift.not_ours, f"#{held.number}", text)


def _heir(held: Held, matched: Matched, now: datetime) -> Heir | None:
    """Who brings the rows that this one has not brought yet."""
    start = held.row.DateTimeStart
    if not held.row.WatchTable or start is None or held.is_stopped(now):
        return None
    later = [
        kept.number
        for kept in matched.pairs.values()
        if kept.source == held.source and kept.row.DateTimeStart is not None and kept.row.DateTimeStart > start
    ]
    return Heir(later[0], start) if later else None


def _remove(held: Held, matched: Matched, now: datetime) -> Remove:
    return Remove(held.number, held.key, held.mark.name, held.row.Note, _heir(held, matched, now))


def _is_gone(workstation: str, actual: Actual) -> bool:
    if actual.computers is None or workstation == ALL_WORKSTATIONS:
        return False
    return workstation.casefold() not in {computer.CompName.casefold() for computer in actual.computers}


def _gone(wanted: Declared, actual: Actual) -> str:
    known = ", ".join(sorted(computer.CompName for computer in actual.computers or ())) or "none"
    return (
        f"the office knows no machine {wanted.workstation}; it knows {known}. "
        "Correct the name, or start Open Dental on that machine once"
    )
