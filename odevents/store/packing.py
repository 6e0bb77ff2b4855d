"""How one delivery and one write stand in their indexes (:mod:`odevents.store.index`).

A delivery's record, 20 bytes: id 10 · office 4 · watch table 2 · workstation 2 · flags 2.
A record of what a delivery is about, 20 bytes: fingerprint 6 · office 4 · delivery id 10.
A write's record, 40 bytes: changed (ms) 6 · id 12 · office 4 · reaction 3 · reason 2 · state 1 · AptNum 6 · PatNum 6.

Names stand as the first bytes of their hash. Two may share them, so whoever reads compares what is found with the
filter. Numbers of patients and appointments stand as keyed fingerprints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from odevents.events.change import Kind
from odevents.store.index import Index
from odevents.store.seal import Fingerprinting

Fingerprint = Callable[..., bytes]
"""Keyed and one-way: (value, *purpose) -> bytes."""

DELIVERIES = Index("deliveries", 20)
ABOUT = Index("about", 20, most_bytes=4 << 20)
WRITES = Index("writes", 40)

ABOUT_BYTES = 6
ABOUT_COLUMNS = ("AptNum", "PatNum")
"""Columns whose numbers deliveries and writes can be found by."""

NOBODY = bytes(ABOUT_BYTES)
"""Stands where a write is about no appointment, or no patient."""

OFFICE_BYTES, TABLE_BYTES, WORKSTATION_BYTES, REACTION_BYTES, REASON_BYTES = 4, 2, 2, 3, 2
_WRITE_LETTERS = 12
_KINDS = (*map(str, Kind), "unreadable")
_DEAD, _WANTED, _DRY_RUN = (1 << place for place in range(len(_KINDS), len(_KINDS) + 3))

FLAGS = {
    **{kind: (1 << place, 1 << place) for place, kind in enumerate(_KINDS)},
    "dead": (_DEAD, _DEAD),
    "processed": (_DEAD, 0),
    "wanted": (_WANTED, _WANTED),
    "unwanted": (_WANTED, 0),
    "dry-run": (_DRY_RUN, _DRY_RUN),
    "live": (_DRY_RUN, 0),
}
"""Outcome or mode -> the flags that say so, and how they stand."""


@lru_cache(maxsize=20_000)
def token(name: str, length: int) -> bytes:
    """The few bytes that stand for a name."""
    return blake2b(name.encode(), digest_size=length).digest()


def about(fingerprint: Fingerprint, column: str, number: str | int) -> bytes:
    """The keyed fingerprint by which deliveries and writes about one appointment or patient are found."""
    return fingerprint(_spelt(column, number), "about")[:ABOUT_BYTES]


def about_row(fingerprint: Fingerprint, values: Mapping[str, Any]) -> bytes:
    """The fingerprints of a row's AptNum and PatNum, :data:`NOBODY` where it has none."""
    numbers = [(column, _number(values.get(column))) for column in ABOUT_COLUMNS]
    return b"".join([about(fingerprint, column, number) if number else NOBODY for column, number in numbers])


def about_rows(fingerprint: Fingerprinting, elements: Sequence[object]) -> list[bytes]:
    """The fingerprints of every appointment and patient that a delivery's elements are about, each once.

    :param fingerprint: for the purpose "about".
    """
    rows = [element for element in elements if isinstance(element, dict)]
    found: list[bytes] = []
    for column in ABOUT_COLUMNS:
        numbers = {_number(row[column]) for row in rows if column in row} - {""}
        found += [fingerprint(_spelt(column, number))[:ABOUT_BYTES] for number in numbers]
    return found


def _spelt(column: str, number: str | int) -> bytes:
    return f"{column}\0{number}".encode()


def delivery_record(
    id_bytes: bytes, names: tuple[str, str, str], kinds: Iterable[str], *, status: str, wanted: bool, mode: str
) -> bytes:
    """A delivery in its index.

    :param names: office, watch table, workstation.
    """
    office, table, workstation = names
    flags = sum(FLAGS[kind][0] for kind in set(kinds))
    flags |= (_DEAD if status == "dead" else 0) | (_WANTED if wanted else 0) | (_DRY_RUN if mode == "dry-run" else 0)
    shown = token(office, OFFICE_BYTES) + token(table, TABLE_BYTES) + token(workstation, WORKSTATION_BYTES)
    return id_bytes + shown + flags.to_bytes(2)


def about_records(id_bytes: bytes, office: str, fingerprints: Iterable[bytes]) -> bytes:
    """What a delivery is about.

    :param fingerprints: what :func:`about_rows` says of its rows.
    """
    rest = token(office, OFFICE_BYTES) + id_bytes
    return b"".join([fingerprint + rest for fingerprint in fingerprints])


def write_record(at_ms: int, write_id: str, names: tuple[str, str, str, str], fingerprints: bytes) -> bytes:
    """A write in its index, as it is from a moment on.

    :param names: office, reaction, reason, state.
    :param fingerprints: of AptNum and PatNum.
    """
    office, reaction, reason, state = names
    key = at_ms.to_bytes(6) + write_id.removeprefix("wr_")[:_WRITE_LETTERS].ljust(_WRITE_LETTERS).encode()
    shown = token(office, OFFICE_BYTES) + token(reaction, REACTION_BYTES) + token(reason, REASON_BYTES)
    return key + shown + token(state, 1) + fingerprints


def write_key(record_key: bytes) -> tuple[int, str]:
    """When a write changed (ms), and which it is, from what its record is sorted by."""
    return int.from_bytes(record_key[:6]), "wr_" + record_key[6:].rstrip().decode()


def _number(value: object) -> str:
    """A number of Open Dental as text, ``""`` where there is none."""
    if value.__class__ is int:
        return str(value) if value else ""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    text = str(value).strip()
    return "" if text == "0" else text
