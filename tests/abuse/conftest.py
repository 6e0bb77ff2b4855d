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
    head, body = ("10", "30") if FULL else ("2", "4")
    folder = tmp_path_factory.mktemp("abuse")
    with installation(folder, "serve", ODEVENTS_HEAD_SECONDS=head, ODEVENTS_BODY_SECONDS=body) as started:
        yield started
