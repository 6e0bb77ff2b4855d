"""The console as an ASGI application: its addresses, what is behind each, and what is answered when something fails."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from odevents.console import signing_in
from odevents.console.admission import Refused, is_loopback, refuse_foreign_host, refuse_hidden_proxy, speaks
from odevents.console.console import Console
from odevents.console.door import COOKIE, Door, is_known, peer_of
from odevents.console.live import Pulse, stream
from odevents.console.pages import bulk, dead, deliveries, delivery, health, offices, overview, reactions, subscriptions
from odevents.errors import ConfigError, FilterInvalid, LeaseLost, OdeventsError, SealBroken, StoreUnavailable
from odevents.log import logger, place_of
from odevents.store import keys
from odevents.store.atomic import in_store
from odevents.store.feeds import Evidence
from odevents.store.tail import follow
from odevents.subscriptions.watching import judge_now

Page = Callable[[Console, Request], Response]
Endpoint = Callable[[Request], Awaitable[Response]]

PAGES: tuple[tuple[str, str, Page], ...] = (
    ("GET", "/", overview.show),
    ("GET", "/deliveries", deliveries.show),
    ("POST", "/deliveries/find", deliveries.find),
    ("POST", "/reactions/find", deliveries.find_writes),
    ("GET", "/deliveries/{delivery}", delivery.show),
    ("POST", "/deliveries/{delivery}/replay", delivery.replay),
    ("POST", "/deliveries/{delivery}/reveal", delivery.reveal),
    ("POST", "/deliveries/{delivery}/mask", delivery.mask),
    ("GET", "/deliveries/{delivery}/fixture.json", delivery.fixture),
    ("GET", "/reactions", reactions.show),
    ("GET", "/dead", dead.show),
    ("POST", "/dead/{letter}/retry", dead.retry),
    ("POST", "/dead/{letter}/drop", dead.drop),
    ("GET", "/bulk", bulk.listed),
    ("POST", "/bulk", bulk.choose),
    ("GET", "/bulk/{job}", bulk.show),
    ("POST", "/bulk/{job}/start", bulk.start),
    ("POST", "/bulk/{job}/abort", bulk.abort),
    ("GET", "/subscriptions", subscriptions.show),
    ("GET", "/offices", offices.show),
    ("POST", "/pause", offices.pause),
    ("POST", "/resume", offices.resume),
    ("POST", "/mode", offices.change_mode),
    ("GET", "/health", health.show),
    ("GET", "/login", signing_in.ask),
    ("POST", "/login", signing_in.sign_in),
    ("POST", "/logout", signing_in.sign_out),
)
"""Method, address, and the page behind it. Pages run in threads: they may wait for the store."""


Current = Callable[[], Console]
"""Gives the console as it is configured now."""


def create_console(current: Current) -> Starlette:
    """The application; it may be mounted below a path."""
    guard, pulse = current().guard, Pulse(lambda: follow(current().store.redis))

    async def live(request: Request) -> Response:
        token, peer = request.cookies.get(COOKIE, ""), peer_of(request)
        headers = {**request.headers, "odevents-refresh": "1"}
        return stream(request, pulse, current().stopping, lambda: guard.visitor(token, peer, headers) is not None)

    routes = [Route(path, _endpoint(current, page), methods=[method]) for method, path, page in PAGES]
    return Starlette(
        routes=[
            *routes,
            Route("/live", live),
            Route("/livez", lambda _: PlainTextResponse("ok\n")),
            Route("/readyz", _endpoint(current, _readyz)),
            Route("/metrics", _endpoint(current, _metrics)),
            Mount("/static", StaticFiles(packages=[("odevents.console", "static")])),
        ],
        middleware=[Middleware(Door, guard=guard)],
        exception_handlers={404: _not_found(current)},
    )


def _endpoint(current: Current, page: Page) -> Endpoint:
    async def answer(request: Request) -> Response:
        return await run_in_threadpool(_drawn, current(), request, page)

    return answer


def _drawn(console: Console, request: Request, page: Page) -> Response:
    try:
        return page(console, request)
    except Refused as refused:
        return _problem(console, request, refused.status, "Not done", str(refused))
    except FilterInvalid as error:
        return _problem(console, request, 400, "Not understood", f"The address asks for what cannot be: {error}.")
    except (ConfigError, LeaseLost, SealBroken) as error:
        return _problem(console, request, 409, "Not done", str(error))
    except StoreUnavailable as error:
        return PlainTextResponse(f"The store does not answer: {error}. Reload soon.\n", 503, {"Retry-After": "5"})
    except OdeventsError as error:
        return _problem(console, request, 500, "That did not work", f"{type(error).__name__}: {error}")
    except Exception as error:
        logger.error("page failed", error=place_of(error))
        return PlainTextResponse("A mistake of ours; the log says where. Nothing was changed.\n", 500)


def _problem(console: Console, request: Request, status: int, title: str, words: str) -> Response:
    """What went wrong, inside the frame; the frame names offices and people, so strangers get the words alone."""
    if not is_known(request):
        return PlainTextResponse(f"{title}: {words}\n", status)
    try:
        return console.draw(request, "problem", title, here="", words=words, step="", status=status)
    except StoreUnavailable:
        return PlainTextResponse(f"{title}: {words}\n", status)


def _not_found(current: Current) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, _: Exception) -> Response:
        words = "There is no such page."
        return await run_in_threadpool(_problem, current(), request, 404, "Not found", words)

    return answer


def _readyz(console: Console, _: Request) -> Response:
    in_store(lambda: console.store.redis.set(keys.READY, 1, ex=60))
    return PlainTextResponse("ok\n")


def _metrics(console: Console, request: Request) -> Response:
    """For whoever asks on this machine, or brings the token where there is one, or must be one."""
    if console.metrics_token:
        given = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
        allowed = hmac.compare_digest(given, console.metrics_token.encode())
    else:
        allowed = not console.behind_proxy and _asked_here(console, request)
    if not allowed:
        return PlainTextResponse("Metrics need the token of ODEVENTS_METRICS_TOKEN.\n", 401)
    from odevents.metrics.exposition import CONTENT_TYPE, exposition

    now = console.clock()

    def state(office: str, evidence: Evidence) -> str:
        return str(judge_now(console.config, console.offices[office], evidence, now).state)

    return Response(exposition(console.store, console.offices, now, state), media_type=CONTENT_TYPE)


def _asked_here(console: Console, request: Request) -> bool:
    """Whether this machine itself asks, for itself."""
    refuse_foreign_host(request.headers)
    refuse_hidden_proxy(request.headers)
    peer = peer_of(request)
    return is_loopback(peer) and not speaks(console.guard.proxy, peer)
