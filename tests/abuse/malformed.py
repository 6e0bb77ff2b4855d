"""Bodies that are no delivery, by a seed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

from tests.abuse.raw import ROW, ROWS

Maker = Callable[[random.Random], bytes]


def malformed(seed: int, many: int) -> Iterator[bytes]:
    """So many bodies, each kind in turn."""
    chance = random.Random(seed)
    for number in range(many):
        yield KINDS[number % len(KINDS)](chance)


def _with_value(text: str) -> bytes:
    return b'[{"AptNum": 1, "Note": %b}]' % text.encode()


def _nested(chance: random.Random) -> bytes:
    opening = chance.choice([b"[", b'{"a":', b'[{"a":['])
    return opening * chance.choice([100, 1_000, 10_000, 100_000])


def _nested_and_closed(chance: random.Random) -> bytes:
    depth = chance.choice([900, 1_100, 5_000, 100_000])
    return b"[" * depth + b"]" * depth


def _huge_number(chance: random.Random) -> bytes:
    digits = "9" * chance.choice([20, 400, 4_301, 100_000])
    return _with_value(chance.choice([digits, "-" + digits, f"0.{digits}", f"1e{digits}", f"{digits}e-{digits}"]))


def _no_number(chance: random.Random) -> bytes:
    return _with_value(chance.choice(["NaN", "Infinity", "-Infinity", "1e999", "0x1", "01", "+1", "1.", ".5", "--1"]))


def _doubled_keys(chance: random.Random) -> bytes:
    return b'[{"AptNum": 1%b}]' % (b', "AptNum": 2' * chance.randrange(1, 2000))


def _not_utf8(chance: random.Random) -> bytes:
    return _with_value('"?"').replace(b"?", bytes(chance.randrange(128, 256) for _ in range(chance.randrange(1, 9))))


def _other_encoding(chance: random.Random) -> bytes:
    return json.dumps([ROW]).encode(chance.choice(["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "utf-7", "cp500"]))


def _with_nul(chance: random.Random) -> bytes:
    position = chance.randrange(len(ROWS) + 1)
    return ROWS[:position] + b"\0" + ROWS[position:]


def _surrogate(chance: random.Random) -> bytes:
    return _with_value(chance.choice(['"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d"', '"\\u12"', '"\\uzzzz"', '"\\x00"']))


def _wrong_type(chance: random.Random) -> bytes:
    value: object = chance.choice([None, True, [], {}, [[]], -1, 2**70, 1.5, "", "x" * 10_000, {"a": {"b": []}}])
    body = {**ROW, chance.choice(list(ROW)): value}
    return json.dumps(chance.choice([[body], body, [value], value, [[body]], {"rows": [body]}])).encode()


def _truncated(chance: random.Random) -> bytes:
    return ROWS[: chance.randrange(len(ROWS))]


def _noise(chance: random.Random) -> bytes:
    return chance.randbytes(chance.choice([1, 100, 10_000]))


def _flipped(chance: random.Random) -> bytes:
    body = bytearray(ROWS)
    for _ in range(chance.randrange(1, 4)):
        body[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(body)


def _markup(chance: random.Random) -> bytes:
    return chance.choice(
        [b"<html>Bad Gateway</html>", b"AptNum=1&PatNum=2", b"--b\r\nContent-Disposition: x\r\n", b"'"]
    )


KINDS: list[Maker] = [
    _nested,
    _nested_and_closed,
    _huge_number,
    _no_number,
    _doubled_keys,
    _not_utf8,
    _other_encoding,
    _with_nul,
    _surrogate,
    _wrong_type,
    _truncated,
    _noise,
    _flipped,
    _markup,
]
