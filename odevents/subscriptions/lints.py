"""What is declared and would go wrong although Open Dental takes it: said before it does. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from urllib.parse import urlsplit

from odevents.client.budget import TIERS
from odevents.config import ConfigFile
from odevents.config_reading import Problem
from odevents.events.delivery import UNKNOWN, event_type
from odevents.events.tables import WATCH_TABLES
from odevents.public_url import is_public
from odevents.subscriptions.actual import Actual
from odevents.subscriptions.declared import ALL_WORKSTATIONS, Declared, declared_for, same_workstation
from odevents.subscriptions.marks import is_listener, shown

LINTS = {
    "blank-workstation": "every machine of the office sends the same rows to the receiver, racing for one cursor",
    "two-sources": "two subscriptions send the same rows from one machine; each row comes twice",
    "http-to-public": "patients and the customer key travel readable over the internet",
    "polls-too-fast": "changes come faster than the key's tier lets reactions answer them",
    "table-too-new": "the office's version of Open Dental does not have this watch table and refuses it",
    "no-event-type": "the office's version does not say what it sends, and the subscription's name does not either",
    "misleading-name": "the name is that of another table; where a header is missing, rows are taken for that one's",
    "only-this-machine": "the receiver's address is this machine's own; the office's machines would call themselves",
    "nothing-brings": "a reaction waits for a table that no subscription brings from this office",
}
"""What each lint means."""

_EVENT_TYPE_SINCE = (22, 4, 35)
_ADDED = {
    "PatField": (22, 4, 8),
    "AppointmentDeleted": (22, 4, 35),
    "Operatory": (24, 2, 11),
    "Provider": (24, 2, 11),
    "Schedule": (24, 2, 11),
    "ToothInitial": (24, 4, 30),
}
"""The version that added a watch table, where the "API Events" page says so; Appointment and Patient are from 22.1."""


@dataclass(frozen=True, slots=True)
class Lint:
    """One thing that will go wrong.

    :ivar code: one of :data:`LINTS`.
    """

    code: str
    office: str
    subscription: str
    text: str


def check_subscriptions(file: ConfigFile) -> Iterator[Problem]:
    """Subscriptions that Open Dental would refuse, or never fire."""
    for index, table in enumerate(file.subscriptions):
        if table.watch is not None and table.watch not in WATCH_TABLES:
            known = ", ".join(WATCH_TABLES)
            yield Problem(("subscriptions", index, "watch"), f'no watch table "{table.watch}"; there are: {known}')
    listening = [(index, table) for index, table in enumerate(file.subscriptions) if table.goes_to == "listener"]
    for (_, one), (index, other) in combinations(listening, 2):
        offices = set(one.offices) & set(other.offices) or "*" in one.offices + other.offices
        if offices and one.workstation == other.workstation:
            text = f'"{one.name}" and "{other.name}" are one subscription to Open Dental: same event, listener, machine'
            yield Problem(("subscriptions", index, "name"), text)


def lints(file: ConfigFile, office: str, actual: Actual | None = None) -> list[Lint]:
    """What will go wrong at an office, as far as it can be told.

    :param actual: the office as it was read, for what only that tells.
    :raises odevents.errors.ConfigError: the file does not say where the receiver is.
    """
    declared = declared_for(file, office)
    found = [
        *(lint for wanted in declared for lint in _of_one(file, office, wanted)),
        *_two_sources(office, declared),
        *_nothing_brings(file, office, declared),
    ]
    if actual is not None:
        found += [lint for wanted in declared for lint in _of_version(office, wanted, actual.version)]
        found += _of_actual(file, office, declared, actual)
    return found


def _of_one(file: ConfigFile, office: str, wanted: Declared) -> Iterator[Lint]:
    def lint(code: str, text: str) -> Lint:
        return Lint(code, office, wanted.name, text)

    table = file.offices[office]
    to_receiver = not is_listener(wanted.endpoint)
    if to_receiver and wanted.workstation == ALL_WORKSTATIONS:
        yield lint("blank-workstation", f'say which machine fires: workstation = "…" at [offices.{office}]')
    interval = TIERS[table.budget]
    if wanted.watch and wanted.poll_seconds < interval:
        text = f"polls every {wanted.poll_seconds} s; the key may call once in {interval:g} s: poll_seconds = "
        yield lint("polls-too-fast", f"{text}{interval:g} or more")
    named = event_type("", "", wanted.name).table
    if named not in (UNKNOWN, wanted.source):
        yield lint("misleading-name", f"it brings {wanted.source}; choose another name")
    loopback = ("localhost", "127.0.0.1", "::1")
    local_office = all(urlsplit(url).hostname in loopback for url in table.base_urls)
    if to_receiver and urlsplit(wanted.endpoint).hostname in loopback and not local_office:
        yield lint("only-this-machine", "public_url must be an address that the office's machines reach")


def _two_sources(office: str, declared: Sequence[Declared]) -> Iterator[Lint]:
    for one, other in combinations(declared, 2):
        together = ALL_WORKSTATIONS in (one.workstation, other.workstation)
        same_machine = together or same_workstation(one.workstation, other.workstation)
        if one.source == other.source and same_machine and is_listener(one.endpoint) == is_listener(other.endpoint):
            yield Lint("two-sources", office, other.name, f"{one.name} sends {other.source} from there already")


def _nothing_brings(file: ConfigFile, office: str, declared: Sequence[Declared]) -> Iterator[Lint]:
    brought = {wanted.source for wanted in declared if not is_listener(wanted.endpoint)}
    for reaction in file.reactions:
        if {"*", office} & set(reaction.offices) and reaction.on not in brought:
            text = f"the reaction {reaction.name} waits for {reaction.on}: add a subscription, or remove the reaction"
            yield Lint("nothing-brings", office, "", text)


def _of_version(office: str, wanted: Declared, version: tuple[int, ...]) -> Iterator[Lint]:
    if not version:
        return
    said = ".".join(map(str, version))
    needed = _ADDED.get(wanted.watch, ())
    if version < needed:
        text = f"{wanted.watch} needs {'.'.join(map(str, needed))}, the office has {said}: have it updated"
        yield Lint("table-too-new", office, wanted.name, text)
    if version < _EVENT_TYPE_SINCE and event_type("", "", wanted.name).table != wanted.source:
        text = f"the office has {said}: name the subscription {wanted.source.lower()}s, or have the office updated"
        yield Lint("no-event-type", office, wanted.name, text)


def _of_actual(file: ConfigFile, office: str, declared: Sequence[Declared], actual: Actual) -> Iterator[Lint]:
    ours = {wanted.name for wanted in declared}
    sources = {wanted.source for wanted in declared}
    for held in actual.subscriptions:
        parts = shown(held.row.EndPointUrl)
        if parts.startswith("http://") and is_public(urlsplit(parts).hostname or ""):
            yield Lint("http-to-public", office, held.mark.name or f"#{held.number}", f"{held.source} → {parts}")
        if held.is_below(file.public_url) and held.mark.name not in ours and held.source in sources:
            text = f"{held.source} comes to this receiver from it as well: adopt it or have it removed"
            yield Lint("two-sources", office, held.mark.name or f"#{held.number}", text)
