"""What may be kept of a body that cannot be understood, and so cannot be minimised column by column."""

from __future__ import annotations

import re

from odevents.events.tables import ALWAYS_MINIMISED

_COLUMNS = "|".join(sorted(ALWAYS_MINIMISED)).encode()
_NAMED = re.compile(rb"(?i)((?:" + _COLUMNS + rb")[\"'\\]*\s*[:=>]\s*[\"'\\]*)([^\"'\\,;<>}\]\r\n]+)")
_SSN = re.compile(rb"(?<!\d)\d{3}([-. ]?)\d{2}\1\d{4}(?!\d)")
_MOST_UNREADABLE = 0.05
_LONGEST_SPLIT = 64

MOST_KEPT = 64 * 1024
"""Enough to see what it is; and to look through more would hold up the receiver."""


def redacted(body: bytes) -> bytes:
    """The body's beginning; what stands behind SSN or MedicaidID, or has the digits of an SSN, is crossed out.

    What is not text is not kept at all: nobody could look into it for what must go. Its size and first bytes tell
    enough (compressed, UTF-16, …).

    >>> redacted(b'[{"LName": "Doe", "SSN": "000-12-3456", "Age": 41')
    b'[{"LName": "Doe", "SSN": "###########", "Age": 41'
    """
    start = body[: MOST_KEPT + _LONGEST_SPLIT]
    text = start.decode("utf-8", "replace")
    unreadable = sum(map(text.count, "\ufffd\0"))
    if "\0" in text or unreadable > _MOST_UNREADABLE * len(text):
        return f"<{len(body)} bytes that are not text; they begin with {body[:4].hex()}>".encode()
    named = _NAMED.sub(lambda found: found[1] + b"#" * len(found[2]), start)
    return _SSN.sub(lambda found: b"#" * len(found[0]), named)[:MOST_KEPT]
