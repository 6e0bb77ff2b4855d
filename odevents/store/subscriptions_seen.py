"""What the last look at each office's subscriptions saw: for the page, the metrics and freshness, without a call.

``odevents.subscriptions.look`` writes it; one string an office, bounded by the subscriptions the office has.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

import msgspec

from odevents.store import keys
from odevents.store.atomic import in_store

if TYPE_CHECKING:
    from redis import Redis

_KEPT_SECONDS = 30 * 24 * 3600


class SubscriptionSeen(msgspec.Struct, frozen=True, omit_defaults=True):
    """One subscription as the office had it. Dates are the office's local time as Open Dental spells it, or ``""``.

    :ivar number: its ``SubscriptionNum``.
    :ivar name: the name it is declared under, ``""`` when it is not ours.
    :ivar table: its ``WatchTable``, or its ``UiEventType``.
    :ivar poll_seconds: 0 for a UI event.
    :ivar endpoint: without query, which may hold a secret.
    :ivar confirmed: its ``DateTimeStart``: the last poll whose rows were all answered 200.
    :ivar moved_at: when ``confirmed`` was first seen to be later than before, in seconds since the epoch; 0 while that
        has not been seen.
    :ivar stopped: its ``DateTimeStop``.
    :ivar paused: stopped by ``odevents subscriptions pause``.
    :ivar failures: how many sends failed in a row, where the office's version says so.
    """

    number: int
    name: str
    table: str
    workstation: str
    poll_seconds: int
    endpoint: str
    confirmed: str = ""
    moved_at: float = 0.0
    stopped: str = ""
    paused: bool = False
    failures: int = 0
    last_failure: str = ""


class DriftSeen(msgspec.Struct, frozen=True):
    """One difference between what is declared and what the office has.

    :ivar kind: a :class:`odevents.subscriptions.drift.Drift`.
    :ivar subscription: the declared name, or ``#14`` for one that is not ours.
    """

    kind: str
    subscription: str
    text: str


class KeySeen(msgspec.Struct, frozen=True):
    """Whether one of the office's customer keys is good for calls.

    :ivar fingerprint: of the key; never the key.
    :ivar refused_since: when it was first answered 401 without having worked since; 0 while it works.
    """

    fingerprint: str
    refused_since: float = 0.0


class OfficeSeen(msgspec.Struct, frozen=True, omit_defaults=True):
    """An office at the last look.

    :ivar at: when the last look was tried.
    :ivar read_at: when one last succeeded, 0 for never; ``subscriptions`` and ``drift`` are of that time.
    :ivar confirmed: by declared name, the last poll ever confirmed, also of one that has vanished since.
    :ivar trouble: why the last try failed, ``""`` when it did not: the error's name in words joined by ``-``, such as
        ``office-offline``, ``key-refused``, ``not-sent``.
    """

    at: float
    read_at: float = 0.0
    trouble: str = ""
    subscriptions: tuple[SubscriptionSeen, ...] = ()
    drift: tuple[DriftSeen, ...] = ()
    keys: tuple[KeySeen, ...] = ()
    confirmed: dict[str, str] = {}

    def named(self, name: str) -> SubscriptionSeen | None:
        """The subscription declared under this name, ``None`` when it was not there."""
        return next((found for found in self.subscriptions if found.name == name), None)


class SubscriptionsSeen:
    """Keeps the last look at each office."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def keep(self, office: str, seen: OfficeSeen) -> None:
        """Replace the last look.

        :raises StoreUnavailable: it was not kept.
        """
        said = msgspec.json.encode(seen)
        in_store(lambda: self._redis.set(keys.subscriptions_seen(office), said, ex=_KEPT_SECONDS))

    def of(self, office: str) -> OfficeSeen | None:
        """The last look at one office, ``None`` when there was none within thirty days."""
        return self.all([office]).get(office)

    def all(self, offices: Iterable[str]) -> dict[str, OfficeSeen]:
        """The last look at each of these offices that was looked at, in one round trip."""
        names = list(offices)
        found = in_store(lambda: self._redis.mget([keys.subscriptions_seen(name) for name in names])) if names else []
        together = zip(names, cast("list[bytes | None]", found), strict=True)
        return {name: msgspec.json.decode(said, type=OfficeSeen) for name, said in together if said}
