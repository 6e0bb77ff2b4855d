"""What a process logs, read along by a test."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from odevents.log import configure_logging


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Somewhere to log to; logging is put back as it was."""
    root = logging.getLogger()
    before, level, hook, thread_hook = root.handlers[:], root.level, sys.excepthook, threading.excepthook
    yield io.StringIO()
    root.handlers[:] = before
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hook, thread_hook
    logging.captureWarnings(False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def log_into(lines: io.StringIO, level: str = "info", *, json: bool = True) -> None:
    """Set up logging as a process does, and read along."""
    configure_logging(level, json=json)
    [handler] = logging.getLogger().handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(lines)
