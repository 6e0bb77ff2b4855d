"""Signing in and out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from odevents.console.console import Console, base_of
from odevents.console.door import COOKIE, set_cookie
from odevents.console.passwords import fits, spend_time
from odevents.log import logger
from odevents.store.sessions import FAILURES_SECONDS

_WRONG = "That name and password do not belong together."
_WAIT = f"Too many failed sign-ins from your address. Wait {FAILURES_SECONDS // 60} minutes; no account is locked."


def ask(console: Console, request: Request) -> Response:
    """The form."""
    return _form(console, request, request.query_params.get("next", "/"))


def sign_in(console: Console, request: Request) -> Response:
    """Check a name and a password."""
    form, sessions = request.state.form, console.guard.sessions
    address = request.state.address
    wanted = form.get("next", "/")
    if not sessions.may_try(address):
        return _form(console, request, wanted, _WAIT, 429)
    account = console.guard.accounts.get(form.get("name", "").strip().lower())
    if account is None:
        spend_time(form.get("password", ""))
    if account is None or not fits(form.get("password", ""), account.password):
        sessions.note_failure(address)
        logger.warning("sign-in failed", code="sign-in-failed")
        return _form(console, request, wanted, _WRONG, 401)
    answer = RedirectResponse(base_of(request) + _ours(wanted), 303)
    set_cookie(answer, request, sessions.begin(account.name, console.clock()), loopback=console.guard.loopback)
    return answer


def sign_out(console: Console, request: Request) -> Response:
    """End the session."""
    console.guard.sessions.end(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse(f"{base_of(request)}/login", 303)
    set_cookie(answer, request, "", loopback=console.guard.loopback)
    return answer


def _form(console: Console, request: Request, wanted: str, problem: str = "", status: int = 200) -> Response:
    page = console.templates.get_template("login.html").render(
        base=base_of(request), token=request.state.visitor.form_token, next=_ours(wanted), problem=problem
    )
    return HTMLResponse(page, status)


def _ours(path: str) -> str:
    """A path of the console; anything that could lead elsewhere becomes the overview."""
    leads_elsewhere = not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable()
    return "/" if leads_elsewhere else path
