"""Subscriptions: what is declared against what each office has, as it was last seen, and the exact command to run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from odevents.config import SubscriptionTable
    from odevents.console.console import Console
    from odevents.store.subscriptions_seen import OfficeSeen


def show(console: Console, request: Request) -> Response:
    """Draw the page."""
    seen = console.store.subscriptions_seen.all(console.offices)
    cards = [_card(console, name, seen.get(name)) for name in console.offices]
    return console.draw(request, "subscriptions", "Subscriptions", cards=cards)


def _card(console: Console, office: str, seen: OfficeSeen | None) -> dict[str, Any]:
    declared = [table for table in console.config.subscriptions if "*" in table.offices or office in table.offices]
    drift = {difference.subscription: difference for difference in seen.drift} if seen else {}
    lines = [_line(table, seen, drift) for table in declared]
    named = {table.name for table in declared}
    others = [found for found in seen.subscriptions if found.name not in named] if seen else []
    return {
        "office": office,
        "zone": console.offices[office].zone,
        "seen": seen,
        "lines": lines,
        "others": others,
        "drift": [difference for difference in drift.values() if difference.kind != "not-ours"],
    }


def _line(table: SubscriptionTable, seen: OfficeSeen | None, drift: dict[str, Any]) -> dict[str, Any]:
    found = seen.named(table.name) if seen else None
    difference = drift.get(table.name)
    if difference:
        state, tone = difference.kind.replace("-", " "), "late"
    elif found is None:
        state, tone = ("not looked yet", "new") if seen is None or not seen.read_at else ("missing", "stale")
    else:
        state, tone = ("paused", "paused") if found.paused else ("as declared", "fresh")
    return {"table": table, "found": found, "state": state, "tone": tone, "text": difference.text if difference else ""}
