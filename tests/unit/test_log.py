"""Log lines: one JSON object each, only fields of the list, nothing that a terminal or a log reader could obey."""

from __future__ import annotations

import io
import json
import logging
import random
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from odevents.log import ALLOWED, correlated, logger
from tests.support.logged import log_into, logged

HOSTILE = (
    "\r\n",
    "\n",
    "\x85",
    "\u2028",
    "\u2029",
    "\x1b[31m",
    "\x1b]0;x\x07",
    "\u202e",
    "\u2066",
    "\x00",
    "\x7f",
    '"}{"',
)
NUMBER = 500


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged."""
    with logged() as found:
        yield found


def hostile_values() -> list[str]:
    """Words with something in them that breaks lines, ends strings, moves the cursor or turns the writing around."""
    chance = random.Random(23)
    return [
        "".join(chance.choice(("SRV", "01", " ", *HOSTILE)) for _ in range(chance.randrange(1, 12))) + str(number)
        for number in range(NUMBER)
    ]


def test_five_hundred_hostile_values_make_five_hundred_harmless_lines(lines: io.StringIO) -> None:
    """As fields, as the event itself, through the standard library, and as what is bound to a thread."""
    log_into(lines, "debug")
    for number, value in enumerate(hostile_values()):
        match number % 4:
            case 0:
                logger.info("refused", workstation=value, office=value)
            case 1:
                logger.warning(value)
            case 2:
                logging.getLogger("uvicorn.error").warning(value)
            case 3:
                with correlated(delivery=value):
                    logging.getLogger("a.library").error("failed for %s", value)

    written = lines.getvalue()
    assert len(written.split("\n")) == NUMBER + 1
    for line in written.splitlines():
        assert isinstance(json.loads(line), dict)
        assert all(" " <= character <= "~" for character in line)


def test_nothing_on_a_terminal_moves_the_cursor(lines: io.StringIO) -> None:
    """The text form has line ends of ours only, and no escape but colours, of which there are none off a terminal."""
    log_into(lines, "info", json=False)
    for value in hostile_values():
        logger.info("refused", workstation=value)

    written = lines.getvalue().split("\n")
    assert len(written) == NUMBER + 1
    assert all(line.isprintable() for line in written)


def test_the_check_finds_a_line_that_was_not_made_harmless() -> None:
    """The control."""
    assert any(not value.isprintable() for value in hostile_values())
    assert len({character for value in hostile_values() for character in value if not character.isprintable()}) > 8


def test_fields_that_are_not_on_the_list_and_values_that_are_no_words_are_not_shown(lines: io.StringIO) -> None:
    """A row, an exception or an object may hold anything; libraries' arguments too."""
    log_into(lines)
    logger.info("x", patient="secret", error=ValueError("secret"), code={"secret": 1}, rows=3, office=b"secret")
    logging.getLogger("httpx").warning("GET %s", "https://example.org/?secret")
    try:
        raise RuntimeError("secret")
    except RuntimeError:
        logging.getLogger("rq").exception("job %s failed", "secret")

    first, *rest = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert first["rows"] == 3
    assert (first["error"], first["code"], first["office"]) == ("ValueError", "dict", "bytes")
    assert [line["logger"] for line in rest] == ["httpx", "rq"]
    assert rest[1]["error"] == "RuntimeError"
    assert "secret" not in lines.getvalue()
    assert {name for line in (first, *rest) for name in line} <= ALLOWED


def test_every_line_of_the_work_on_a_delivery_carries_its_id(lines: io.StringIO) -> None:
    """Those of libraries too, and none before or after."""
    log_into(lines)
    with correlated(delivery="dlv_1", write="wr_1"):
        logger.info("inside")
        logging.getLogger("a.library").warning("inside")
    logger.info("outside")

    found: list[dict[str, Any]] = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line.get("delivery") for line in found] == ["dlv_1", "dlv_1", None]
    assert [line.get("write") for line in found] == ["wr_1", "wr_1", None]


def test_an_uncaught_error_is_one_line_without_its_text(lines: io.StringIO) -> None:
    """In the main thread and in another."""
    log_into(lines)

    def fail() -> None:
        raise RuntimeError("secret")

    try:
        fail()
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    found = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert [line["event"] for line in found] == ["uncaught error"] * 2
    assert all(line["error"].startswith("RuntimeError at test_log.py:") for line in found)
