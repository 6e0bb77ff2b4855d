"""One office's subscriptions: what is declared, what the office has, what differs, and making it so."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from odevents.client.opendental import OpenDental
from odevents.client.session import Session
from odevents.config import ConfigFile
from odevents.errors import CallError
from odevents.office import OfficeAccess
from odevents.store.subscriptions_seen import OfficeSeen, SubscriptionsSeen
from odevents.subscriptions.actual import Actual, read_actual
from odevents.subscriptions.apply import Applied, apply_until_known
from odevents.subscriptions.declared import declared_for
from odevents.subscriptions.look import confirmed_before, failed_now, seen_now
from odevents.subscriptions.plan import Plan, Wish, plan
from odevents.subscriptions.steps import Step

Connect = Callable[[OfficeAccess, int], Session]
"""Opens a session with an office under one of its customer keys, by position."""


@dataclass(frozen=True)
class OfficeSubscriptions:
    """One office's subscriptions.

    :ivar clients: the office's API under each of its customer keys, the first one first.
    :ivar fingerprints: of those keys, in the same order.
    :ivar seen: where every look is kept, ``None`` where there is no store.
    :ivar clock: seconds since the epoch.
    """

    office: OfficeAccess
    file: ConfigFile
    clients: Sequence[OpenDental]
    fingerprints: Sequence[str]
    seen: SubscriptionsSeen | None
    clock: Callable[[], float] = time.time

    def read(self, *, only_subscriptions: bool = False) -> Actual:
        """What the office has; that it could not be asked is kept as well.

        :raises odevents.errors.CallError: the office did not answer, or refused its first key.
        """
        try:
            return read_actual(self.clients, only_subscriptions=only_subscriptions)
        except CallError as error:
            self._keep(failed_now(self._before(), error, self.fingerprints, self.clock()))
            raise

    def plan(self, actual: Actual, *, prune: bool = False, forget: Collection[str] = ()) -> Plan:
        """What differs, kept as the last look.

        :param forget: names that were removed on purpose.
        :raises odevents.errors.ConfigError: the file does not say where the receiver is.
        """
        before, now = self._before(), self.clock()
        wish = Wish(self.office.local_time(now), self.file.public_url, prune, confirmed_before(before))
        made = plan(self.office.name, declared_for(self.file, self.office.name), actual, wish)
        self._keep(seen_now(before, actual, made, self.fingerprints, now, forget))
        return made

    def look(self) -> OfficeSeen:
        """Read the subscriptions alone, by one call for each key, and keep what is seen; also that nothing was."""
        before, now = self._before(), self.clock()
        try:
            actual = read_actual(self.clients, only_subscriptions=True)
        except CallError as error:
            return self._keep(failed_now(before, error, self.fingerprints, now))
        wish = Wish(self.office.local_time(now), self.file.public_url, confirmed=confirmed_before(before))
        known = self.file.public_url is not None  # else nobody can say what differs
        made = plan(self.office.name, declared_for(self.file, self.office.name), actual, wish) if known else None
        return self._keep(seen_now(before, actual, made, self.fingerprints, now))

    def apply(self, first: Plan, *, prune: bool, done: Callable[[Step], None] = lambda _: None) -> Applied:
        """Carry out a plan, and look again afterwards."""

        def again() -> Plan:
            return self.plan(self.read(), prune=prune)

        applied = apply_until_known(self.clients, first, again, done)
        if applied.done:
            self.look()
        return applied

    def _before(self) -> OfficeSeen | None:
        return self.seen.of(self.office.name) if self.seen else None

    def _keep(self, found: OfficeSeen) -> OfficeSeen:
        if self.seen:
            self.seen.keep(self.office.name, found)
        return found


@contextmanager
def clients_of(office: OfficeAccess, connect: Connect) -> Iterator[list[OpenDental]]:
    """The office's API under each of its customer keys."""
    with ExitStack() as sessions:
        yield [OpenDental(sessions.enter_context(connect(office, key))) for key in range(len(office.customer_keys))]
