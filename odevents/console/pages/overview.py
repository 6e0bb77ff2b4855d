"""The overview: what needs attention, what comes in and how we know, and how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from odevents.console.measures import days, figures
from odevents.console.words import budget, lasting
from odevents.store.budget import calls_lately

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from odevents.console.console import Console
    from odevents.console.situation import Lane


def show(console: Console, request: Request) -> Response:
    """Draw the page."""
    situation = console.situation()
    calls = calls_lately(console.store.redis, console.offices, situation.at)
    lanes = [
        {
            "office": office,
            "inbox": _lane(office.inbox, situation.at),
            "writes": _lane(office.writes, situation.at),
            "budget": budget(console.offices[office.name].budget, calls[office.name]),
        }
        for office in situation.offices
    ]
    feeds = situation.feeds
    return console.draw(
        request,
        "overview",
        "Overview",
        situation=situation,
        lanes=lanes,
        feeds=[
            {"feed": feed, "zone": console.offices[feed.office].zone, "strip": strip}
            for feed, strip in zip(feeds, days(console.store, feeds, situation.at), strict=True)
        ],
        figures=figures(console.store, situation.at),
    )


def _lane(lane: Lane, now: float) -> str:
    if not lane.waiting:
        return "none"
    waits = now - (lane.oldest_at or now)
    return f"{lane.waiting:,}" + (f", oldest {lasting(waits)}" if waits >= 1 else "")
