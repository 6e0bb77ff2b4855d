"""The receiver as an ASGI application: routes, answers, health.

Every answer is exact, because Open Dental moves its cursor on exactly 200 and sends everything again on anything else.
Bodies of answers are one short reason in plain text, never anything of the request.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from odevents.errors import DeliveryRefused, StoreUnavailable
from odevents.events.delivery import machine_name
from odevents.log import logger, place_of
from odevents.receiver.receive import Received, Receiver
from odevents.receiver.refusals import Refusals

SLOWED_BY = 1.0
"""Seconds that an address with too many wrong keys waits for its next answer: what it sends meanwhile costs nothing."""

RETRY_AFTER = 10
"""Seconds after which Open Dental may try again when the store is away; it polls by its own clock anyway."""


def create_app(receiver: Receiver, ready: Callable[[], Awaitable[bool]], refusals: Refusals) -> Starlette:
    """The application.

    :param ready: whether the store accepts a durable write now.
    :param refusals: told of every delivery that was not taken.
    """

    async def apievents(request: Request) -> Response:
        try:
            received = await receiver.receive(request)
        except DeliveryRefused as refused:
            return await _refusal(refusals, request, refused)
        except StoreUnavailable as error:
            logger.warning("delivery not kept", code="store-unavailable", error=str(error))
            return _unavailable("the store is not available; send it again")
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except Exception as error:
            logger.error("receiver failed", error=place_of(error))
            return _unavailable("an error of ours; send it again")
        return _accepted(receiver, received)

    async def livez(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        return PlainTextResponse("ok\n") if await ready() else _unavailable("the store takes no durable write")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await refusals.tell()
        await receiver.finish()

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/apievents", AnyMethod(apievents)),
            Route("/apievents/{rest:path}", AnyMethod(apievents)),
            Route("/livez", livez),
            Route("/readyz", readyz),
        ],
    )


class AnyMethod:
    """Lets every method through to the endpoint, which refuses the wrong ones in its own words and counts them."""

    def __init__(self, endpoint: Callable[[Request], Awaitable[Response]]) -> None:
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self._endpoint(Request(scope, receive))
        await response(scope, receive, send)


def _accepted(receiver: Receiver, received: Received) -> Response:
    return PlainTextResponse(f"{received.said}\n", background=BackgroundTask(receiver.after_answer, received))


def _unavailable(reason: str) -> Response:
    return PlainTextResponse(f"{reason}\n", 503, {"Retry-After": str(RETRY_AFTER)})


async def _refusal(refusals: Refusals, request: Request, refused: DeliveryRefused) -> Response:
    headers = {"Allow": "POST"} if refused.status == 405 else {}
    workstation = machine_name(request.headers.get("workstation", ""))
    refusals.note(request.scope.get("odevents.office", ""), refused.code, workstation)
    if refused.status == 429:
        await asyncio.sleep(SLOWED_BY)
    return PlainTextResponse(f"{refused}\n", refused.status, headers)
