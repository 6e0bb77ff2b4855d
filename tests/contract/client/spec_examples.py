"""Reads the examples out of the documents the project began from (``tests/contract/data``).

Only the examples of the documents were copied, each at the line where it stands there; sign-in lines and social
security numbers were taken out. The texts came out of PDF pages, so JSON is torn by page ends and code fences, and some
of it never was JSON. Every repair is listed by name in :data:`TYPOS`; nothing is skipped in silence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data"

TYPOS: dict[str, dict[int, tuple[str, str]]] = {
    "api-specification-2021.txt": {
        # A comma too many, before the end of an object.
        422: ('"UniiCode": "",', '"UniiCode": ""'),
        431: ('"UniiCode": "",', '"UniiCode": ""'),
        2975: ('due first Monday of each month."', 'due first Monday of each month.",'),
        # Backslashes of a path that are not escaped.
        1857: (
            r'"filePath": "\\server\OpenDentImages\S\SmithJohn15\SmithJRadiograph.png",',
            r'"filePath": "\\\\server\\OpenDentImages\\S\\SmithJohn15\\SmithJRadiograph.png",',
        ),
        2086: ('"DefNum": 721,', '"DefNum": 721'),
        2402: ('"Medical": "Unknown family history.",', '"Medical": "Unknown family history."'),
        # A comma too few.
        930: ('"dateTimeEnd": "2021-11-19 09:30:00"', '"dateTimeEnd": "2021-11-19 09:30:00",'),
        # A quote that became something else.
        952: ('>Note": "Appointment Reason: New Patient Exam",', '"Note": "Appointment Reason: New Patient Exam",'),
        # An object or list that is closed where the page ends, and goes on on the next page.
        537: ("}", ""),
        538: ("]", ""),
        1260: ("}", ""),
        1399: ("}", ""),
        1476: ("}", ""),
        1477: ("]", ""),
        1858: ("}", ""),
        2118: ("}", ""),
        2462: ("}", ""),
        2714: ("}", ""),
        2779: ("}", ""),
        2976: ("}", ""),
        # A list that is never closed.
        818: ("}", "}]"),
    },
}

_HEADING = re.compile(r"^Example (requests?|responses?)\b.*$", re.I)
_TARGET = re.compile(r"^(GET|POST|PUT|DELETE) (/\S.*)$")

_BEGIN = re.compile(r'^[\[{"]', re.M)


@dataclass
class Example:
    """One block of example requests with the example responses that follow it."""

    source: str
    line: int
    targets: list[tuple[str, str]] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    responses: list[Any] = field(default_factory=list)


def examples(name: str) -> list[Example]:
    """The examples of one text, in order."""
    found: list[Example] = []
    region: list[str] = []
    into: list[Any] | None = None
    for number, line in enumerate(_repaired(name), start=1):
        heading = _HEADING.match(line)
        if heading:
            if into is not None:
                into += values("\n".join(region))
            region = []
            if heading[1].lower().startswith("request"):
                found.append(Example(name, number))
                into = found[-1].bodies
            else:
                into = found[-1].responses
        elif into is not None and (target := _TARGET.match(line)):
            found[-1].targets.append((target[1], target[2]))
        else:
            region.append(line)
    if into is not None:
        into += values("\n".join(region))
    return found


def _repaired(name: str) -> Iterator[str]:
    typos = TYPOS.get(name, {})
    for number, line in enumerate((DATA / name).read_text().splitlines(), start=1):
        stripped = line.strip()
        if number in typos:
            printed, stripped = typos[number]
            assert line.strip() == printed, f"{name}:{number} is not the typo it was"
        yield "" if stripped.startswith("```") else stripped


def values(text: str) -> list[Any]:
    """The JSON objects and arrays that begin a line of ``text``; ``etc...`` stands for rows left out."""
    text = re.sub(r",?\s*^etc\.*$", "", text, flags=re.M)
    found = []
    at = 0
    while begin := _BEGIN.search(text, at):
        end = _end_of_value(text, begin.start())
        assert text[end : end + 1] != ":", f"a field outside of an object: {text[at:end]}"
        found.append(json.loads(text[begin.start() : end], strict=False))
        at = end
    return found


def _end_of_value(text: str, begin: int) -> int:
    depth = 0
    for token in re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.S).finditer(text, begin):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()  # of a bracket, or of a string that stands alone
    raise ValueError(f"no end of the value that begins {text[begin : begin + 60]!r}")


def printed_events() -> list[dict[str, Any]]:
    """The appointment and the patient of the two example events."""
    text = (DATA / "api-events.txt").read_text()
    appointments, patient = values(text)
    return [appointments[0], patient]
