"""What may be shown of a row's values, and how a row becomes a fixture that holds nobody's data. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_NO_DATE = "0001-01-01"

DAY = "2026-01-05"
"""The day on which everything in a fixture happens."""

_WORDLESS = ("", "0", "true", "false", "True", "False")
"""Values that say nothing about anybody."""


def masked(value: object) -> str:
    """What is shown instead of a value: its kind, never its content or length."""
    if value is None or value == "":
        return "empty"
    text = str(value)
    if text in ("true", "false", "True", "False"):
        return "yes or no"
    if text.startswith("fingerprint:"):
        return "never stored"
    if _DATE.match(text):
        return "a date"
    return "a number" if _NUMBER.fullmatch(text) else "text"


def fixture(rows: Sequence[object], kept: Mapping[str, Collection[str]]) -> list[dict[str, Any]]:
    """Rows with the same columns and invented values: numbers are counted anew, texts replaced, dates moved to one day.

    Equal numbers stay equal, so that rows still belong together; what was empty stays empty.

    :param kept: column -> values that may stay, because ``odevents.toml`` names them anyway.
    """
    numbers: dict[str, str] = {}
    return [
        {column: _invented(column, value, kept.get(column, ()), numbers) for column, value in row.items()}
        for row in rows
        if isinstance(row, dict)
    ]


def _invented(column: str, value: object, kept: Collection[str], numbers: dict[str, str]) -> Any:
    text = str(value)
    if value is None or text in _WORDLESS or text in kept:
        return value
    if _DATE.match(text):
        return text if text.startswith(_NO_DATE) else DAY + (" 08:00:00" if len(text) > len(DAY) else "")
    if _NUMBER.fullmatch(text):
        invented = numbers.setdefault(text, str(len(numbers) + 1))
        return invented if isinstance(value, str) else int(invented)
    return "555-0100" if "Phone" in column else f"invented {column}"
