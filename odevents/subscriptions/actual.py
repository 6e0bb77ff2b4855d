"""What an office really has: its subscriptions, under each of its keys, and the machines that could fire them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

import msgspec

from odevents.client.opendental import OpenDental
from odevents.client.resources.computers import Computer
from odevents.client.resources.subscriptions import Subscription
from odevents.errors import KeyRefused, NotFound, OfficeTooOld
from odevents.subscriptions.declared import version_of
from odevents.subscriptions.marks import Mark, is_below, mark_in

_MOVED_BY_THE_OFFICE = {"DateTimeStart", "DateTimeLastFailure", "FailureReason", "SubsequentFailures"}


@dataclass(frozen=True, slots=True)
class Held:
    """One subscription that the office has.

    :ivar key: which of the office's customer keys it belongs to: 0 for the first.
    """

    row: Subscription
    key: int = 0

    @property
    def number(self) -> int:
        return self.row.SubscriptionNum

    @property
    def source(self) -> str:
        """Its watch table, or its UI event."""
        return self.row.WatchTable or self.row.UiEventType

    @property
    def mark(self) -> Mark:
        return mark_in(self.row.Note)

    def is_stopped(self, now: datetime) -> bool:
        """Whether its end has passed, on the office's clock."""
        return self.row.DateTimeStop is not None and self.row.DateTimeStop <= now

    def is_below(self, public_url: str | None) -> bool:
        """Whether it sends to this installation's receiver."""
        return is_below(self.row.EndPointUrl, public_url)


@dataclass(frozen=True, slots=True)
class Actual:
    """An office as it was read.

    :ivar computers: the machines on which Open Dental ran, ``None`` where the office cannot say (before 23.1.30).
    :ivar version: of Open Dental, empty where it was not asked or is not known.
    :ivar refused: which of the office's customer keys were answered 401, by position; never the first one.
    """

    subscriptions: tuple[Held, ...]
    computers: tuple[Computer, ...] | None = None
    version: tuple[int, ...] = ()
    refused: frozenset[int] = field(default_factory=frozenset)

    def fingerprint(self) -> str:
        """The same as long as nobody but the poller changed a subscription."""
        rows = [
            [held.key, held.row.model_dump(mode="json", exclude=_MOVED_BY_THE_OFFICE | {"CustomerKey"})]
            for held in sorted(self.subscriptions, key=lambda held: (held.key, held.number))
        ]
        return sha256(msgspec.json.encode(rows, order="deterministic")).hexdigest()[:16]


def read_actual(clients: Sequence[OpenDental], *, only_subscriptions: bool = False) -> Actual:
    """Ask an office: one call for each key, and two more for its computers and its version.

    :param clients: the office's API under each of its customer keys, the first one first.
    :raises odevents.errors.CallError: the office did not answer, or refused its first key.
    """
    held = [Held(row) for row in _under_first_key(clients)]
    refused: set[int] = set()
    for key, client in enumerate(clients[1:], start=1):
        try:
            held += [Held(row, key) for row in client.subscriptions.find()]
        except KeyRefused:
            refused.add(key)
    if only_subscriptions:
        return Actual(tuple(held), refused=frozenset(refused))
    return Actual(tuple(held), _computers(clients[0]), _version(clients[0]), frozenset(refused))


def _under_first_key(clients: Sequence[OpenDental]) -> list[Subscription]:
    try:
        return list(clients[0].subscriptions.find())
    except KeyRefused as refused:
        if len(clients) > 1 and _answers(clients[1]):
            raise KeyRefused(
                "the first customer key is refused (401) and the second one works: put the second one first until the "
                "first one is active; moving a key takes up to 15 minutes",
                status=refused.status,
            ) from None
        raise


def _answers(client: OpenDental) -> bool:
    try:
        next(iter(client.subscriptions.find()), None)
    except KeyRefused:
        return False
    return True


def _computers(client: OpenDental) -> tuple[Computer, ...] | None:
    try:
        return tuple(client.computers.find())
    except (OfficeTooOld, NotFound, KeyRefused):
        return None


def _version(client: OpenDental) -> tuple[int, ...]:
    try:
        found = [row.ValueString for row in client.preferences.find(PrefName="ProgramVersion")]
    except (OfficeTooOld, NotFound, KeyRefused):
        return ()
    return version_of(found[0]) if found else ()
