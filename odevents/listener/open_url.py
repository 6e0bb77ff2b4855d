"""Opening a URL in the default browser: the office's own system, at the patient just selected."""

from __future__ import annotations

import asyncio
import webbrowser
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from odevents.listener.background import in_background
from odevents.listener.config import columns_in
from odevents.listener.selection import Board
from odevents.listener.tally import Outlet

PAUSE = 0.5
"""Seconds between two openings: clicking through a list opens the first patient and the last, not all."""


async def open_urls(board: Board, template: str, outlet: Outlet, show: Callable[[str], bool] = webbrowser.open) -> None:
    """Open the URL of every selection that is still the latest when its turn comes; runs until cancelled."""
    number = 0
    while True:
        selection = await board.newer_than(number)
        number = selection.number
        opened = await in_background(shows, show, filled(template, selection.change.values))
        outlet.worked() if opened else outlet.went_wrong("no browser could be started")
        await asyncio.sleep(PAUSE)


def filled(template: str, values: Mapping[str, Any]) -> str:
    """The template with each field percent-encoded; an absent field is empty.

    >>> filled("https://crm.example.org/?p={PatNum}&n={FName}", {"PatNum": 28, "FName": "Ann & Bo"})
    'https://crm.example.org/?p=28&n=Ann%20%26%20Bo'
    """
    for column in set(columns_in(template)):
        value = values.get(column)
        template = template.replace(f"{{{column}}}", quote("" if value is None else str(value), safe=""))
    return template


def shows(show: Callable[[str], bool], url: str) -> bool:
    """Whether a browser took the URL. Blocks while one starts, or for as long as a browser without a window runs."""
    try:
        return show(url)
    except Exception:  # each system starts browsers, and fails to, in its own way
        return False
