"""What a stranger writes into a header stays text: a line of the log is one line, and one JSON object."""

from __future__ import annotations

import json
import random
import unicodedata

from tests.abuse.conftest import so_many
from tests.abuse.raw import ROWS, head, say
from tests.support.installation import Installation, until

PIECES = [
    "\r", "\n", "\r\n", "\x85", "\u2028", "\u2029", "\x1b[31m", "\x1b]0;title\x07", "\x9b31m", "\0", "\x7f", "\t", "\b",
    "\u202e", "\u2066", "\u200b", "\ufeff",
    '"', "\\", '", "level": "error', "%s%n", "{{7*7}}", "${jndi:ldap://x}", "é", "漢", "a",
]  # fmt: skip


def test_no_header_can_write_a_line_of_its_own_into_the_log(receiver: Installation) -> None:
    """Workstation, Event-Type, key and path, made of what breaks lines, terminals and formats."""
    chance, before = random.Random(23), len(receiver.logs())
    for number in range(so_many(60, 500)):
        value = "".join(chance.choices(PIECES, k=chance.randrange(1, 12))).encode()
        name = chance.choice([b"Workstation", b"Event-Type", b"X-Forwarded-For", b"User-Agent"])
        wrong = number % 2
        raw = head(receiver, name + b": " + value, length=len(ROWS))
        if wrong:
            raw = raw.replace(b"Authorization: ", b"Authorization: " + value)
        say(receiver, raw + ROWS, within=0.05)
    until(lambda: '"refused"' in receiver.logs()[before:])
    lines = receiver.logs()[before:].splitlines()

    assert len(lines) > 0
    for line in lines:
        assert isinstance(json.loads(line), dict)
        assert line.isascii()
        assert not any(unicodedata.category(character) == "Cc" for character in line)
