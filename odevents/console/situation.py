"""How things are now: what every page needs to say what needs attention. A few round trips, nothing scanned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from odevents.config import ConfigFile
from odevents.office import Offices
from odevents.store import keys
from odevents.store.atomic import in_store
from odevents.store.pauses import Pause
from odevents.store.presence import Process, processes
from odevents.store.store import Store
from odevents.store.subscriptions_seen import OfficeSeen
from odevents.subscriptions.closing import closing_command
from odevents.subscriptions.watching import judge_now

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_MOST_LETTERS = 500
_NOBODYS_FAULT = ("budget-spent", "throttled")
_LASTS = 900.0


@dataclass(frozen=True, slots=True)
class Feed:
    """Whether the rows of one table of an office come in, and how we know.

    :ivar state: ``fresh``, ``quiet``, ``new``, ``paused``, ``late`` or ``stale``.
    :ivar since: what the judgement rests on: when that was.
    :ivar sentence: how we know.
    :ivar next_step: what to do about it, ``""`` for nothing.
    :ivar missing_since: from when on rows are known, or feared, to be missing.
    :ivar closing: the command that brings them.
    """

    office: str
    table: str
    state: str
    since: float
    sentence: str
    next_step: str = ""
    code: str = ""
    delivered_at: float | None = None
    missing_since: float | None = None
    closing: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """Work that waits.

    :ivar oldest_at: since when the oldest of it is due, ``None`` when nothing waits.
    """

    waiting: int
    oldest_at: float | None


@dataclass(frozen=True, slots=True)
class OfficeNow:
    """One office.

    :ivar drift: differences between the subscriptions declared and those it has, in words.
    :ivar trouble: why its API could not be asked, ``""`` when it could.
    """

    name: str
    zone: ZoneInfo
    mode: str
    inbox: Lane
    writes: Lane
    feeds: Sequence[Feed] = ()
    drift: Sequence[str] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class DeadGroup:
    """Dead letters that are alike."""

    office: str
    of: str
    code: str
    count: int
    newest_at: float


@dataclass(frozen=True)
class Situation:
    """How things are.

    :ivar at: seconds since the epoch.
    :ivar pauses: scope -> who holds effects back, and why.
    :ivar dead: how many dead letters there are.
    :ivar has_handlers: whether reactions in Python are configured.
    """

    at: float
    offices: Sequence[OfficeNow]
    pauses: Mapping[str, Pause]
    dead: int
    groups: Sequence[DeadGroup]
    processes: Sequence[Process] = ()
    has_handlers: bool = False

    @property
    def feeds(self) -> list[Feed]:
        """All feeds, worst first."""
        order = ("stale", "late", "paused", "new", "quiet", "fresh")
        known = [feed for office in self.offices for feed in office.feeds]
        return sorted(known, key=lambda feed: (order.index(feed.state), feed.office, feed.table))

    @property
    def dry(self) -> list[str]:
        """The offices that are written nothing."""
        return [office.name for office in self.offices if office.mode == "dry-run"]

    def office(self, name: str) -> OfficeNow | None:
        """One office."""
        return next((office for office in self.offices if office.name == name), None)


def look(store: Store, offices: Offices, file: ConfigFile, now: float) -> Situation:
    """Read how things are.

    :raises StoreUnavailable: Redis did not answer.
    """
    lanes = _lanes(store, list(offices))
    feeds = list(_feeds(store, offices, file, now))
    seen = store.subscriptions_seen.all(offices)
    return Situation(
        at=now,
        offices=[
            OfficeNow(
                name,
                access.zone,
                access.mode,
                *lanes[name],
                feeds=[feed for feed in feeds if feed.office == name],
                drift=[drift.text for drift in seen[name].drift if drift.kind != "not-ours"] if name in seen else [],
                trouble=_trouble(seen.get(name)),
            )
            for name, access in offices.items()
        ],
        pauses=store.pauses.all(),
        dead=int(cast("Any", in_store(lambda: store.redis.zcard(keys.DEAD)))),
        groups=dead_groups(store),
        processes=processes(store.redis, now),
        has_handlers=bool(file.handlers),
    )


def _feeds(store: Store, offices: Offices, file: ConfigFile, now: float) -> Iterator[Feed]:
    for (office, table), kept in store.feeds.read(offices).items():
        found = judge_now(file, offices[office], kept.evidence, now)
        gap = kept.evidence.gap
        yield Feed(
            office,
            table,
            str(found.state),
            found.since,
            _sentence(found.sentence),
            found.next_step,
            found.code,
            kept.evidence.delivered_at,
            missing_since=gap.since if gap else None,
            closing=closing_command(office, table, gap, now) if gap else "",
        )


def _trouble(seen: OfficeSeen | None) -> str:
    """Why an office's API could not be asked; that others used its budget up is no trouble until it lasts."""
    if seen is None or (seen.trouble in _NOBODYS_FAULT and seen.at - seen.read_at < _LASTS):
        return ""
    return seen.trouble


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _lanes(store: Store, names: Sequence[str]) -> dict[str, tuple[Lane, Lane]]:
    with store.redis.pipeline(transaction=False) as together:
        for name in names:
            together.llen(keys.inbox(name))
            together.lindex(keys.inbox(name), 0)
            together.zcard(keys.writes(name))
            together.zrange(keys.writes(name), 0, 0, withscores=True)
        found = in_store(together.execute)
    heads = [cast("bytes | None", found[4 * index + 1]) for index in range(len(names))]
    with store.redis.pipeline(transaction=False) as together:
        for name, head in zip(names, heads, strict=True):
            together.hget(keys.delivery(name, (head or b"").decode()), "received")
        received = in_store(together.execute)
    return {
        name: (
            Lane(found[4 * i], float(received[i]) if received[i] else None),
            Lane(found[4 * i + 2], found[4 * i + 3][0][1] / 1000 if found[4 * i + 3] else None),
        )
        for i, name in enumerate(names)
    }


def dead_groups(store: Store) -> list[DeadGroup]:
    """The newest dead letters by what they have in common, the newest group first."""
    ids = cast(
        "list[tuple[bytes, float]]",
        in_store(lambda: store.redis.zrevrange(keys.DEAD, 0, _MOST_LETTERS - 1, withscores=True)),
    )
    with store.redis.pipeline(transaction=False) as together:
        for letter, _ in ids:
            together.hmget(keys.dead(letter.decode()), ["office", "of", "code"])
        records = in_store(together.execute) if ids else []
    counts: Counter[tuple[str, str, str]] = Counter()
    newest: dict[tuple[str, str, str], float] = {}
    for (_, score), record in zip(ids, records, strict=True):
        if record[0] is None:
            continue
        office, of, code = (part.decode() for part in record)
        counts[office, of, code] += 1
        newest.setdefault((office, of, code), score / 1000)
    return [DeadGroup(*group, count=count, newest_at=newest[group]) for group, count in counts.items()]
