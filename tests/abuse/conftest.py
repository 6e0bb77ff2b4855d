"""Attacks in a short form for every test run, and in full by ``make abuse``."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.support.installation import Installation, installation

FULL = os.environ.get("ABUSE") == "full"


def so_many(short: int, full: int) -> int:
    """How often, in this form."""
    return full if FULL else short


@pytest.fixture(scope="session")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A receiver whose deadlines are short where the form is, and whose every limit else is the usual one."""
    deadlines = {} if FULL else {"ODEVENTS_HEAD_SECONDS": "2", "ODEVENTS_BODY_SECONDS": "4"}
    with installation(tmp_path_factory.mktemp("abuse"), "serve", **deadlines) as started:
        yield started
