"""Subscriptions of API events.

Source: https://www.opendental.com/site/apisubscriptions.html
"""

from __future__ import annotations

from odevents.client.conditions import exactly_one_of, needs
from odevents.client.endpoints import Attached, Delete, Find, Nothing, Post, Put, Resource
from odevents.client.models import Body, PagedQuery, Row, unset
from odevents.client.wire import DateTime, Num, Text, When


class Subscription(Row):
    SubscriptionNum: Num
    EndPointUrl: Text = ""
    Workstation: Text = ""
    CustomerKey: Text = ""
    WatchTable: Text = ""
    PollingSeconds: Num = 0
    UiEventType: Text = ""
    DateTimeStart: DateTime = None
    DateTimeStop: DateTime = None
    Note: Text = ""


class SubscriptionNew(Body):
    conditions = (
        exactly_one_of("WatchTable", "UiEventType"),
        needs("WatchTable", "PollingSeconds"),
    )

    EndPointUrl: str
    Workstation: str = unset
    PollingSeconds: int = unset
    WatchTable: str = unset
    UiEventType: str = unset
    DateTimeStart: When = unset
    DateTimeStop: When = unset
    Note: str = unset


class SubscriptionUpdate(Body):
    EndPointUrl: str = unset
    Workstation: str = unset
    PollingSeconds: int = unset
    DateTimeStart: When = unset
    DateTimeStop: When = unset
    Note: str = unset


class Subscriptions(Resource):
    create = Post("subscriptions", SubscriptionNew, Subscription, added="22.1", permission="ReadAll")
    find = Find("subscriptions", PagedQuery, Subscription, added="22.1")
    # An earlier DateTimeStart has the office send the changes since then again, three days of them at the most.
    update = Put("subscriptions/{SubscriptionNum}", SubscriptionUpdate, Nothing, added="22.1", permission="ReadAll")
    # The free permission does not cover it; a DateTimeStop in the past ends a subscription as well.
    delete = Delete("subscriptions/{SubscriptionNum}", added="22.1")


subscriptions = Attached(Subscriptions)
