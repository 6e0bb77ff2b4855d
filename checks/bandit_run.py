"""Bandit over our code: nothing of medium severity or more that is not marked, with its reason, in the line itself."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from checks.finding import Finding


def look(root: Path, *paths: str) -> Iterator[Finding]:
    """Run Bandit. A line marked ``noqa: S608`` is marked for Bandit's B608: ruff has the same rules."""
    run = subprocess.run(
        [sys.executable, "-m", "bandit", "-q", "-r", *paths, "-ll", "-f", "json"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    report = json.loads(run.stdout)
    for result in report["results"]:
        marked = {f"noqa: S{result['test_id'][1:]}"}
        lines = (root / result["filename"]).read_text(encoding="utf-8").splitlines()
        span = lines[min(result["line_range"]) - 1 : max(result["line_range"]) + 1]
        if not any(mark in line for mark in marked for line in span):
            yield Finding(result["filename"], result["line_number"], f"{result['test_id']}: {result['issue_text']}")
    yield from (Finding(error["filename"], 0, error["reason"]) for error in report["errors"])
