"""This machine: who may read the secrets, and how many sealing keys there are."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from odevents.doctor.findings import Finding, Mark, fine, unknown


def examine_secrets(files: Iterable[Path]) -> Iterator[Finding]:
    """Files with secrets that others can read.

    :param files: those that the configuration and the environment name, whether they exist or not.
    """
    if sys.platform == "win32":
        yield unknown("OD130", "Windows keeps access lists, not modes")
        return
    loose = [file for file in files if file.is_file() and _others_may_read(file)]
    for file in loose:
        do = f"chmod 600 {file} (a mounted secret: set its defaultMode to 0400)"
        yield Finding("OD130", Mark.WARNING, f"{file} can be read by others", do=do)
    if not loose:
        yield fine("OD130")


def _others_may_read(file: Path) -> bool:
    return bool(stat.S_IMODE(file.stat().st_mode) & 0o044)


def judge_ring(keys: int) -> Finding:
    """How many sealing keys are in the ring."""
    if keys <= 1:
        return fine("OD131")
    what = f"{keys} sealing keys are in the ring; the older ones only open"
    return Finding("OD131", Mark.WARNING, what, do="odevents reseal, then take the old key out")
