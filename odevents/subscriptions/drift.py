"""The ways in which an office's subscriptions can differ from what is declared."""

from __future__ import annotations

from enum import StrEnum


class Drift(StrEnum):
    """A kind of difference, and what ``apply`` does about it."""

    missing = "missing"
    changed = "changed"
    expired = "expired"
    duplicate = "duplicate"
    undeclared = "undeclared"
    not_ours = "not ours"
    paused = "paused"
    workstation_gone = "workstation gone"
    unreachable = "unreachable"

    @property
    def is_difference(self) -> bool:
        """Whether it makes ``plan`` end with exit code 3."""
        return self not in (Drift.not_ours, Drift.paused)


MEANING: dict[Drift, tuple[str, str]] = {
    Drift.missing: (
        "declared, and the office has none",
        "creates it, from the last confirmed poll on if the office had it before",
    ),
    Drift.changed: (
        "a field differs from what is declared",
        "changes those fields in place; for another table, UI event or customer key, which cannot be changed, "
        "creates a new one with the old one's DateTimeStart and then removes the old one",
    ),
    Drift.expired: ("its DateTimeStop has passed", "clears the stop"),
    Drift.duplicate: (
        "ours a second time: the same name, table and key",
        "removes it with --prune, else leaves it",
    ),
    Drift.undeclared: (
        "ours, and not declared any more",
        "removes it with --prune, else leaves it",
    ),
    Drift.not_ours: ("without our mark, or at somebody else's endpoint", "never touches it"),
    Drift.paused: ("stopped by `odevents subscriptions pause`", "leaves it stopped"),
    Drift.workstation_gone: (
        "its machine is not among the office's computers, so nobody fires it",
        "leaves it; a person says which machine it is",
    ),
    Drift.unreachable: ("the office did not answer, or refused the key", "skips the office and ends with exit code 4"),
}
"""What each kind means, and what ``odevents subscriptions apply`` does about it."""
