"""Health: which processes run, whether the store keeps what it acknowledges, whose clock differs; and who did what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odevents.store.audit import deeds
from odevents.store.connection import doubts
from odevents.store.presence import GONE_AFTER
from odevents.store.server_seen import look_at_server

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from odevents.console.console import Console

LISTED = 100


def show(console: Console, request: Request) -> Response:
    """Draw the page."""
    redis, situation = console.store.redis, console.situation()
    who = request.query_params.get("who", "")
    what = request.query_params.get("what", "")
    found = deeds(redis, 10 * LISTED)
    chosen = [deed for deed in found if who in ("", deed.who) and what in ("", deed.what)]
    return console.draw(
        request,
        "health",
        "Health and audit",
        situation=situation,
        gone_after=GONE_AFTER,
        server=look_at_server(redis),
        doubts=doubts(redis),
        runs=console.store.job_runs.all(),
        deeds=chosen[:LISTED],
        people=sorted({deed.who for deed in found}),
        kinds=sorted({deed.what for deed in found}),
        who=who,
        what=what,
    )
