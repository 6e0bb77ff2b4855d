"""One office, asked by a handful of calls of its API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from odevents.client.opendental import OpenDental
from odevents.doctor.findings import Finding, Mark, fine, unknown
from odevents.errors import CallError, KeyRefused, NotSent, OfficeOffline, OfficeTooOld, Throttled

CLOCKS_DIFFER_AT_MOST = timedelta(minutes=5)
"""Beyond, the quarantine and the recognition of our own writes cannot be relied on."""

CLOCKS_SHOULD_DIFFER_LESS = timedelta(seconds=60)

_ALL = ("OD101", "OD102", "OD301", "OD302", "OD303", "OD210")


def examine_office(
    client: OpenDental, office: str, local_now: datetime, needed: Iterable[tuple[str, str]]
) -> Iterator[Finding]:
    """Ask one office; about four calls of its budget.

    :param local_now: the office's time by our clock, without zone.
    :param needed: (version, for what) of everything that is used at this office.
    """
    try:
        version = _preference(client, "ProgramVersion")
        updating = _preference(client, "UpdateInProgressOnComputerName")
    except CallError as error:
        found = list(_trouble(error, office))
        yield from found
        for code in _ALL:
            if code not in {finding.code for finding in found}:
                yield unknown(code, "the office could not be asked", office)
        return
    yield fine("OD301", office)
    yield fine("OD101", office)
    yield _may_subscribe(client, office)
    yield _version(version, needed, office)
    yield _updating(updating, office)
    yield _clock(client, office, local_now)


def _preference(client: OpenDental, name: str) -> str:
    found = next(iter(client.preferences.find(PrefName=name)), None)
    return found.ValueString if found else ""


def _trouble(error: CallError, office: str) -> Iterator[Finding]:
    match error:
        case KeyRefused():
            do = (
                "in Open Dental (Setup, Advanced Setup, API) the key must be there and enabled; in the developer portal"
                " it must be assigned to this office. A key that was just moved takes up to 15 minutes"
            )
            yield fine("OD301", office)
            yield Finding("OD101", Mark.ERROR, "the office refused the key (401)", office, do)
        case OfficeOffline():
            do = "at the office, open Services and start OpenDentalEConnector; only one may run for a registration key"
            yield Finding("OD301", Mark.ERROR, "the eConnector did not answer (400)", office, do)
        case NotSent():
            do = "check base_url in odevents.toml, and that this machine may make connections to it"
            yield Finding("OD301", Mark.ERROR, "no connection to its base_url", office, do)
        case OfficeTooOld():
            what = "its version lacks what every check begins with: preferences came with 21.1"
            yield fine("OD301", office)
            yield Finding("OD302", Mark.ERROR, what, office, "update Open Dental")
        case Throttled():
            do = 'lower "budget" in odevents.toml to the tier of this key; something else may use the same key'
            yield Finding("OD301", Mark.WARNING, "it asked for a pause (429)", office, do)
        case _:
            do = "try again; if it stays, the office's Open Dental or its API is not well"
            yield Finding("OD301", Mark.ERROR, f"a call failed: {type(error).__name__}", office, do)


def _may_subscribe(client: OpenDental, office: str) -> Finding:
    try:
        list(client.subscriptions.find())
    except KeyRefused:
        do = "give the key a permission that covers Subscriptions in the developer portal (ReadAll is free)"
        return Finding("OD102", Mark.ERROR, "the key may not read subscriptions", office, do)
    except CallError as error:
        return unknown("OD102", type(error).__name__, office)
    return fine("OD102", office)


def _version(version: str, needed: Iterable[tuple[str, str]], office: str) -> Finding:
    if not version:
        return unknown("OD302", "the office does not say its version", office)
    lacking = [(added, what) for added, what in needed if _numbers(version) < _numbers(added)]
    if not lacking:
        return fine("OD302", office, version)
    added, what = max(lacking, key=lambda one: _numbers(one[0]))
    words = f"version {version} lacks what is used here: {what} came with {added}"
    return Finding("OD302", Mark.ERROR, words, office, f"update Open Dental to {added} or newer, or do without {what}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _updating(computer: str, office: str) -> Finding:
    if not computer:
        return fine("OD303", office)
    do = "wait until the update is over; if it was broken off, Open Dental itself says how to go on"
    return Finding("OD303", Mark.WARNING, "an update of Open Dental is in progress", office, do)


def _clock(client: OpenDental, office: str, local_now: datetime) -> Finding:
    try:
        provider = next(iter(client.providers.find(Limit=1)), None)
    except CallError as error:
        return unknown("OD210", type(error).__name__, office)
    theirs = provider.serverDateTime if provider else None
    if theirs is None:
        return unknown("OD210", "the office does not say its time", office)
    return judge_clock(theirs - local_now, office)


def judge_clock(ahead: timedelta, office: str) -> Finding:
    """How far the office's clock is ahead of ours."""
    off = abs(ahead)
    if off <= CLOCKS_SHOULD_DIFFER_LESS:
        return fine("OD210", office)
    seconds, way = round(off.total_seconds()), "ahead of" if ahead > timedelta(0) else "behind"
    what = f"the office's clock is {seconds} s {way} ours"
    if off % timedelta(minutes=15) < CLOCKS_SHOULD_DIFFER_LESS and off > timedelta(minutes=14):
        do = 'if that is a whole number of hours, "time_zone" of the office in odevents.toml is wrong'
    else:
        do = "set both clocks by the network (NTP)"
    mark = Mark.ERROR if off > CLOCKS_DIFFER_AT_MOST else Mark.WARNING
    return Finding("OD210", mark, what, office, do)
