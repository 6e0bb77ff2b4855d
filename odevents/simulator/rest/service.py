"""From an HTTP request to an answer: key, version, permission, method, fault.

Statuses and sentences are those of the API's documentation; where none is printed, the sentence is ours.
"""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import msgspec

import odevents.simulator.rest.handlers  # noqa: F401 - registers them
from odevents.client.endpoints import Endpoint, Resource
from odevents.simulator.faults import Trouble
from odevents.simulator.office import DEVELOPER_KEY, Office
from odevents.simulator.rest import read, write
from odevents.simulator.rest.answer import Answer, Refused, bad_request
from odevents.simulator.rest.asked import LARGEST, Asked, Handler, handler_of
from odevents.simulator.rest.pace import Pace
from odevents.simulator.schema import tables_by_resource

PREFIX = "/api/v1/"
_ECONNECTOR_DOWN = "The office's eConnector is not running. Please contact the office to start their eConnector."
_KEY_REFUSED = Answer(401, "Invalid or disabled API key.")
_TIMED_OUT = Answer(504, "The office did not answer in time.")
_SPELT_OTHERWISE = {
    ("PUT", "procedurelogs/GroupNote"): "procedurelogs/0/GroupNote",  # the page has ProcNum in the body
    ("POST", "ettrans"): "etrans",  # as the 2021 specification misspells it
}
_REMOVED = {"payplans": {"POST": "23.3.1"}}


@dataclass(frozen=True)
class Outcome:
    """An answer and what the network does with it."""

    answer: Answer
    trouble: Trouble | None = None
    delay: float = 0.0
    late: Callable[[], object] | None = None
    late_seconds: float = 0.0


class Service:
    """The API that all offices share, like the hosted one: the customer key decides which office answers."""

    def __init__(self, offices: Mapping[str, Office]) -> None:
        """:param offices: by customer key."""
        self.offices = offices
        self.paces: dict[str, Pace] = {}

    def respond(self, verb: str, target: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Answer one request. Never raises."""
        path, _, query_text = target.partition("?")
        query = dict(parse_qsl(query_text, keep_blank_values=True))
        scheme, _, keys = headers.get("authorization", "").partition(" ")
        developer, _, customer = keys.partition("/")
        office = next((office for office in self.offices.values() if office.has_key(customer)), None)
        if office is None:
            return Outcome(_KEY_REFUSED)
        wait = self.paces.setdefault(customer, Pace()).wait(office)
        decoded: Any = None
        if wait and office.faults.throttle == "refuse":
            outcome = Outcome(Answer(429, "Too many requests.", {"Retry-After": str(max(1, round(wait)))}))
        elif scheme != "ODFHIR" or developer != DEVELOPER_KEY or office.faults.key_disabled:
            outcome = Outcome(_KEY_REFUSED, delay=wait)
        else:
            try:
                decoded = _body(headers, body)
                act = self._understood(office, customer, verb, path, query, decoded)
                outcome = _befallen(office, verb, act, wait)
            except Refused as refused:
                outcome = Outcome(refused.answer, delay=wait)
        office.note_call(verb, path, query, decoded, outcome.answer.status)
        return outcome

    def _understood(
        self, office: Office, key: str, verb: str, path: str, query: dict[str, str], body: Any
    ) -> Callable[[], Answer]:
        if office.faults.econnector_down:
            raise bad_request(_ECONNECTOR_DOWN)
        if not path.startswith(PREFIX):
            raise Refused(404, "Unknown resource.")
        endpoint, ids = _find(verb, path.removeprefix(PREFIX).strip("/"))
        resource = endpoint.path.partition("/")[0]
        removed = _REMOVED.get(resource, {}).get(verb, "") if endpoint.path == resource else ""
        if removed and office.has_version(removed):
            raise Refused(410, f"{verb} {resource} was removed in version {removed}.")
        if not office.has_version(endpoint.added):
            raise bad_request(f"This method requires Open Dental version {endpoint.added} or later.")
        if endpoint.permission not in office.permissions:
            raise Refused(401, f"The API key lacks the permission {endpoint.permission}.")
        if body is not None and not isinstance(body, dict):
            raise bad_request("The body must be a JSON object.")
        spelt = _as_documented(endpoint, body or {})
        asked = Asked(office, endpoint, ids, query, spelt, tables_by_resource().get(resource), key)
        handler = handler_for(endpoint)
        if handler is None:
            raise Refused(501, f"{verb} {endpoint.path} is not modelled by the simulator.")

        def act() -> Answer:
            with office.store.lock:
                read.required(asked)
                return handler(asked)

        return act


def _befallen(office: Office, verb: str, act: Callable[[], Answer], wait: float) -> Outcome:
    """Carry a call out, or not, as the trouble has it that befalls it."""
    faults = office.faults
    match trouble := faults.of_this_call():
        case "reset_before":
            return Outcome(Answer(503), trouble, wait)
        case "late_write" if verb != "GET":
            return Outcome(_TIMED_OUT, trouble, wait, lambda: _answered(act), faults.late_seconds)
        case "gateway_timeout":
            _answered(act)
            return Outcome(_TIMED_OUT, trouble, wait)
        case "slow":
            wait += faults.slow_seconds
    return Outcome(_answered(act), trouble, wait)


def _answered(act: Callable[[], Answer]) -> Answer:
    try:
        return act()
    except Refused as refused:
        return refused.answer
    except Exception as mistake:
        # A mistake of the simulator must be seen by whoever tests against it, not look like a broken network.
        traceback.print_exc()
        return Answer(500, f"The simulator failed: {type(mistake).__name__}")


def handler_for(endpoint: Endpoint[..., Any]) -> Handler | None:
    """What answers a method: its special handler, else the general rule for its shape, else nothing."""
    special = handler_of(endpoint.verb, endpoint.path)
    if special is not None:
        return special
    resource, _, rest = endpoint.path.partition("/")
    table = tables_by_resource().get(resource)
    if table is None:
        return None
    keyed = bool(endpoint.path_names) and rest == f"{{{endpoint.path_names[0]}}}"
    if keyed:
        return {"GET": read.single, "PUT": write.update, "DELETE": write.remove}.get(endpoint.verb)
    return None if rest else {"GET": read.listing, "POST": write.create}.get(endpoint.verb)


@cache
def endpoints_of(resource: str) -> tuple[Endpoint[..., Any], ...]:
    """The client's table of a resource; empty where there is no such resource."""
    if not resource.isidentifier():
        return ()
    name = f"odevents.client.resources.{resource}"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name != name:
            raise
        return ()
    owners = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Resource) and value.__module__ == name
    ]
    return tuple(endpoint for owner in owners for endpoint in owner.endpoints().values())


def _find(verb: str, path: str) -> tuple[Endpoint[..., Any], dict[str, int]]:
    path = _SPELT_OTHERWISE.get((verb, path), path)
    parts = path.split("/")
    candidates = endpoints_of(parts[0].lower())
    matches = [(e, ids) for e in candidates if (ids := _match(e.path.split("/"), parts)) is not None]
    fixed_first = sorted(matches, key=lambda match: len(match[1]))
    for endpoint, ids in fixed_first:
        if endpoint.verb == verb:
            return endpoint, ids
    raise Refused(404, "Unknown resource." if not matches else f"{parts[0]} does not support {verb} here.")


def _as_documented(endpoint: Endpoint[..., Any], body: dict[str, Any]) -> dict[str, Any]:
    """The body with names spelt as documented: the server's reader does not mind capitals, nor do the examples."""
    known = set(endpoint.request.model_fields) if endpoint.request else set()
    small = {name.lower(): name for name in known}
    renamed = {name if name in known else small.get(name.lower(), name): value for name, value in body.items()}
    return renamed | {name: value for name, value in body.items() if name in known}


def _match(template: list[str], parts: list[str]) -> dict[str, int] | None:
    if len(template) != len(parts):
        return None
    ids: dict[str, int] = {}
    for wanted, part in zip(template, parts, strict=True):
        if wanted.startswith("{"):
            if not part.isdigit():
                return None
            ids[wanted[1:-1]] = min(int(part), LARGEST)
        elif wanted.lower() != part.lower():
            return None
    return ids


def _body(headers: Mapping[str, str], body: bytes) -> Any:
    if not headers.get("content-type", "").startswith("application/json"):
        raise bad_request("The Content-Type header must be application/json.")
    if not body:
        return None
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        raise bad_request("The body is not valid JSON.") from None
