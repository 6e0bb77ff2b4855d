"""The subscription that makes Open Dental fire at this listener: one per workstation and port, found by its ``Note``.

Source: the "Subscriptions" page. A blank ``Workstation`` would fire on every machine, so it is always given.
"""

from __future__ import annotations

from datetime import datetime

from odevents.client.resources.subscriptions import Subscription, Subscriptions
from odevents.errors import KeyRefused

NOTE = "odevents/listener"
EVENT = "PatientSelected"
_LONG_AGO = datetime(2000, 1, 1)  # noqa: DTZ001  Open Dental's times carry no zone


def endpoint(port: int) -> str:
    """Where Open Dental posts to. The last segment names the event for versions that send no ``Event-Type``."""
    return f"http://localhost:{port}/{EVENT}"


def ensure(subscriptions: Subscriptions, port: int, workstation: str) -> str:
    """Make sure there is exactly one; say what was done."""
    ours = _ours(subscriptions, port, workstation)
    running = [found for found in ours if found.DateTimeStop is None]
    if running:
        return f"subscription {running[0].SubscriptionNum} was there already"
    if ours:
        subscriptions.update(ours[0].SubscriptionNum, DateTimeStop=None)
        return f"subscription {ours[0].SubscriptionNum} taken up again"
    made = subscriptions.create(EndPointUrl=endpoint(port), Workstation=workstation, UiEventType=EVENT, Note=NOTE)
    return f"subscription {made.SubscriptionNum} created" if made else "subscription created"


def remove(subscriptions: Subscriptions, port: int, workstation: str) -> str:
    """Remove what :func:`ensure` made and nothing else; say what was done.

    A key without the permission to delete can still set the end of a subscription, which stops it as well.
    """
    done = []
    for found in _ours(subscriptions, port, workstation):
        try:
            subscriptions.delete(found.SubscriptionNum)
            done.append(f"subscription {found.SubscriptionNum} removed")
        except KeyRefused:
            subscriptions.update(found.SubscriptionNum, DateTimeStop=_LONG_AGO)
            done.append(f"subscription {found.SubscriptionNum} stopped: this key may not delete it")
    return "; ".join(done) or "there was no subscription of this workstation"


def _ours(subscriptions: Subscriptions, port: int, workstation: str) -> list[Subscription]:
    return [
        found
        for found in subscriptions.find()
        if found.UiEventType == EVENT
        and found.Note == NOTE
        and found.Workstation.casefold() == workstation.casefold()
        and found.EndPointUrl == endpoint(port)
    ]
