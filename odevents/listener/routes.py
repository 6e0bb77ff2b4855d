"""Which request goes where, and that a refusal says nothing but its status."""

from __future__ import annotations

import msgspec

from odevents.errors import DeliveryRefused
from odevents.listener import admission
from odevents.listener.intake import Intake
from odevents.listener.keys import KeyRing
from odevents.listener.request import Head
from odevents.listener.response import Response
from odevents.listener.screen import Screen
from odevents.listener.server import Request
from odevents.listener.tally import Tally

STATUS_PATH = "/status"
SCREEN_PATH = "/screen"


class Routes:
    """``POST`` anywhere is an event; ``GET`` reaches the page behind its pass, and the counters behind the key."""

    def __init__(self, port: int, keys: KeyRing, intake: Intake, screen: Screen, tally: Tally) -> None:
        self._hosts = admission.hosts_of(port)
        self._keys = keys
        self._intake = intake
        self._screen = screen
        self._tally = tally

    async def respond(self, request: Request) -> Response:
        """:raises DeliveryRefused: with the status to answer."""
        head = request.head
        admission.refuse_foreign_host(head, self._hosts)
        if head.method == "POST":
            await self._intake.receive(request)
            return Response(200)
        if head.method != "GET":
            raise DeliveryRefused(405, "method", "only POST and GET")
        return self._status(head) if head.path == STATUS_PATH else self._page(head)

    def refuse(self, refusal: DeliveryRefused) -> Response:
        """Count the reason; answer the status alone."""
        self._tally.refuse(refusal.code)
        return Response(refusal.status)

    def _status(self, head: Head) -> Response:
        admission.refuse_browsers(head)
        self._keys.office(head.header("authorization"))
        return Response(200, msgspec.json.encode(self._tally), "application/json")

    def _page(self, head: Head) -> Response:
        admission.refuse_other_sites(head)
        start, _, rest = head.path.removeprefix("/").partition("/")
        presented, slash, part = rest.partition("/")
        if f"/{start}" != SCREEN_PATH or not slash or not self._keys.opens_screen(presented):
            raise DeliveryRefused(404, "no-such-page", "nothing is served there")
        return self._screen.part(part)
