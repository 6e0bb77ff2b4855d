"""Subscriptions: which events fire, where to, and from when on.

Source: API Subscriptions page; the duplicate guard is in the program's source 24.3.
"""

from __future__ import annotations

from odevents.simulator.clock import wire
from odevents.simulator.events.watch import UI_EVENT_TYPES, watch_tables
from odevents.simulator.rest import read, write
from odevents.simulator.rest.answer import Answer, bad_request, not_found
from odevents.simulator.rest.asked import Asked, serves
from odevents.simulator.schema import NO_DATETIME, Field
from odevents.simulator.store import Row

_IMMUTABLE = frozenset({"WatchTable", "UiEventType", "CustomerKey"})
_RETRY_FIELDS = ("DateTimeLastFailure", "FailureReason", "SubsequentFailures", "DateTimeNextRetry")
_WORKSTATION_REQUIRED_SINCE = "26.2.1"


@serves("GET", "subscriptions")
def get(asked: Asked) -> Answer:
    """GET: those of the caller's customer key."""
    key = asked.customer_key
    return read.listing(asked, where="t.CustomerKey = ?", values=[key], shape=_shape(asked))


@serves("POST", "subscriptions")
def create(asked: Asked) -> Answer:
    """POST: a database event or a UI event, never both, and no second one that is alike."""
    values = write.settled(asked, asked.shown)
    if not values.get("EndPointUrl"):
        raise bad_request("EndPointUrl is required")
    _check_kind(asked, values)
    if not values.get("Workstation") and asked.office.has_version(_WORKSTATION_REQUIRED_SINCE):
        raise bad_request("Workstation is required")
    now = wire(asked.store.now())
    values = {"WatchTable": "", "UiEventType": "", "Workstation": "", "DateTimeStart": now} | values
    values["CustomerKey"] = asked.customer_key
    alike = {name: values[name] for name in ("CustomerKey", "EndPointUrl", "Workstation", "WatchTable", "UiEventType")}
    for row in asked.store.rows("apisubscription", **alike):
        if row["DateTimeStop"] == NO_DATETIME or row["DateTimeStop"] > now:
            raise bad_request("An unexpired subscription with the same settings already exists.")
    key = asked.store.insert("apisubscription", **values)
    answer = write.created(asked, key)
    return Answer(answer.status, _object(asked, key), answer.headers)


@serves("PUT", "subscriptions/{SubscriptionNum}")
def update(asked: Asked) -> Answer:
    """PUT: what it watches cannot change; the rest can, the cursor ``DateTimeStart`` included."""
    row = _own_row(asked)
    values = write.settled(asked, asked.shown, ignore=_IMMUTABLE)
    if "PollingSeconds" in values and not row["WatchTable"]:
        raise bad_request("PollingSeconds can only be set on subscriptions with a WatchTable.")
    if values.get("PollingSeconds", 1) < 1:
        raise bad_request("PollingSeconds is invalid")
    if values.get("EndPointUrl") == "":
        raise bad_request("EndPointUrl is required")
    asked.store.change("apisubscription", asked.key, **values)
    return write.updated(asked, asked.key)


@serves("DELETE", "subscriptions/{SubscriptionNum}")
def delete(asked: Asked) -> Answer:
    """DELETE: one of the caller's customer key."""
    _own_row(asked)
    return write.remove(asked)


def _own_row(asked: Asked) -> Row:
    row = asked.the_row()
    if row["CustomerKey"] != asked.customer_key:
        raise not_found("Subscription")
    return row


def _check_kind(asked: Asked, values: Row) -> None:
    table, event = values.get("WatchTable", ""), values.get("UiEventType", "")
    if bool(table) == bool(event):
        raise bad_request("Either WatchTable or UiEventType is required, not both.")
    if event and event not in UI_EVENT_TYPES:
        raise bad_request("UiEventType is invalid")
    if table and table not in watch_tables(asked.office):
        raise bad_request("WatchTable is invalid")
    if table and values.get("PollingSeconds", 0) < 1:
        raise bad_request("PollingSeconds is required")
    if event:
        values["PollingSeconds"] = 0


def _shape(asked: Asked) -> tuple[Field, ...]:
    shape = asked.shown.shape()
    if not asked.office.reported_2026:
        return shape
    return asked.shown.shape(only=(*(field.name for field in shape), *_RETRY_FIELDS))


def _object(asked: Asked, key: int) -> Row:
    return asked.store.objects("apisubscription", _shape(asked), "t.SubscriptionNum = ?", [key])[0]
