"""The server that keeps everything: durable, private, with room. Judged from what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from odevents.doctor.findings import Finding, Mark, fine, unknown
from odevents.store.connection import Doubt

_FULL = 0.8
_LOOPBACK = ("localhost", "127.0.0.1", "::1", None)


def judge_durability(doubts: Sequence[Doubt]) -> Iterator[Finding]:
    """Each setting by which an answered delivery could be lost."""
    if not doubts:
        yield fine("OD120")
    for doubt in doubts:
        do = f"set {doubt.setting} {doubt.wanted} in the server's configuration and restart it"
        yield Finding("OD120", Mark.ERROR, str(doubt), do=do)


def judge_room(memory: Mapping[str, object]) -> Finding:
    """How full the server is, by its own ``INFO memory``."""
    used, most = int(str(memory.get("used_memory", 0))), int(str(memory.get("maxmemory", 0)))
    megabytes = f"{used / 2**20:.0f} MB used"
    if not most:
        return fine("OD121", detail=f"{megabytes}, no limit set")
    if used < _FULL * most:
        return fine("OD121", detail=f"{megabytes} of {most / 2**20:.0f}")
    do = "raise maxmemory, or lower ODEVENTS_KEEP_DAYS; look at `odevents dead list`"
    return Finding("OD121", Mark.WARNING, f"{megabytes} of {most / 2**20:.0f}", do=do)


def judge_way(url: str) -> Finding:
    """Whether the connection can be overheard."""
    parts = urlsplit(url)
    if parts.scheme in ("rediss", "unix") or parts.hostname in _LOOPBACK:
        return fine("OD124")
    what = "REDIS_URL names another machine without TLS"
    return Finding("OD124", Mark.WARNING, what, do="use rediss://, or a network that is yours alone")


def judge_disk(folder: str, free: int | None) -> Finding:
    """Whether the disk of the embedded server has room.

    :param free: bytes, ``None`` where the server is not ours.
    """
    if free is None:
        return unknown("OD122", "the server runs elsewhere")
    if free >= 2 * 2**30:
        return fine("OD122", detail=f"{free / 2**30:.0f} GB free")
    mark = Mark.ERROR if free < 2**28 else Mark.WARNING
    return Finding("OD122", mark, f"{free / 2**20:.0f} MB free where {folder} is", do="make room")
