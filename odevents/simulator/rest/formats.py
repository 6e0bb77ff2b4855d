"""``DateFormatString`` (22.2.26) and ``DateTimeFormatString`` (22.2.14): .NET date formats for any GET."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from odevents.simulator.clock import moment
from odevents.simulator.schema import Field
from odevents.simulator.store import Row

_PYTHON = {
    "yyyy": "%Y", "yy": "%y", "MM": "%m", "dd": "%d", "HH": "%H", "hh": "%I", "mm": "%M", "ss": "%S", "tt": "%p",
    "zzz": "",
}  # fmt: skip
_DATES = frozenset({"date", "entered_date"})
_TIMES = frozenset({"datetime", "stamp", "entered", "now"})


def reformat(row: Row, shape: Sequence[Field], query: Mapping[str, str]) -> Row:
    """The object with its dates and times written as the parameters ask."""
    date_format, time_format = query.get("DateFormatString"), query.get("DateTimeFormatString")
    if not (date_format or time_format):
        return row
    for field in shape:
        wanted = date_format if field.kind in _DATES else time_format if field.kind in _TIMES else None
        if wanted and row[field.name]:
            row[field.name] = _written(row[field.name], wanted)
    return row


def _written(value: str, form: str) -> str:
    pattern = re.sub("|".join(_PYTHON), lambda found: _PYTHON[found[0]], form)
    time = moment(value)
    return time.strftime(pattern.replace("%Y", f"{time.year:04d}"))
