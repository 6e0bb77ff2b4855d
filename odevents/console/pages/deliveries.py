"""Deliveries: everything that was received, refused requests included, filtered by what the address says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from odevents.console.admission import Refused
from odevents.console.console import back_to
from odevents.errors import FilterInvalid
from odevents.events.tables import UI_EVENTS, WATCH_TABLES
from odevents.store.filters import MODES, OUTCOMES, REFUSED, DeadFilter, DeliveryFilter, WriteFilter
from odevents.store.packing import ABOUT_COLUMNS, about

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from odevents.console.console import Console

LISTED = 50
_REFUSALS_BESIDE = 5


def show(console: Console, request: Request) -> Response:
    """Draw the page."""
    wanted, problem = wanted_of(console, request, DeliveryFilter)
    page = console.store.records.deliveries(wanted, cursor=request.query_params.get("cursor", ""), limit=LISTED)
    return console.draw(
        request,
        "deliveries",
        "Deliveries",
        page=page,
        wanted=wanted,
        problem=problem,
        status=400 if problem else 200,
        query=urlencode(wanted.query()),
        given=_given(request),
        refusals=_refusals(console, wanted),
        watches=[*WATCH_TABLES, *UI_EVENTS],
        outcomes=OUTCOMES,
        modes=MODES,
        number_columns=ABOUT_COLUMNS,
    )


def find(console: Console, request: Request) -> Response:
    """Look for an appointment or a patient: the number is posted, and becomes a keyed fingerprint in the address."""
    return _found_on(console, request, "/deliveries", DeliveryFilter)


def find_writes(console: Console, request: Request) -> Response:
    """The same among the writes."""
    return _found_on(console, request, "/reactions", WriteFilter)


def wanted_of(
    console: Console, request: Request, of: type[DeliveryFilter] | type[WriteFilter] | type[DeadFilter]
) -> tuple[Any, str]:
    """The filter that the address says, and what is wrong with it, ``""`` for nothing."""
    try:
        return of.parse(request.query_params, console.clock()), ""
    except FilterInvalid as error:
        return of(), str(error)


def _found_on(console: Console, request: Request, path: str, of: type[DeliveryFilter] | type[WriteFilter]) -> Response:
    form = request.state.form
    number, column = form.get("number", "").strip(), form.get("column", "")
    if column not in ABOUT_COLUMNS or not number.isdecimal() or len(number) > 19:
        raise Refused(400, f"Give a number of {' or '.join(ABOUT_COLUMNS)}.")
    wanted = of.parse({name: value for name, value in form.items() if name != "about"}, console.clock()).query()
    wanted["about"] = about(console.guard.seals.fingerprint, column, int(number)).hex()
    return back_to(request, f"{path}?{urlencode(wanted)}")


def _given(request: Request) -> dict[str, str]:
    """The times as they were typed: an age stays an age."""
    return {name: request.query_params.get(name, "") for name in ("since", "until")}


def _refusals(console: Console, wanted: DeliveryFilter) -> list[Any]:
    if wanted.outcome == REFUSED:
        return console.store.refusals.lines(wanted)
    if wanted.watch or wanted.outcome or wanted.mode or wanted.about:
        return []
    return console.store.refusals.lines(wanted, _REFUSALS_BESIDE)
