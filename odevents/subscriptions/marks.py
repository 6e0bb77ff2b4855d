"""How a subscription says that it is ours: a word in its ``Note``, and where it sends to.

``odevents/appointments`` is ours under that name; ``odevents/appointments paused`` is stopped on purpose, and
``odevents/appointments removed`` was stopped by a key that may not delete. What else stands in the note stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

State = Literal["", "paused", "removed"]

LISTENER = "listener"
"""The name that ``odevents listen install`` gives the subscription of its own workstation."""

LISTENER_PORT = 2097
"""The port that Open Dental's own examples of a UI subscription use."""

_UI_EVENT = "PatientSelected"
_LOCALHOST = ("localhost", "127.0.0.1", "::1")
_PATH_SECRET = re.compile(r"/apievents/[^/]+/apievents/")
_MARK = re.compile(r"(?<![\w/.-])odevents/([a-z0-9][a-z0-9-]{0,39})(?![\w/-])(?: (paused|removed)\b)?")


@dataclass(frozen=True, slots=True)
class Mark:
    """What a note says of us.

    :ivar name: the declared name, ``""`` where the note has no mark.
    """

    name: str = ""
    state: State = ""


def mark_in(note: str) -> Mark:
    """The mark in a note.

    >>> mark_in("asked for by the vendor; odevents/appointments paused")
    Mark(name='appointments', state='paused')
    """
    found = _MARK.search(note)
    return Mark(found[1], found[2] or "") if found else Mark()  # type: ignore[arg-type]


def marked(note: str, name: str, state: State = "") -> str:
    """The note with this mark instead of the one it has, if it has one.

    >>> marked("odevents/appointments, by Kim", "visits"), marked("by Kim odevents/a paused", "a")
    ('odevents/visits, by Kim', 'by Kim odevents/a')
    """
    mark = f"odevents/{name}" + (f" {state}" if state else "")
    if _MARK.search(note):
        return _MARK.sub(mark, note, count=1)
    return f"{mark} {note}".rstrip()


def receiver_endpoint(public_url: str, office: str, name: str) -> str:
    """Where a subscription sends to, below the receiver's public address and nowhere else."""
    return f"{public_url}{_path(office, name)}"


def listener_endpoint(port: int) -> str:
    """Where a UI subscription sends to: the machine it fires on. The last segment names the event for old versions."""
    return f"http://localhost:{port}/{_UI_EVENT}"


def agrees(endpoint: str, office: str, name: str) -> bool:
    """Whether an endpoint is one that a subscription of this name has, at whatever host."""
    return is_listener(endpoint) or _parts(endpoint).path.endswith(_path(office, name))


def is_listener(endpoint: str) -> bool:
    """Whether it sends to a listener on its own machine."""
    parts = _parts(endpoint)
    return parts.hostname in _LOCALHOST and parts.path == f"/{_UI_EVENT}"


def is_below(endpoint: str, public_url: str | None) -> bool:
    """Whether it sends to this installation's receiver."""
    if not public_url:
        return False
    ours, theirs = _parts(public_url), _parts(endpoint)
    same = (ours.scheme, ours.netloc.casefold()) == (theirs.scheme, theirs.netloc.casefold())
    return same and theirs.path.startswith(f"{ours.path}/apievents/")


def shown(endpoint: str) -> str:
    """An endpoint without what may be a secret: its user, its query, and the secret of our own receiver's path.

    >>> shown("https://hooks.example.org/apievents/0123456789abcdef/apievents/southside/visits?key=1")
    'https://hooks.example.org/apievents/…/apievents/southside/visits'
    """
    parts = _parts(endpoint)
    path = _PATH_SECRET.sub("/apievents/…/apievents/", parts.path)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}" if parts.netloc else "(no address)"


def _path(office: str, name: str) -> str:
    return f"/apievents/{office}/{name}"


class _Parts:
    """A split URL that somebody else wrote: nothing in it is trusted to be right."""

    def __init__(self, url: str) -> None:
        try:
            split = urlsplit(url)
            self.scheme, self.netloc, self.path = split.scheme, split.netloc, split.path
            self.hostname = split.hostname or ""
        except ValueError:
            self.scheme = self.netloc = self.path = self.hostname = ""


def _parts(url: str) -> _Parts:
    return _Parts(url)
