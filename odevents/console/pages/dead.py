"""What was given up on, filtered; one or all that match tried again or let go, with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from odevents.console.admission import Refused
from odevents.console.console import back_to
from odevents.console.pages.deliveries import wanted_of
from odevents.store.filters import DeadFilter

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from odevents.console.console import Console
    from odevents.store.dead_letters import DeadLetter

LISTED = 50


def show(console: Console, request: Request) -> Response:
    """Draw the page."""
    wanted, problem = wanted_of(console, request, DeadFilter)
    situation = console.situation()
    page = console.store.dead_letters.page(wanted, cursor=request.query_params.get("cursor", ""), limit=LISTED)
    codes = {group.code for group in situation.groups} | ({wanted.code} if wanted.code else set())
    return console.draw(
        request,
        "dead",
        "Dead letters",
        situation=situation,
        page=page,
        wanted=wanted,
        problem=problem,
        status=400 if problem else 200,
        query=urlencode(wanted.query()),
        given={name: request.query_params.get(name, "") for name in ("since", "until")},
        codes=sorted(codes),
    )


def retry(console: Console, request: Request) -> Response:
    """Try one again."""
    wish = console.wish(request)
    console.again.requeue(_letter(console, request), wish)
    return back_to(request, _back(request), "retried")


def drop(console: Console, request: Request) -> Response:
    """Let one go."""
    wish = console.wish(request)
    console.again.drop(_letter(console, request), wish)
    return back_to(request, _back(request), "dropped")


def _letter(console: Console, request: Request) -> DeadLetter:
    letter = console.store.dead_letters.get(request.path_params["letter"])
    if letter is None:
        raise Refused(404, "It is no longer there: somebody has dealt with it.")
    return letter


def _back(request: Request) -> str:
    query: str = request.state.form.get("filter", "")
    return "/dead" + (f"?{query}" if query else "")
