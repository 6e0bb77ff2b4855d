"""Bodies that are no delivery: refused or put aside, never a mistake of ours, never a stall, never a leak."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from odevents.errors import DeliveryRefused
from odevents.events.delivery import glance_at, rows_in
from odevents.events.redacting import redacted
from tests.abuse.conftest import so_many
from tests.abuse.malformed import KINDS, malformed
from tests.abuse.raw import ROW, memory_of
from tests.support.installation import Installation

MIB = 1024 * 1024
LARGEST = 8 * MIB


def test_no_malformed_body_is_a_mistake_of_ours(receiver: Installation) -> None:
    """Only 4xx, or 200 where it is JSON or came a third time; no line of level error, no memory kept."""
    pid, before = receiver.processes["serve"].pid, len(receiver.logs())
    for body in malformed(seed=1, many=10 * len(KINDS)):
        receiver.post(body)
    memory = memory_of(pid)
    many = so_many(350, 10_000)
    answers = Counter(receiver.post(body).status_code for body in malformed(seed=7, many=many))
    grown = memory_of(pid) - memory

    print(f"\n{many} malformed bodies: {dict(answers)}; {grown / MIB:.1f} MiB more memory")
    assert set(answers) == {200, 400}
    assert '"level": "error"' not in receiver.logs()[before:]
    assert "Traceback" not in receiver.logs()[before:]
    assert grown <= 20 * MIB
    assert receiver.post([ROW]).status_code == 200


HOSTILE = {
    "empty arrays": b"[" + b"[]," * (LARGEST // 3 - 2) + b"[]]",
    "empty objects": b"[" + b"{}," * (LARGEST // 3 - 2) + b"{}]",
    "numbers": b"[" + b"1," * (LARGEST // 2 - 2) + b"1]",
    "columns": b"[{" + b",".join(b'"%d":1' % number for number in range(700_000)) + b"}]",
    "empty texts": b"[" + b'"",' * (LARGEST // 3 - 2) + b'""]',
    "as much as is let through": b"[" + b"{}," * 62_000 + b"{}]",
    "columns as many as are let through": b"[{" + b",".join(b'"%d":1' % number for number in range(200_000)) + b"}]",
    "depth": b"[" * (LARGEST - 1),
    "one text": b'["' + b"a" * (LARGEST - 10) + b'"]',
    "escapes": b'["' + b"\\u00e9" * (LARGEST // 6 - 10) + b'"]',
    "digits": b"[" + b"1" * (LARGEST - 10) + b"]",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_body_stalls_the_event_loop(name: str) -> None:
    """At most 50 ms of the processor at a time for reading 8 MiB; measured as the processor's, not the clock's."""
    took = min(_processor_time(lambda: _read(HOSTILE[name])) for _ in range(3))

    print(f"\n{name}: {took * 1000:.0f} ms")
    assert took <= 0.05


def _read(body: bytes) -> None:
    try:
        glance_at(body)
    except DeliveryRefused:
        redacted(body)


def _processor_time(act: Callable[[], None]) -> float:
    started = time.thread_time()
    act()
    return time.thread_time() - started


WRITTEN = {
    "100,000 arrays within each other": b"[" * 100_000 + b"]" * 100_000,
    "`NaN`, `Infinity`": b'[{"a": NaN}]|[{"a": Infinity}]',
    "`1e999`, or a whole number of a million digits": b'[{"a": 1e999}]|[{"a": ' + b"9" * 1_000_000 + b"}]",
    "the same key twice": b'[{"AptNum": 1, "AptNum": 2}]',
    "half of a surrogate pair, `\\ud800`": b'[{"a": "\\ud800"}]',
    "UTF-16, or UTF-8 with a byte order mark": '[{"a": 1}]'.encode("utf-16") + b"|" + b'\xef\xbb\xbf[{"a": 1}]',
    "bytes that are not UTF-8": b'[{"a": "\xff"}]',
    "a NUL outside or inside of a text": b'[{"a": 1}]\0|[{"a": "\0"}]',
    "more than 250,000 elements": b"[" + b"1," * 300_000 + b"1]|[" + b"{}," * 300_000 + b"{}]",
    "a number, a text, `true`, `null`, nothing": b'5|"rows"|true|null|',
    "one object": b'{"PatNum": 3}',
    "an array with elements that are no objects": b'[5, {"AptNum": 1}]',
    "an empty array": b"[]",
}
"""Every line of the page's table as bodies, parted by ``|``."""


@pytest.mark.parametrize("line", WRITTEN)
def test_the_page_says_what_is_read_as_json(receiver: Installation, line: str) -> None:
    """The answer that docs/guarantees.md gives is the answer."""
    status = int(_page()[line][:3])
    for body in WRITTEN[line].split(b"|"):
        answer = receiver.post(body, Workstation=f"T{time.monotonic_ns()}")
        assert answer.status_code == status, body[:50]


def test_the_page_says_nothing_that_is_not_tried() -> None:
    """Each of its lines is one of ours."""
    assert set(_page()) == set(WRITTEN)


def test_of_a_key_that_comes_twice_the_last_is_believed() -> None:
    """As the page says."""
    assert rows_in(WRITTEN["the same key twice"]) == [{"AptNum": 2}]


def _page() -> dict[str, str]:
    page = (Path(__file__).parents[2] / "docs" / "guarantees.md").read_text()
    section = page.partition("## What is read as JSON")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| ([^|]+?) \| (\d{3}[^|]*?) \|$", section, flags=re.M))
