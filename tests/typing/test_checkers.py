"""Type checkers refuse every wrong call in ``wrong/`` and nothing else: the client needs no plug-in to be typed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
FILES = sorted((HERE / "wrong").glob("*.py"))


def run(*command: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, timeout=110, check=False
    ).stdout


def refused_by_mypy(file: Path) -> set[int]:
    options = ("--config-file", str(HERE / "mypy.ini"), "--cache-dir", ".mypy_cache/typing", "-O", "json")
    findings = [msgspec.json.decode(line) for line in run("mypy", *options, str(file)).splitlines() if line[:1] == "{"]
    return {finding["line"] for finding in findings if finding["severity"] == "error"}


def refused_by_pyright(file: Path) -> set[int]:
    answer = run("pyright", "--outputjson", "--pythonpath", sys.executable, str(file))
    try:
        findings = msgspec.json.decode(answer)["generalDiagnostics"]
    except (msgspec.DecodeError, KeyError):
        pytest.skip(f"pyright does not run here (it needs Node.js): {answer[:200]!r}")
    return {finding["range"]["start"]["line"] + 1 for finding in findings if finding["severity"] == "error"}


@pytest.mark.parametrize("checker", [refused_by_mypy, refused_by_pyright])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_checker_refuses_exactly_what_is_wrong(file: Path, checker: Callable[[Path], set[int]]) -> None:
    lines = file.read_text().splitlines()
    wrong = {number for number, line in enumerate(lines, start=1) if line.endswith("# wrong")}

    refused = checker(file)

    assert wrong, "a file without a wrong line proves nothing"
    assert {number: lines[number - 1].strip() for number in wrong ^ refused} == {}
