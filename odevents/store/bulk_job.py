"""One bulk job, as it is kept and shown; :mod:`odevents.store.bulk` makes and carries them out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import msgspec

What = Literal["replay", "requeue", "drop"]
State = Literal["counting", "ready", "running", "done", "aborted"]


@dataclass(frozen=True, slots=True)
class BulkJob:
    """One job.

    :ivar chosen: the filter as :meth:`query` says it, of deliveries or of dead letters (``source``).
    :ivar number: things chosen; while counting, so far.
    :ivar capped: whether the filter chose more than are done.
    :ivar handed: given to the lanes; ``skipped``: nothing left to do; ``failed``: reason code -> number.
    :ivar cursor: how far the selection has come.
    """

    id: str
    what: What
    source: Literal["deliveries", "dead"]
    chosen: dict[str, str]
    state: State
    who: str
    reason: str
    at: float
    number: int = 0
    capped: bool = False
    handed: int = 0
    skipped: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    cursor: str = ""

    @property
    def left(self) -> int:
        """Things still to be done."""
        return self.number - self.handed - self.skipped - sum(self.failed.values())


def said_of(job: BulkJob) -> str:
    """The filter of a job in words, for the audit."""
    return " ".join(f"{name}={value}" for name, value in job.chosen.items() if name != "until")


def job_from(job_id: str, said: Mapping[str, str]) -> BulkJob:
    """The job that its fields in Redis make."""
    counted: Iterator[tuple[str, Any]] = ((name, int(said.get(name, 0))) for name in ("number", "handed", "skipped"))
    return BulkJob(
        id=job_id,
        what=cast("What", said["what"]),
        source=cast("Any", said["source"]),
        chosen=msgspec.json.decode(said["chosen"], type=dict[str, str]),
        state=cast("State", said["state"]),
        who=said["who"],
        reason=said["reason"],
        at=float(said["at"]),
        capped=said.get("capped") == "1",
        failed={name.removeprefix("failed:"): int(n) for name, n in said.items() if name.startswith("failed:")},
        cursor=said.get("cursor", ""),
        **dict(counted),
    )
