"""``odevents offices list`` and ``show``: what is known of each office, without its keys."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import click

from odevents.cli.office_by_office import chosen, exit_partly, for_each_office, tell_failed
from odevents.cli.output import json_option, local, print_records

if TYPE_CHECKING:
    from odevents.client.resources.computers import Computer
    from odevents.office import OfficeAccess
    from odevents.runtime import Runtime
    from odevents.store.subscriptions_seen import OfficeSeen
    from odevents.subscriptions.office_subscriptions import OfficeSubscriptions

_LISTED = ("office", "mode", "tier", "zone", "workstation", "last_event", "subscriptions", "differences", "trouble")
_KEYS = ("key", "fingerprint", "last_delivery", "calls")
_EVENTS = ("table", "last_event")
_WORKSTATIONS = ("workstation", "configured", "last_delivery", "deliveries", "heartbeat")
_LOOKED_AT = 500
"""So many of the newest deliveries say which machines fire."""


@click.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the offices: mode, tier, last event, and how the last look at their subscriptions ended. Calls nobody."""
    from odevents.cli.context import attach

    runtime = attach()
    seen = runtime.store.subscriptions_seen.all(runtime.offices)
    records = [_summary(runtime, office, seen.get(office.name)) for office in runtime.offices.values()]
    print_records(records, _LISTED, as_json=as_json)


@click.command()
@click.argument("office")
@json_option
def show(office: str, as_json: bool) -> None:
    """Show one office: its keys by fingerprint, what it sends, which machines fire, how much it is called.

    Asks the office for its subscriptions, under each key, its computers and its version.
    """
    from odevents.cli.context import attach

    def ask(subscriptions: OfficeSubscriptions) -> tuple[Computer, ...] | None:
        actual = subscriptions.read()
        if runtime.config.public_url is not None:
            subscriptions.plan(actual)
        return actual.computers

    runtime = attach()
    [name] = chosen(runtime, [office])
    asked, failed = for_each_office(runtime, [name], ask)
    access, seen = runtime.offices[name], runtime.store.subscriptions_seen.of(name)
    shown = {
        **_summary(runtime, access, seen),
        "calls": _calls(runtime, access),
        "keys": _keys(runtime, access, seen),
        "events": _events(runtime, name),
        "workstations": _workstations(runtime, access, asked.get(name)),
    }
    if as_json:
        click.echo(json.dumps(shown, indent=2, default=str))
    else:
        print_records([shown], (*_LISTED, "calls"), as_json=False)
        for part, columns in (("keys", _KEYS), ("events", _EVENTS), ("workstations", _WORKSTATIONS)):
            print_records(shown[part], columns, as_json=False)
    tell_failed(failed)
    exit_partly(len(asked), len(failed))


def _summary(runtime: Runtime, office: OfficeAccess, seen: OfficeSeen | None) -> dict[str, Any]:
    from odevents.subscriptions.drift import Drift

    differences = [found for found in seen.drift if Drift(found.kind).is_difference] if seen else []
    arrivals = runtime.store.feeds.arrivals(office.name)
    return {
        "office": office.name,
        "mode": office.mode,
        "tier": office.budget,
        "zone": office.zone.key,
        "workstation": office.workstation or "(all)",
        "last_event": local(max(arrivals.values())) if arrivals else None,
        "subscriptions": len([one for one in seen.subscriptions if one.name]) if seen and seen.read_at else None,
        "differences": len(differences) if seen and seen.read_at else None,
        "trouble": _trouble(seen),
    }


def _trouble(seen: OfficeSeen | None) -> str:
    if seen is None:
        return "not looked at yet"
    refused = [key.refused_since for key in seen.keys if key.refused_since]
    return f"customer key refused (401) since {local(min(refused))}" if refused else seen.trouble


def _calls(runtime: Runtime, office: OfficeAccess) -> str:
    """How much of its budget was used lately."""
    from odevents.store.budget import CALLS_MINUTES, allowed_lately, calls_lately

    used = calls_lately(runtime.store.redis, [office.name], time.time())[office.name]
    allowed = allowed_lately(office.budget)
    return f"{used}{f' of {allowed}' if allowed else ''} in {CALLS_MINUTES} minutes"


def _keys(runtime: Runtime, office: OfficeAccess, seen: OfficeSeen | None) -> list[dict[str, Any]]:
    from odevents.store.keys_used import keys_used

    fingerprints = runtime.key_fingerprints(office)
    used = keys_used(runtime.store.redis, office.name, fingerprints)
    refused = {key.fingerprint: key.refused_since for key in seen.keys} if seen else {}
    return [
        {
            "key": ("first", "second")[position],
            "fingerprint": fingerprint,
            "last_delivery": local(at) if at else None,
            "calls": f"refused (401) since {local(since)}" if (since := refused.get(fingerprint)) else "accepted",
        }
        for position, (fingerprint, at) in enumerate(zip(fingerprints, used, strict=True))
    ]


def _events(runtime: Runtime, office: str) -> list[dict[str, Any]]:
    arrivals = runtime.store.feeds.arrivals(office)
    newest_first = sorted(arrivals.items(), key=lambda arrival: -arrival[1])
    return [{"table": table, "last_event": local(at)} for table, at in newest_first]


def _workstations(
    runtime: Runtime, office: OfficeAccess, computers: tuple[Computer, ...] | None
) -> list[dict[str, Any]]:
    """The machines that fire, that are configured, and that Open Dental knows; capitals do not matter."""
    from odevents.store.filters import DeliveryFilter

    found: dict[str, dict[str, Any]] = {}

    def machine(name: str) -> dict[str, Any]:
        empty = {"workstation": name, "configured": "", "last_delivery": None, "deliveries": 0, "heartbeat": None}
        return found.setdefault(name.casefold(), empty)

    for entry in runtime.store.records.deliveries(DeliveryFilter(office=office.name), limit=_LOOKED_AT).found:
        if entry.workstation:
            fired = machine(entry.workstation)
            fired["last_delivery"] = fired["last_delivery"] or local(entry.received_at)
            fired["deliveries"] += 1
    tables = [table for table in runtime.config.subscriptions if {"*", office.name} & set(table.offices)]
    for name in (office.workstation, *(table.workstation for table in tables)):
        if name:
            machine(name)["configured"] = "yes"
    for computer in computers or ():
        machine(computer.CompName)["heartbeat"] = computer.LastHeartBeat
    return list(found.values())
