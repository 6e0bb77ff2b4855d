"""How far each office's backfill has come: what lets one that was killed go on where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

import msgspec

from odevents.store import keys
from odevents.store.atomic import Steps, in_store

if TYPE_CHECKING:
    from redis import Redis

_KEPT_SECONDS = 30 * 24 * 3600

Mode = Literal["backfill", "prime"]


class TableProgress(msgspec.Struct, frozen=True):
    """One table of a backfill.

    :ivar since: office-local moment from which on changes are read, ``""`` for all rows.
    :ivar began_at: when its reading began, 0 before: what happened later, it may have missed.
    :ivar read_at: when the last page was read.
    :ivar offset: how many rows of the list have been dealt with.
    :ivar last: what identifies the last of them, as keyed fingerprints.
    :ivar read: rows the office showed.
    :ivar different: rows that differed from what was known, and so were put into the inbox.
    :ivar unreadable: rows that could not be understood, and so are not known.
    :ivar skipped: why this table was not read, ``""`` where it was.
    """

    table: str
    since: str
    offset: int = 0
    read: int = 0
    different: int = 0
    done: bool = False
    skipped: str = ""
    began_at: float = 0.0
    read_at: float = 0.0
    last: tuple[str, ...] = ()
    unreadable: int = 0


class BackfillRecord(msgspec.Struct, frozen=True):
    """One backfill of an office. Times are seconds since the epoch.

    :ivar ended_at: 0 while it is not at its end.
    """

    mode: Mode
    began_at: float
    tables: tuple[TableProgress, ...]
    ended_at: float = 0.0

    @property
    def different(self) -> int:
        """Rows that differed, of all tables."""
        return sum(table.different for table in self.tables)

    def moved(self, progress: TableProgress) -> BackfillRecord:
        """With this table's progress instead of what it was."""
        tables = tuple(progress if table.table == progress.table else table for table in self.tables)
        return msgspec.structs.replace(self, tables=tables)


class Backfills:
    """Keeps the last backfill of each office."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def of(self, office: str) -> BackfillRecord | None:
        """The last one, ``None`` when there was none within thirty days."""
        said = cast("bytes | None", in_store(lambda: self._redis.get(keys.backfill(office))))
        return msgspec.json.decode(said, type=BackfillRecord) if said else None

    def keep(self, steps: Steps, office: str, record: BackfillRecord) -> None:
        """Add the step that notes how far it has come."""
        steps.add("SET", keys.backfill(office), msgspec.json.encode(record), "EX", _KEPT_SECONDS)
