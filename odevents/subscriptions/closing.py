"""The command that brings the rows that events have passed over."""

from __future__ import annotations

from odevents.store.feeds import Gap
from odevents.subscriptions.rewind import is_within_reach

_MARGIN = 3600.0
_HOUR = 3600.0


def closing_command(office: str, table: str, gap: Gap, now: float) -> str:
    """``rewind`` where Open Dental still has them, else ``backfill``.

    :param now: seconds since the epoch.
    """
    if gap.cause == "passed" and is_within_reach(gap.since, now + _MARGIN):
        return f"odevents subscriptions rewind --office {office} --since {int((now - gap.since) // _HOUR) + 1}h"
    return f"odevents backfill {office} --tables {table}"
