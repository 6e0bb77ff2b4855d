"""Receiving one delivery: whose is it, may it come in, keep it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
from starlette.requests import Request

from odevents.errors import DeliveryRefused, StoreUnavailable
from odevents.events.delivery import Delivery, event_type, machine_name, rows_in
from odevents.events.row import minimise
from odevents.events.tables import counted_as
from odevents.log import logger
from odevents.queues import Hints
from odevents.receiver.index import ReceiverIndex, Sender, Senders
from odevents.store.accepting import Accepting
from odevents.store.dead_letters import DeadLetter
from odevents.store.ids import new_id
from odevents.store.seal import Sealing

POISON_AFTER = 3
"""A garbled transfer heals when it is sent again; a body that comes so often is as Open Dental meant it."""

BODY_WITHIN = 30.0
_KEEP_REFUSED_SECONDS = 3 * 24 * 3600
_LONGEST_KEY = 256


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery that was kept.

    :ivar said: what the answer says.
    :ivar hint: whether the office's lane wants a worker.
    """

    said: str
    delivery: Delivery
    started: float
    hint: bool


class Receiver:
    """Receives deliveries.

    :param clock: seconds since the epoch.
    """

    def __init__(
        self,
        index: ReceiverIndex,
        accepting: Accepting,
        hints: Hints,
        max_body_bytes: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._accepting = accepting
        self.know(index)
        self._hints = hints
        self._max_body_bytes = max_body_bytes
        self._clock = clock

    def know(self, index: ReceiverIndex) -> None:
        """Know these offices and keys from now on; what is being received goes on with either."""
        self._senders = Senders(index)
        self._accepting.seals = index.seals()

    async def receive(self, request: Request) -> Received:
        """Take in one delivery; when this returns, it is kept.

        :raises DeliveryRefused: with the answer to give; nothing was kept but, for a body that is no rows, the body.
        :raises StoreUnavailable: it could not be kept.
        """
        started = time.perf_counter()
        office = self._sender_of(request)
        request.scope["odevents.office"] = office.name
        body = await self._body(request)
        delivery = self._delivery(request, office, body)
        try:
            rows = rows_in(body)
        except DeliveryRefused as refused:
            return await self._not_rows(delivery, refused, started)
        hint = await self._accepting.accept(_minimised(delivery, rows, self._accepting.seals), len(rows))
        return Received(f"kept as {delivery.id}", delivery, started, hint)

    async def after_answer(self, received: Received) -> None:
        """What may be lost without harm: the hint that wakes a worker, how long the answer took, a counter."""
        milliseconds = (time.perf_counter() - received.started) * 1000
        delivery = received.delivery
        try:
            if received.hint:
                await asyncio.to_thread(self._hints.enqueue, delivery.office, "inbox", self._clock())
            await self._accepting.note_ack(delivery.office, delivery.id, milliseconds)
            if delivery.type.disagrees:
                await self._accepting.count(
                    "deliveries", delivery.office, counted_as(delivery.type.table), "type-disagrees"
                )
        except StoreUnavailable as error:
            logger.warning("hint not given", office=delivery.office, error=str(error))

    async def count_refusal(self, office: str, code: str) -> None:
        """Count a delivery that was not taken."""
        await self._accepting.count("refused", office or "unknown", code)

    def _sender_of(self, request: Request) -> Sender:
        """The office, before a byte of the body is read."""
        if request.method != "POST":
            raise DeliveryRefused(405, "wrong-method", "deliveries come by POST")
        keys = request.headers.getlist("authorization")
        if len(keys) > 1:
            raise DeliveryRefused(400, "two-keys", "more than one Authorization header")
        key = keys[0].strip() if keys else ""
        if not key:
            raise DeliveryRefused(401, "no-key", "the Authorization header must be the office's customer key")
        office = self._senders.with_key(key) if len(key) <= _LONGEST_KEY else None
        if office is None:
            raise DeliveryRefused(401, "unknown-key", "the Authorization header is not the customer key of an office")
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        if encoding != "identity":
            raise DeliveryRefused(415, "compressed", "compressed bodies are not taken")
        return office

    async def _body(self, request: Request) -> bytes:
        length = request.headers.get("content-length", "0")
        too_large = DeliveryRefused(413, "too-large", f"a delivery is at most {self._max_body_bytes} bytes")
        if length.isdigit() and int(length) > self._max_body_bytes:
            raise too_large
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(BODY_WITHIN):
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > self._max_body_bytes:
                        raise too_large
                    chunks.append(chunk)
        except TimeoutError:
            raise DeliveryRefused(408, "too-slow", f"the body did not arrive within {BODY_WITHIN:.0f} s") from None
        return b"".join(chunks)

    def _delivery(self, request: Request, office: Sender, body: bytes) -> Delivery:
        path = request.url.path.rstrip("/").rpartition("/")[2]
        type_ = event_type(request.headers.get("event-type", ""), request.query_params.get("type", ""), path)
        now = self._clock()
        workstation = machine_name(request.headers.get("workstation", ""))
        return Delivery(new_id("dlv", now), office.name, type_, workstation, now, body)

    async def _not_rows(self, delivery: Delivery, refused: DeliveryRefused, started: float) -> Received:
        """Keep the body; the third time it comes, put it aside and let the office's feed move on."""
        times = await self._accepting.refuse(delivery, refused.code, _KEEP_REFUSED_SECONDS)
        if times < POISON_AFTER or not delivery.body.strip():
            raise refused  # an empty body is nobody's meaning: something on the way swallows bodies
        letter = DeadLetter(
            id=new_id("dead", delivery.received_at),
            of="delivery",
            office=delivery.office,
            table=delivery.type.table,
            delivery=delivery.id,
            code=refused.code,
            message=f"came {times} times and {refused}",
            at=delivery.received_at,
        )
        await self._accepting.bury(letter, delivery.body)
        return Received(f"put aside as {letter.id}: {refused}", delivery, started, hint=False)


def _minimised(delivery: Delivery, rows: list[object], seals: Sealing) -> Delivery:
    """The delivery as it may be stored; spelled exactly as it came where nothing had to be taken out."""

    def fingerprint(value: bytes) -> bytes:
        return seals.fingerprint(value, "minimised", delivery.office)

    replaced = [minimise(row, fingerprint) for row in rows if isinstance(row, dict)]
    if not any(replaced):
        return delivery
    return replace(delivery, body=msgspec.json.encode(rows))
