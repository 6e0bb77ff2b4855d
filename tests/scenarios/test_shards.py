"""Two installations that share the offices between them, each with a server of its own: nothing crosses."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from odevents.simulator import Office
from tests.support.installation import Installation, installation, until

RULE = """
[[reactions]]
name = "seen"
on = "Appointment"
kinds = ["first-seen"]
commlog = "Seen"
"""


def names(shard: Installation) -> str:
    """Every key of its server, and every member of the lists that name offices."""
    found = list(shard.redis.scan_iter(count=1000))
    found += cast("list[bytes]", shard.redis.zrange("odevents:1:deliveries", 0, -1))
    found += cast("list[bytes]", shard.redis.hkeys("odevents:1:stats"))
    return b"\n".join(found).decode(errors="replace")


def test_offices_split_over_two_shards_do_not_meet(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("east", "west")]
    for folder in folders:
        folder.mkdir()
    with (
        installation(folders[0], "serve", "worker", offices=[Office("eastside", patients=5)], reactions=RULE) as east,
        installation(folders[1], "serve", "worker", offices=[Office("westside", patients=5)], reactions=RULE) as west,
    ):
        row = {"AptNum": 1, "PatNum": 1, "DateTStamp": "2026-11-20 10:00:00"}
        path = "/apievents/appointmentevent"
        keys = {
            shard: {"Authorization": shard.clinic.office(office).customer_key}
            for shard, office in ((east, "eastside"), (west, "westside"))
        }

        assert east.http.post(path, json=[row], headers=keys[west]).status_code == 401
        assert west.http.post(path, json=[row], headers=keys[east]).status_code == 401
        assert east.http.post(path, json=[row], headers=keys[east]).status_code == 200
        assert west.http.post(path, json=[row], headers=keys[west]).status_code == 200
        until(lambda: east.writes("eastside") and west.writes("westside"), what="a write at each office")
        until(lambda: east.idle() and west.idle(), what="the end of all work")

        assert (len(east.writes("eastside")), len(west.writes("westside"))) == (1, 1)
        assert "eastside" in names(east), "the search finds what is there"
        assert "westside" in names(west), "the search finds what is there"
        assert "westside" not in names(east)
        assert "eastside" not in names(west)
