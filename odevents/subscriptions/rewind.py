"""Setting ``DateTimeStart`` back, so that the office sends again what changed since then.

Open Dental sends the changes of three days at the most, whatever ``DateTimeStart`` says; what is older has to be read
by REST. Rows that come again and are known already are duplicates and trigger nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from odevents.client.resources.subscriptions import Subscriptions
from odevents.office import OfficeAccess
from odevents.subscriptions.actual import Held

KEPT = timedelta(days=3)
"""Open Dental sends no change that is older than this."""


@dataclass(frozen=True, slots=True)
class Rewound:
    """What became of one subscription.

    :ivar before: its ``DateTimeStart`` as it was, on the office's clock.
    :ivar start: as it is now.
    """

    number: int
    name: str
    before: datetime | None
    start: datetime | None

    @property
    def moved(self) -> bool:
        """Whether it was set back; one that stands further back already stays."""
        return self.before != self.start


def is_within_reach(since: float, now: float) -> bool:
    """Whether Open Dental still sends everything that changed since then."""
    return now - since < KEPT.total_seconds()


def rewind(subscriptions: Subscriptions, held: Iterable[Held], office: OfficeAccess, since: float) -> list[Rewound]:
    """Have subscriptions sent from a moment on again; one call for each that has to be changed.

    :param held: those of tables, as just read, under the key that ``subscriptions`` calls with.
    :param since: seconds since the epoch. In the hour that the office's clocks show twice, this goes back to the first.
    :raises odevents.errors.CallError: the office refused, or did not answer; those before are done.
    """
    start = office.local_time(since).replace(microsecond=0)
    done = []
    for found in held:
        before = found.row.DateTimeStart
        if not found.row.WatchTable:
            continue
        if before is not None and before <= start:
            done.append(Rewound(found.number, found.mark.name, before, before))
            continue
        subscriptions.update(found.number, DateTimeStart=start)
        done.append(Rewound(found.number, found.mark.name, before, start))
    return done
