"""The page in the browser: what it may show of a selection, and the stream that keeps it current."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from importlib.resources import files
from typing import Any

import msgspec

from odevents.errors import DeliveryRefused
from odevents.listener.config import ScreenSection
from odevents.listener.response import Response
from odevents.listener.selection import Board, Selection
from odevents.listener.tally import Tally

BEAT = 5.0
"""Seconds between signs of life; ``screen.js`` calls the stream stale after two and a half of them."""

_NO_DATE = "0001-01-01"
_PARTS = {
    "": ("index.html", "text/html; charset=utf-8"),
    "screen.css": ("screen.css", "text/css; charset=utf-8"),
    "screen.js": ("screen.js", "text/javascript; charset=utf-8"),
    "icon.svg": ("icon.svg", "image/svg+xml"),
}


class Screen:
    """Serves the page, its parts and its stream."""

    def __init__(self, board: Board, section: ScreenSection, tally: Tally, beat: float = BEAT) -> None:
        self._board = board
        self._section = section
        self._tally = tally
        self._beat = beat
        folder = files("odevents.listener") / "page"
        self._parts = {
            part: Response(200, (folder / name).read_bytes(), content_type)
            for part, (name, content_type) in _PARTS.items()
        }

    def part(self, name: str) -> Response:
        """The page (``""``), one of its parts, or its ``stream``.

        :raises DeliveryRefused: 404.
        """
        if name == "stream":
            return Response(200, content_type="text/event-stream", stream=self._stream())
        if name not in self._parts:
            raise DeliveryRefused(404, "no-such-page", "nothing is served there")
        return self._parts[name]

    async def _stream(self) -> AsyncGenerator[bytes, None]:
        self._tally.screens += 1
        number = 0
        try:
            if self._board.latest is None:
                yield _event("nothing", {})
            while True:
                try:
                    async with asyncio.timeout(self._beat):
                        selection = await self._board.newer_than(number)
                except TimeoutError:
                    yield _event("beat", {})
                else:
                    number = selection.number
                    yield _event("selected", shown(selection, self._section))
        finally:
            self._tally.screens -= 1


def shown(selection: Selection, section: ScreenSection) -> dict[str, Any]:
    """What the page may know of a selection: nothing that was not asked for."""
    values = selection.change.values
    return {
        "at": selection.at,
        "name": _name(values, section.name),
        "patient": selection.change.key,
        "fields": [
            (label, str(values[column]))
            for label, column in section.fields.items()
            if values.get(column) not in (None, "") and not str(values[column]).startswith(_NO_DATE)
        ],
        "workstation": selection.change.workstation,
        "office": selection.change.office,
        "test": selection.test,
    }


def _name(values: Mapping[str, Any], form: str) -> str:
    first, last = (str(values.get(column) or "").strip() for column in ("FName", "LName"))
    if form == "first":
        last = ""
    elif form == "initial":
        last = f"{last[0]}." if last else ""
    return f"{first} {last}".strip() or "No name"


def _event(name: str, data: Mapping[str, Any]) -> bytes:
    # JSON from msgspec has no line breaks, so one data line is always enough.
    return b"event: %b\ndata: %b\n\n" % (name.encode("ascii"), msgspec.json.encode(data))
