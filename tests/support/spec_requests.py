"""The two example requests of Open Dental's "API Events" page, exactly as it prints them."""

from __future__ import annotations

import re
from pathlib import Path

_PAGE = (Path(__file__).parent.parent / "contract" / "data" / "api-events.txt").read_text(encoding="utf-8")

PRINTED_KEY = re.findall(r"^Authorization: (\S+)$", _PAGE, re.MULTILINE)[0]
"""The customer key in the examples; any office may have it."""


def _body(opening: str, closing: str) -> str:
    """From ``opening`` to ``closing``, both alone on a line."""
    lines = _PAGE.splitlines()
    start = lines.index(opening)
    return "\n".join(lines[start : lines.index(closing, start) + 1])


# The page cuts the array short with "etc..."; closed there, it has one row.
APPOINTMENTS = _body("[", "]").replace("},\netc...\n]", "}\n]")
PATIENT_SELECTED = "{\n" + _PAGE.rpartition("{\n")[2].rpartition("}")[0] + "}"


def header(example: int, name: str) -> str:
    """A header of the first (0) or second (1) example."""
    return str(re.findall(rf"^{name}: (.+)$", _PAGE, re.MULTILINE)[example])
