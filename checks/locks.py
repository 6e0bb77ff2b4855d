"""Every dependency is locked to one version and its hashes, and what is installed is what is locked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from checks.finding import Finding

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")
_PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^ ;\\]+)\s*(?:;\s*([^\\]+?))?\s*(?:\\\s*)?$")
_HASH = re.compile(r"\s+--hash=sha256:[0-9a-f]{64}( \\)?\s*$")

Lock = dict[str, tuple[str, int, str]]
"""Name -> version, number of hashes, environment marker."""


def verify(root: Path) -> Iterator[Finding]:
    """Compare the lock files with pyproject.toml and with what is installed."""
    locks: dict[str, Lock] = {}
    for name in LOCKS:
        locks[name] = {}
        yield from read(name, (root / name).read_text(encoding="utf-8"), locks[name])
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    yield from wanted_but_not_locked(project["dependencies"], locks["requirements.lock"])
    yield from installed_but_not_locked(locks["requirements-dev.lock"])


def read(name: str, text: str, lock: Lock) -> Iterator[Finding]:
    """Fill ``lock``; every line that is neither a pinned requirement nor a hash is a finding."""
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if _HASH.match(line) and current:
            version, hashes, marker = lock[current]
            lock[current] = (version, hashes + 1, marker)
        elif found := _PINNED.match(line):
            current = canonicalize_name(found[1])
            lock[current] = (found[2], 0, found[3] or "")
        else:
            yield Finding(name, number, "neither a requirement with one version nor a hash")
    for package, (_, hashes, _) in lock.items():
        if not hashes:
            yield Finding(name, 0, f"{package} has no hash")


def wanted_but_not_locked(wanted: list[str], lock: Lock) -> Iterator[Finding]:
    """Requirements that the lock does not fulfil."""
    for requirement in map(Requirement, wanted):
        version = lock.get(canonicalize_name(requirement.name), ("", 0, ""))[0]
        if not version or not requirement.specifier.contains(version, prereleases=True):
            yield Finding("requirements.lock", 0, f"{requirement} is not locked; make lock")


def installed_but_not_locked(lock: Lock) -> Iterator[Finding]:
    """Packages of this environment whose version is another than the locked one."""
    for name, (version, _, marker) in lock.items():
        if marker and not Marker(marker).evaluate():
            continue
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "nothing"
        if found != version:
            yield Finding("requirements-dev.lock", 0, f"{name} {version} is locked, {found} is installed; make install")
