"""After the store was lost, or put back from an older copy: what may have been forgotten is looked at again.

Open Dental's cursor has moved on past what was acknowledged, so the subscriptions must be set back as well; then every
row that changed since comes again, is taken for a change, and each write is read back before it is made.
"""

from __future__ import annotations

from odevents.events.change import Lost
from odevents.office import OfficeAccess
from odevents.reactions.action import CLOCKS_DIFFER_BY
from odevents.store.store import Store


def recover(store: Store, office: OfficeAccess, since: float, now: float) -> Lost:
    """Note that the store has forgotten what came and what was done from ``since`` until ``now``.

    What it learned of rows after it was found empty is forgotten too, for those rows come again.

    :param since: seconds since the epoch, as ``now``.
    """
    begin, end = office.local_time(since), office.local_time(now) + CLOCKS_DIFFER_BY
    lost = Lost(f"{begin:%Y-%m-%d %H:%M:%S}", f"{end:%Y-%m-%d %H:%M:%S}")
    store.mark_lost(office.name, lost, forget_rows=store.ledger.began(now) >= since)
    return lost
