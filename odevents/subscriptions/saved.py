"""A plan kept in a file: what it was made of, so that applying it does exactly that, or nothing.

A plan follows from what is declared and what the office has. The file holds fingerprints of both; a plan made again of
the same is the same plan. So nothing in the file says what is done, and changing the file changes nothing but refusals.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from odevents.errors import ConfigError
from odevents.store.subscriptions_seen import DriftSeen
from odevents.subscriptions.actual import Actual
from odevents.subscriptions.declared import Declared

VERSION = 1


class SavedOffice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One office of a saved plan.

    :ivar declared: fingerprint of what was declared.
    :ivar actual: fingerprint of what the office had.
    :ivar differences: for people who read the file.
    """

    declared: str
    actual: str
    differences: list[DriftSeen]


class SavedPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A plan in a file.

    :ivar at: when it was made, in seconds since the epoch.
    """

    version: int
    at: float
    prune: bool
    offices: dict[str, SavedOffice]


def declared_fingerprint(declared: Sequence[Declared]) -> str:
    """The same for the same declarations."""
    return sha256(msgspec.json.encode(list(declared), order="deterministic")).hexdigest()[:16]


def write_plan(file: Path, plan: SavedPlan) -> None:
    """Write a plan, readable by people.

    :raises ConfigError: it cannot be written.
    """
    try:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(plan), indent=2) + b"\n")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}") from None


def read_plan(file: Path) -> SavedPlan:
    """Read a plan.

    :raises ConfigError: it cannot be read, or is no plan of this version.
    """
    try:
        plan = msgspec.json.decode(file.read_bytes(), type=SavedPlan)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ConfigError(f"{file}: is no plan; make one with: odevents subscriptions plan --save {file}") from None
    if plan.version != VERSION:
        raise ConfigError(f"{file}: is a plan of another version of odevents; make it again")
    return plan


def what_changed(saved: SavedOffice, declared: Sequence[Declared], actual: Actual) -> str:
    """What has changed since the plan was made, ``""`` for nothing."""
    if saved.declared != declared_fingerprint(declared):
        return "odevents.toml"
    return "" if saved.actual == actual.fingerprint() else "the office"
