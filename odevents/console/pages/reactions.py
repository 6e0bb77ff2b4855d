"""Reactions: what each is, and every write with its state and the last thing that went wrong, in its row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from odevents.console.pages.deliveries import wanted_of
from odevents.store.filters import WriteFilter
from odevents.store.ledger import State
from odevents.store.packing import ABOUT_COLUMNS
from odevents.store.pauses import Scope

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from odevents.console.console import Console

LISTED = 50


def show(console: Console, request: Request) -> Response:
    """Draw the page."""
    wanted, problem = wanted_of(console, request, WriteFilter)
    page = console.store.records.writes(wanted, cursor=request.query_params.get("cursor", ""), limit=LISTED)
    situation = console.situation()
    return console.draw(
        request,
        "reactions",
        "Reactions",
        situation=situation,
        page=page,
        wanted=wanted,
        problem=problem,
        status=400 if problem else 200,
        query=urlencode(wanted.query()),
        given={name: request.query_params.get(name, "") for name in ("since", "until")},
        reactions=[_line(reaction, situation.pauses) for reaction in console.registry],
        names=sorted(
            {*(reaction.name for reaction in console.registry), *([wanted.reaction] if wanted.reaction else [])}
        ),
        states=[str(state) for state in State],
        number_columns=ABOUT_COLUMNS,
    )


def _line(reaction: Any, pauses: Any) -> dict[str, Any]:
    return {"reaction": reaction, "muted": pauses.get(str(Scope("", reaction.name)))}
