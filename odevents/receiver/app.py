"""The receiver as an ASGI application: routes, answers, health.

Every answer is exact, because Open Dental moves its cursor on exactly 200 and sends everything again on anything else.
Bodies of answers are one short reason in plain text, never anything of the request.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from odevents.errors import DeliveryRefused, StoreUnavailable
from odevents.events.delivery import machine_name
from odevents.log import logger, place_of
from odevents.public_url import DELIVERIES
from odevents.receiver.head import Head
from odevents.receiver.receive import Received, Receiver
from odevents.receiver.refusals import Refusals

SLOWED_BY = 1.0
"""Seconds that an address with too many wrong keys waits for its next answer: what it sends meanwhile costs nothing."""

RETRY_AFTER = 10
"""Seconds after which Open Dental may try again when the store is away; it polls by its own clock anyway."""


def create_app(receiver: Receiver, ready: Callable[[], Awaitable[bool]], refusals: Refusals) -> ReceiverApp:
    """The application.

    :param ready: whether the store accepts a durable write now.
    :param refusals: told of every delivery that was not taken.
    """

    async def livez(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        return PlainTextResponse("ok\n") if await ready() else _unavailable("the store takes no durable write")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await refusals.tell()
        await receiver.finish()

    return ReceiverApp(
        Deliveries(receiver, refusals), [Route("/livez", livez), Route("/readyz", readyz)], lifespan=lifespan
    )


class ReceiverApp(Starlette):
    """Hands deliveries straight on; all else goes by the routes.

    Starlette's middleware and router have nothing to do for a delivery, and would take 10 of the 80 µs it takes here.
    """

    def __init__(self, deliveries: ASGIApp, routes: list[Route], lifespan: Lifespan[Starlette]) -> None:
        super().__init__(routes=routes, lifespan=lifespan)
        self._deliveries = deliveries

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and (scope["path"] == DELIVERIES or scope["path"].startswith(f"{DELIVERIES}/")):
            await self._deliveries(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


class Deliveries:
    """Answers whatever is sent to where deliveries are; by any method, so that wrong ones are refused and counted."""

    def __init__(self, receiver: Receiver, refusals: Refusals) -> None:
        self._receiver = receiver
        self._refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what may be lost without harm comes after the answer."""
        head = Head(scope)
        received = await self._received(head, receive)
        if isinstance(received, Response):
            await received(scope, receive, send)
        else:
            await PlainTextResponse(f"{received.said}\n")(scope, receive, send)
            await self._receiver.after_answer(received)

    async def _received(self, head: Head, receive: Receive) -> Received | Response:
        """The delivery, which is kept; or what is answered when it is not."""
        try:
            return await self._receiver.receive(head, receive)
        except DeliveryRefused as refused:
            return await _refusal(self._refusals, head, refused)
        except StoreUnavailable as error:
            logger.warning("delivery not kept", code="store-unavailable", error=str(error))
            return _unavailable("the store is not available; send it again")
        except ClientDisconnect:
            return Response(status_code=400)  # nobody is there to read it
        except Exception as error:
            logger.error("receiver failed", error=place_of(error))
            return _unavailable("an error of ours; send it again")


def _unavailable(reason: str) -> Response:
    return PlainTextResponse(f"{reason}\n", 503, {"Retry-After": str(RETRY_AFTER)})


async def _refusal(refusals: Refusals, head: Head, refused: DeliveryRefused) -> Response:
    headers = {"Allow": "POST"} if refused.status == 405 else {}
    refusals.note(head.office, refused.code, machine_name(head.value(b"workstation")))
    if refused.status == 429:
        await asyncio.sleep(SLOWED_BY)
    return PlainTextResponse(f"{refused}\n", refused.status, headers)
