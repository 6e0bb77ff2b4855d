"""Logging: JSON lines from an allow-list of fields, everything of the libraries routed through it.

They go to standard error, as all talk does; standard output is for data. What is not on the list is dropped before it
is rendered, so that no value of a row can slip into a log by accident; of what is on it, only words and numbers are
shown, without any character that a terminal or a log reader could obey. While a delivery or a write is worked on, every
line of that thread, those of libraries too, carries its ids (:func:`correlated`).
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "logger",
        "office", "table", "delivery", "write", "reaction", "action", "lane", "workstation",
        "code", "status", "rows", "milliseconds", "error",
        "host", "port", "pid", "process", "number", "file", "setting",
    }
)  # fmt: skip
"""The only fields a log line may have. None of them ever holds a value of a row."""

_INTERNAL = ("_record", "_from_structlog")
"""What structlog passes along, and takes out before it renders."""

_LONGEST = 300
_LIBRARIES = ("rq", "rq.worker", "httpx", "httpcore", "uvicorn.access", "asyncio")

logger: structlog.stdlib.BoundLogger = structlog.get_logger("odevents")


def configure_logging(level: str, *, json: bool = True) -> None:
    """Set up logging for the process.

    :param level: least severe level shown: ``debug``, ``info``, ``warning`` or ``error``.
    :param json: JSON lines; otherwise aligned text for a terminal.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _only_allowed,
        structlog.processors.TimeStamper(fmt="iso")
        if json
        else structlog.processors.TimeStamper("%H:%M:%S", utc=False),
    ]
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=True) if json else _for_terminal()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_named_only, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda uncaught: _log_uncaught(uncaught.exc_type, uncaught.exc_value, None)


def correlated(**ids: str) -> AbstractContextManager[None]:
    """Put these fields on every line that this thread logs meanwhile."""
    return structlog.contextvars.bound_contextvars(**ids)


def _for_terminal() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(colors="NO_COLOR" not in os.environ and sys.stderr.isatty(), pad_event_to=32)


def _log_uncaught(kind: type[BaseException], error: BaseException | None, _: object) -> None:
    """The end of a process or thread by a mistake of ours: what and where, not the text, which may hold anything."""
    if issubclass(kind, KeyboardInterrupt):
        return
    logger.critical("uncaught error", error=place_of(error) if error else kind.__name__)


def place_of(error: BaseException) -> str:
    """What failed and where, ``KeyError at rebooking.py:12``, without the message, which may hold anything."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + where


def _only_allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {
        name: value if name.startswith("_") else _short(value)
        for name, value in event.items()
        if name in ALLOWED or name in _INTERNAL
    }


def _named_only(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of a library's line keep the constant text: its arguments and traceback may hold anything."""
    record = event.get("_record")
    if isinstance(record, logging.LogRecord):
        # asyncio puts a whole account of the failed task into its text, from the second line on.
        lines = record.msg.splitlines() if isinstance(record.msg, str) else []
        event["event"] = lines[0] if lines else type(record.msg).__name__
        event["logger"] = record.name
        if record.exc_info and record.exc_info[0]:
            event["error"] = record.exc_info[0].__name__
            record.exc_info = None
            record.exc_text = None
    return event


def _short(value: Any) -> Any:
    """A word or number fit for a line; of anything else only what it is."""
    if isinstance(value, str):
        text = value[:_LONGEST]
        return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)
    return value if value is None or isinstance(value, bool | int | float) else type(value).__name__
