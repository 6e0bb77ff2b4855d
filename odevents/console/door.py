"""The door: everything that comes in passes here, and everything that goes out carries the same strict headers."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from odevents.console.admission import (
    Proxy,
    Refused,
    Visitor,
    address_of,
    host_of,
    named_by,
    names_this_machine,
    refuse_foreign_host,
    refuse_hidden_proxy,
    refuse_other_sites,
)
from odevents.errors import StoreUnavailable
from odevents.store.accounts import Accounts, Role
from odevents.store.seal import Seals
from odevents.store.sessions import IDLE_SECONDS, Sessions

COOKIE = "odevents-console"
LARGEST_FORM = 64 * 1024
ASKED_BY_MACHINES = ("/livez", "/readyz", "/metrics")
"""Nobody signs in there: each says for itself whom it answers."""

REFRESH = "odevents-refresh"
"""Header of requests that a page makes by itself; they do not keep a session alive."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@dataclass(frozen=True)
class Guard:
    """What the door needs to know.

    :ivar loopback: only this machine reaches the page.
    :ivar local_user: who sits here, for a page that is open without accounts.
    :ivar clock: seconds since the epoch.
    """

    accounts: Accounts
    sessions: Sessions
    seals: Seals
    loopback: bool
    proxy: Proxy | None
    local_user: str
    clock: Callable[[], float]

    def visitor(self, token: str, peer: str, headers: Mapping[str, str]) -> Visitor | None:
        """Who this is, ``None`` for somebody who has to sign in.

        :raises Refused: 403.
        """
        if named := named_by(self.proxy, peer, headers):
            account = self.accounts.get(named)
            return self._visitor(named, account.role if account else "viewer", "proxy", named)
        if token and (found := self._signed_in(token, used=REFRESH not in headers)):
            return found
        if self.loopback and not self.proxy and not self.accounts.any():
            refuse_foreign_host(headers)
            refuse_hidden_proxy(headers)
            return self._visitor(self.local_user, "operator", "local", self.local_user)
        return None

    def stranger(self) -> Visitor:
        """Somebody who is about to sign in."""
        return self._visitor("", "viewer", "", "")

    def _signed_in(self, token: str, *, used: bool) -> Visitor | None:
        session = self.sessions.find(token, self.clock(), used=used)
        account = self.accounts.get(session.who) if session else None
        if session is None or account is None or session.since < account.changed_at:
            return None
        return self._visitor(account.name, account.role, "account", token)

    def _visitor(self, name: str, role: Role, how: str, secret: str) -> Visitor:
        token = self.seals.fingerprint(secret.encode(), "console form", how).hex()[:32]
        return Visitor(name, role, how, token)


class Door:
    """ASGI middleware. Behind it, ``request.state.visitor`` is known and ``request.state.form`` has been read."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            answer = await self._admit(request)
        except Refused as refused:
            answer = PlainTextResponse(f"{refused}\n", refused.status)
        except StoreUnavailable:
            text = "The store does not answer, so nobody can be let in. Is Redis running? Reload in a moment.\n"
            answer = PlainTextResponse(text, 503, {"Retry-After": "5"})
        except ClientDisconnect:
            return
        await (answer or self._app)(scope, receive, _with_headers(send, request))

    async def _admit(self, request: Request) -> Response | None:
        path = request.url.path.removeprefix(request.scope.get("root_path", "")) or "/"
        peer, proxy = peer_of(request), self._guard.proxy
        request.state.address = address_of(proxy, peer, request.headers)
        request.state.host = host_of(proxy, peer, request.headers)
        if path.startswith("/static/"):
            return None
        if path in ASKED_BY_MACHINES:
            request.state.visitor = self._guard.stranger()
            return None
        token = request.cookies.get(COOKIE, "")
        visitor = await run_in_threadpool(self._guard.visitor, token, peer, request.headers)
        if visitor is None and path != "/login":
            return _sign_in_first(request, path)
        request.state.visitor = visitor or self._guard.stranger()
        request.state.form = {}
        if request.method not in ("GET", "HEAD"):
            await self._admit_change(request)
        return None

    async def _admit_change(self, request: Request) -> None:
        refuse_other_sites(request.headers, request.state.host)
        request.state.form = form = await _form(request)
        if not hmac.compare_digest(form.get("token", "").encode(), request.state.visitor.form_token.encode()):
            raise Refused(403, "This form is too old: somebody else signed in meanwhile. Go back, reload, try again.")


def peer_of(request: Request) -> str:
    """The address at the other end of the connection."""
    return request.client.host if request.client else ""


def is_known(request: Request) -> bool:
    """Whether whoever asks has been let in: signed in, named by a proxy, or at this machine while that is enough."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    return visitor is not None and bool(visitor.how)


def set_cookie(response: Response, request: Request, token: str, *, loopback: bool) -> None:
    """Give the browser its token, or (``""``) take it away; only on this machine itself without TLS."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=None if token else 0,
        path=request.scope.get("root_path", "") or "/",
        secure=not (loopback and names_this_machine(request.state.host)),
        httponly=True,
        samesite="strict",
    )


def _sign_in_first(request: Request, path: str) -> Response:
    if REFRESH in request.headers or request.method != "GET" or path == "/live":
        minutes = IDLE_SECONDS // 60
        return PlainTextResponse(f"You are signed out, perhaps after {minutes} idle minutes. Sign in again.\n", 401)
    wanted = path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{request.scope.get('root_path', '')}/login?{urlencode({'next': wanted})}", 303)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a plain form; of two with one name the last one counts."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Refused(415, "Only plain forms are taken.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise Refused(413, "The form is too large.")
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100))
    except ValueError:
        raise Refused(400, "The form cannot be read.") from None


def _with_headers(send: Send, request: Request) -> Callable[[Message], Awaitable[None]]:
    kept = "/static/" in request.url.path

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "public, max-age=3600" if kept else "no-store")
        await send(message)

    return sending
