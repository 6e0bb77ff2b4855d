"""The offices: how each is reached, by which key (never the key), how busy, dry-run or live; and what is held back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from odevents.config_editing import mode_change
from odevents.console.admission import Refused
from odevents.console.console import back_to
from odevents.console.words import budget
from odevents.store.audit import note
from odevents.store.budget import calls_lately
from odevents.store.keys_used import keys_used
from odevents.store.pauses import ALL, Pause, Scope

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from odevents.console.console import Console
    from odevents.console.situation import OfficeNow
    from odevents.store.subscriptions_seen import OfficeSeen

_BACK = ("/offices", "/reactions")


def show(console: Console, request: Request) -> Response:
    """Draw the page."""
    situation = console.situation()
    seen = console.store.subscriptions_seen.all(console.offices)
    calls = calls_lately(console.store.redis, console.offices, situation.at)
    return console.draw(
        request,
        "offices",
        "Offices",
        situation=situation,
        cards=[_card(console, office, seen.get(office.name), calls[office.name]) for office in situation.offices],
        reactions=[reaction.name for reaction in console.registry],
    )


def pause(console: Console, request: Request) -> Response:
    """Hold back all effects, an office's, a reaction's, or one reaction's at one office."""
    wish = console.wish(request)
    console.store.pauses.set(_scope(console, request), Pause(wish.who, wish.at, wish.reason))
    return back_to(request, _back(request), "paused")


def resume(console: Console, request: Request) -> Response:
    """Let go what was held back."""
    wish = console.wish(request)
    lifted = console.store.pauses.lift(_scope(console, request), Pause(wish.who, wish.at, wish.reason))
    return back_to(request, _back(request), "resumed" if lifted else "nothing")


def change_mode(console: Console, request: Request) -> Response:
    """Let an office's reactions write, or only rehearse: one line of ``odevents.toml``, as the command changes it."""
    wish, form = console.wish(request), request.state.form
    office, mode = form.get("office", ""), form.get("mode", "")
    if office not in console.offices or mode not in ("dry-run", "live"):
        raise Refused(400, "There is no such office, or no such mode.")
    if console.offices[office].mode == mode:
        return back_to(request, "/offices", "nothing")
    mode_change(console.file, office, mode).carry_out()
    note(console.store.redis, "offices mode", wish.at, who=wish.who, about=f"{office}: {mode}", reason=wish.reason)
    return back_to(request, "/offices", "mode")


def scope_named(name: str) -> Scope:
    """The scope that :meth:`odevents.store.pauses.Scope.__str__` spelt."""
    if name == ALL:
        return Scope()
    office, _, reaction = name.partition("reaction ")
    return Scope(office.removeprefix("office ").strip(), reaction.strip())


def _scope(console: Console, request: Request) -> Scope:
    form = request.state.form
    if "scope" in form:  # what is held may name what the configuration no longer does
        return scope_named(form["scope"])
    scope = Scope(form.get("office", ""), form.get("reaction", ""))
    if scope.office and scope.office not in console.offices:
        raise Refused(400, f"There is no office {scope.office}.")
    if scope.reaction and scope.reaction not in console.registry:
        raise Refused(400, f"There is no reaction {scope.reaction}.")
    return scope


def _back(request: Request) -> str:
    wanted: str = request.state.form.get("back", "")
    return wanted if wanted in _BACK else _BACK[0]


def _card(console: Console, office: OfficeNow, seen: OfficeSeen | None, calls: int) -> dict[str, Any]:
    access = console.offices[office.name]
    refused = {key.fingerprint: key.refused_since for key in seen.keys} if seen else {}
    prints = console.key_fingerprints(access)
    used = keys_used(console.store.redis, office.name, prints)
    machines = {found.workstation for found in seen.subscriptions} if seen else set()
    return {
        "office": office,
        "access": access,
        "budget": budget(access.budget, calls),
        "keys": [
            {"fingerprint": name, "refused_since": refused.get(name, 0.0), "used_at": at}
            for name, at in zip(prints, used, strict=True)
        ],
        "workstations": sorted({*machines, access.workstation} - {""}),
        "other_mode": "live" if access.mode == "dry-run" else "dry-run",
    }
