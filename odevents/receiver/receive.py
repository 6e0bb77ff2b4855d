"""Receiving one delivery: whose is it, may it come in, keep it."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from odevents.errors import DeliveryRefused, StoreUnavailable
from odevents.events.delivery import Delivery, event_type, glance_at, machine_name, rows_in
from odevents.events.redacting import redacted
from odevents.events.row import minimise
from odevents.events.tables import counted_as
from odevents.log import logger
from odevents.public_url import DELIVERIES
from odevents.queues import Hints
from odevents.receiver.failures import Failures, in_any
from odevents.receiver.head import Head
from odevents.receiver.index import ReceiverIndex, Sender, Senders
from odevents.settings import Settings
from odevents.store.accepting import Accepting
from odevents.store.dead_letters import DeadLetter
from odevents.store.ids import new_id
from odevents.store.seal import Sealing

KEY_NOTED_EVERY = 60.0

POISON_AFTER = 3
"""A garbled transfer heals when it is sent again; a body that comes so often is as Open Dental meant it."""

_KEEP_REFUSED_SECONDS = 3 * 24 * 3600
_LONGEST_KEY = 256


@dataclass(frozen=True, slots=True)
class Received:
    """A delivery that was kept.

    :ivar said: what the answer says.
    :ivar hint: whether the office's lane wants a worker.
    :ivar key: fingerprint of the customer key that it came with.
    """

    said: str
    delivery: Delivery
    started: float
    hint: bool
    key: str = ""


class Receiver:
    """Receives deliveries.

    :param clock: seconds since the epoch.
    """

    def __init__(
        self,
        index: ReceiverIndex,
        accepting: Accepting,
        hints: Hints,
        settings: Settings,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._accepting = accepting
        self.know(index)
        self._hints = hints
        self._max_body_bytes = settings.max_body_bytes
        self._path_secret = settings.path_secret.get_secret_value().encode() if settings.path_secret else b""
        self._https_only = settings.tls == "proxy"
        self._failures = Failures()
        self._clock = clock

    def know(self, index: ReceiverIndex) -> None:
        """Know these offices and keys from now on; what is being received goes on with either."""
        self._senders = Senders(index)
        self._noted: dict[str, float] = {}
        self._accepting.seals = index.seals()

    async def receive(self, head: Head, receive: Receive) -> Received:
        """Take in one delivery; when this returns, it is kept.

        :raises DeliveryRefused: with the answer to give; nothing was kept but, for a body that is no rows, the body.
        :raises StoreUnavailable: it could not be kept.
        :raises ClientDisconnect: the sender went away before it had sent everything.
        """
        started = time.perf_counter()
        office, key = self._sender_of(head)
        head.office = office.name
        body = await self._body(head, receive)
        delivery = self._delivery(head, office, body)
        try:
            glance = glance_at(body)
        except DeliveryRefused as refused:
            return await self._not_rows(delivery, refused, started)
        if glance.sensitive:
            delivery = _minimised(delivery, self._accepting.seals)
        hint = await self._accepting.accept(delivery, glance.rows)
        return Received(f"kept as {delivery.id}", delivery, started, hint, key)

    async def after_answer(self, received: Received) -> None:
        """What may be lost without harm: the hint that wakes a worker, how long the answer took, a counter."""
        milliseconds = (time.perf_counter() - received.started) * 1000
        delivery = received.delivery
        try:
            self._accepting.acks.note(delivery.office, delivery.id, milliseconds)
            if received.hint:
                enqueued = asyncio.to_thread(self._hints.enqueue, delivery.office, "inbox", self._clock())
                await asyncio.gather(enqueued, self._accepting.acks.write())
            await self._note_key(received)
            if delivery.type.disagrees:
                await self._accepting.count(
                    "deliveries", delivery.office, counted_as(delivery.type.table), "type-disagrees"
                )
        except StoreUnavailable as error:
            logger.warning("hint not given", office=delivery.office, error=str(error))

    async def _note_key(self, received: Received) -> None:
        """Say which key the office still fires with, once a minute: that tells when an old one can go."""
        now = received.delivery.received_at
        if received.key and now - self._noted.get(received.key, 0.0) >= KEY_NOTED_EVERY:
            self._noted[received.key] = now
            await self._accepting.note_key(received.delivery.office, received.key, now)

    async def finish(self) -> None:
        """Write what was noted; no delivery comes any more."""
        await self._accepting.close()

    def _sender_of(self, head: Head) -> tuple[Sender, str]:
        """The office, before a byte of the body is read, and what the key it fires with is shown as."""
        if head.method != "POST":
            raise DeliveryRefused(405, "wrong-method", "deliveries come by POST")
        if self._https_only:
            came_by = head.value(b"x-forwarded-proto", "https").partition(",")[0].strip().lower()
            if came_by != "https":
                raise DeliveryRefused(403, "not-https", "deliveries come by https; all on the way can read this one")
        if head.doubled(b"authorization"):
            raise DeliveryRefused(400, "two-keys", "more than one Authorization header")
        key = head.value(b"authorization").strip()
        office, shown_as = self._senders.with_key(key) if 0 < len(key) <= _LONGEST_KEY else (None, "")
        if office is None:
            raise self._denied(head, "unknown-key" if key else "no-key")
        if office.allow_from and not in_any(head.caller, office.allow_from):
            raise self._denied(head, "foreign-address")
        if not self._knows_the_path(head):
            raise self._denied(head, "wrong-path")
        if head.value(b"content-encoding", "identity").strip().lower() != "identity":
            raise DeliveryRefused(415, "compressed", "compressed bodies are not taken")
        return office, shown_as

    def _denied(self, head: Head, code: str) -> DeliveryRefused:
        """One answer for every reason, so that a stranger learns nothing; the code is for the operator."""
        if self._failures.too_many(head.caller, time.monotonic()):
            return DeliveryRefused(429, code, "too many requests without a customer key; a right one is still taken")
        return DeliveryRefused(401, code, "the Authorization header must be the customer key of an office")

    def _knows_the_path(self, head: Head) -> bool:
        """Whether the path holds what only the offices are told."""
        if not self._path_secret:
            return True
        said = head.path.removeprefix(f"{DELIVERIES}/").partition("/")[0]
        return hmac.compare_digest(said.encode("utf-8", "surrogateescape"), self._path_secret)

    async def _body(self, head: Head, receive: Receive) -> bytes:
        length = head.value(b"content-length", "0")
        if length.isdecimal() and int(length) > self._max_body_bytes:
            raise self._too_large()
        chunks: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > self._max_body_bytes:
                raise self._too_large()
            more = message.get("more_body", False)
        return b"".join(chunks)

    def _too_large(self) -> DeliveryRefused:
        return DeliveryRefused(413, "too-large", f"a delivery is at most {self._max_body_bytes} bytes")

    def _delivery(self, head: Head, office: Sender, body: bytes) -> Delivery:
        path = head.path.rstrip("/").rpartition("/")[2]
        type_ = event_type(head.value(b"event-type"), head.queried("type"), path)
        now = self._clock()
        workstation = machine_name(head.value(b"workstation"))
        return Delivery(new_id("dlv", now), office.name, type_, workstation, now, body)

    async def _not_rows(self, delivery: Delivery, refused: DeliveryRefused, started: float) -> Received:
        """Keep the body; the third time it comes, put it aside and let the office's feed move on."""
        kept = redacted(delivery.body)
        times = await self._accepting.refuse(delivery, kept, refused.code, _KEEP_REFUSED_SECONDS)
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
        await self._accepting.bury(letter, kept)
        return Received(f"put aside as {letter.id}: {refused}", delivery, started, hint=False)


def _minimised(delivery: Delivery, seals: Sealing) -> Delivery:
    """The delivery as it may be stored; spelled exactly as it came where nothing had to be taken out."""

    def fingerprint(value: bytes) -> bytes:
        return seals.fingerprint(value, "minimised", delivery.office)

    rows = rows_in(delivery.body)
    replaced = [minimise(row, fingerprint) for row in rows if isinstance(row, dict)]
    if not any(replaced):
        return delivery
    return replace(delivery, body=msgspec.json.encode(rows))
