"""No key, and nothing that looks like a real person's number, is in the repository."""

from __future__ import annotations

import base64
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from checks.finding import Finding, files_of

SKIPPED = {"requirements.lock", "requirements-dev.lock", "requirements-build.lock", "tests/deploy/data/stored-1.json"}
"""Hashes only; and a store that is sealed with the keys of the tests."""

COPIES = "tests/contract/data/"
"""Copies of public pages, whose examples have keys and numbers that everybody can read there."""

_NAMES = {"X25519PrivateKey"}
_CREDENTIAL = re.compile(r"ODFHIR\s+([A-Za-z0-9]{12,})/([A-Za-z0-9]{12,})")
_WORD = re.compile(r"(?<![A-Za-z0-9_.+/-])[A-Za-z0-9]{16}(?![A-Za-z0-9_.+/=-])")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}={0,2}(?![A-Za-z0-9+/=])")
_PRIVATE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_SSN = re.compile(r"(?<![\d-])(\d{3})-(\d{2})-(\d{4})(?![\d-])")
_PHONE = re.compile(r"(?<![\d.-])\(?(\d{3})\)?[-. ](\d{3})[-. ](\d{4})(?![\d-])")
_LEAST_ENTROPY = 3.3
"""Bits a character; sixteen random letters and digits have 3.4 to 4, words written together less or one case."""


def scan(root: Path) -> Iterator[Finding]:
    """Look at every file."""
    for file in files_of(root):
        name = file.relative_to(root).as_posix()
        if name in SKIPPED or name.startswith(COPIES):
            continue
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            yield from (Finding(name, number, what) for what in found_in(line))


def found_in(line: str) -> Iterator[str]:
    """What is wrong with one line."""
    if any(random_looking(part) for match in _CREDENTIAL.finditer(line) for part in match.groups()):
        yield "an Authorization header with keys"
    if any(random_looking(match[0]) for match in _WORD.finditer(line)):
        yield "sixteen random characters, as a key of Open Dental has"
    if any(_is_key(match[0]) for match in _BASE64.finditer(line)):
        yield "random bytes in base64, as a sealing key is"
    if _PRIVATE.search(line):
        yield "a private key"
    if any(_may_be_issued(*match.groups()) for match in _SSN.finditer(line)):
        yield "a number that may be somebody's SSN; use one of 000, 666 or 9xx"
    if any(not (match[2] == "555" and match[3].startswith("01")) for match in _PHONE.finditer(line)):
        yield "a telephone number that may be somebody's; use 555-01xx"


def random_looking(word: str) -> bool:
    """Whether somebody drew these characters at random."""
    kinds = [any(map(kind, word)) for kind in (str.isupper, str.islower, str.isdigit)]
    return word not in _NAMES and all(kinds) and entropy(word) >= _LEAST_ENTROPY


def entropy(word: str) -> float:
    """Bits a character, by how often each comes."""
    counts = Counter(word).values()
    return -sum(count / len(word) * math.log2(count / len(word)) for count in counts)


def _is_key(word: str) -> bool:
    if not random_looking(word):
        return False
    try:
        plain = base64.b64decode(word, validate=True)
    except ValueError:
        return False
    return len(plain) in (32, 64) and not plain.isascii()  # the keys of tests are sentences


def _may_be_issued(area: str, group: str, serial: str) -> bool:
    return not (area in ("000", "666") or area.startswith("9") or group == "00" or serial == "0000")
