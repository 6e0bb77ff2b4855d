"""What was given up on: by group, each to be tried again or let go with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from odevents.console.console import back_to
from odevents.errors import ConfigError, LeaseLost

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from odevents.console.console import Console
    from odevents.store.again import Wish
    from odevents.store.dead_letters import DeadLetter

LISTED = 100
FILTERS = ("office", "of", "code")


def show(console: Console, request: Request) -> Response:
    """Draw the page."""
    wanted = {name: request.query_params.get(name, "") for name in FILTERS}
    letters = _chosen(console, wanted)
    return console.draw(
        request,
        "dead",
        "Dead letters",
        letters=letters[:LISTED],
        more=max(len(letters) - LISTED, 0),
        wanted=wanted,
        query=urlencode({name: value for name, value in wanted.items() if value}),
        codes=sorted({group.code for group in console.situation().groups}),
    )


def retry(console: Console, request: Request) -> Response:
    """Try those of a group again."""
    return _each(console, request, console.again.requeue, "retried")


def drop(console: Console, request: Request) -> Response:
    """Let those of a group go."""
    return _each(console, request, console.again.drop, "dropped")


def _each(console: Console, request: Request, do: Callable[[DeadLetter, Wish], object], done: str) -> Response:
    wish, form = console.wish(request), request.state.form
    wanted = {name: form.get(name, "") for name in FILTERS}
    found = 0
    for letter in _chosen(console, wanted):
        if form.get("letter") not in (None, letter.id) or letter.id > form.get("until", "~"):
            continue
        try:
            do(letter, wish)
            found += 1
        except (ConfigError, LeaseLost):
            continue
    query = urlencode({name: value for name, value in wanted.items() if value})
    return back_to(request, "/dead" + (f"?{query}" if query else ""), done if found else "nothing")


def _chosen(console: Console, wanted: dict[str, str]) -> list[DeadLetter]:
    return [
        letter
        for letter in console.store.dead_letters.recent(500)
        if all(not value or getattr(letter, name) == value for name, value in wanted.items())
    ]
