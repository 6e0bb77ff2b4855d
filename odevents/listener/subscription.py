"""The subscription that makes Open Dental fire at this listener: one per workstation and port, found by its mark.

Source: the "Subscriptions" page. A blank ``Workstation`` would fire on every machine, so it is always given.
"""

from __future__ import annotations

from odevents.client.resources.subscriptions import Subscription, Subscriptions
from odevents.subscriptions.apply import remove as remove_one
from odevents.subscriptions.marks import LISTENER, listener_endpoint, mark_in, marked
from odevents.subscriptions.steps import Remove

EVENT = "PatientSelected"
NOTE = marked("", LISTENER)


def ensure(subscriptions: Subscriptions, port: int, workstation: str) -> str:
    """Make sure there is exactly one; say what was done."""
    ours = _ours(subscriptions, port, workstation)
    running = [found for found in ours if found.DateTimeStop is None]
    if running:
        return f"subscription {running[0].SubscriptionNum} was there already"
    if ours:
        subscriptions.update(ours[0].SubscriptionNum, DateTimeStop=None, Note=marked(ours[0].Note, LISTENER))
        return f"subscription {ours[0].SubscriptionNum} taken up again"
    endpoint = listener_endpoint(port)
    made = subscriptions.create(EndPointUrl=endpoint, Workstation=workstation, UiEventType=EVENT, Note=NOTE)
    return f"subscription {made.SubscriptionNum} created" if made else "subscription created"


def remove(subscriptions: Subscriptions, port: int, workstation: str) -> str:
    """Remove what :func:`ensure` made and nothing else; say what was done.

    A key without the permission to delete can still set the end of a subscription, which stops it as well.
    """
    done = []
    for found in _ours(subscriptions, port, workstation):
        deleted = remove_one(subscriptions, Remove(found.SubscriptionNum, 0, LISTENER, found.Note))
        how = "removed" if deleted else "stopped: this key may not delete it"
        done.append(f"subscription {found.SubscriptionNum} {how}")
    return "; ".join(done) or "there was no subscription of this workstation"


def _ours(subscriptions: Subscriptions, port: int, workstation: str) -> list[Subscription]:
    return [
        found
        for found in subscriptions.find()
        if found.UiEventType == EVENT
        and mark_in(found.Note).name == LISTENER
        and found.Workstation.casefold() == workstation.casefold()
        and found.EndPointUrl == listener_endpoint(port)
    ]
