"""What an older version has left in the store is taken up by this one; names and formats carry their version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from odevents.queues import JOBS
from odevents.receiver.index import VERSION as INDEX_VERSION
from odevents.store import keys
from odevents.store.seal import BY_RECEIVER, BY_RING
from tests.deploy.recording import FILE, REACTIONS, ROWS, put_back
from tests.support.command import run
from tests.support.installation import installation, until


def test_what_an_older_version_had_in_hand_is_finished_by_this_one(tmp_path: Path) -> None:
    """Its waiting deliveries, its planned writes, its jobs, the rows it knew: nothing lost, nothing twice."""
    with installation(tmp_path, reactions=REACTIONS) as running:
        running.redis.flushall()
        put_back(running.redis, json.loads(FILE.read_text()))
        run(running, "resume", "--reason", "the deploy is over")
        running.start("serve", "worker")
        until(lambda: running.idle() and len(running.writes()) >= 4 * len(ROWS), within=40, what="all of it")

        store = running.runtime.store
        found = cast("list[bytes]", running.redis.keys("odevents:1:southside:delivery:*"))
        ids = sorted(key.decode().split(":")[-1] for key in found)
        entries = [store.inbox.entry("southside", id_) for id_ in ids]
        known = store.snapshots.read("southside", "Appointment", [str(number) for number in ROWS])
        assert [entry.status for entry in entries if entry] == ["processed"] * 3 * len(ROWS)
        assert [entry.kinds for entry in entries[-len(ROWS) :] if entry] == [{"updated": 1}] * len(ROWS), (
            "not first-seen"
        )
        assert {(snapshot.values or {})["Pattern"] for snapshot in known.values()} == {"//XX"}
        assert sorted(running.writes()) == sorted(
            2 * [("POST", "/commlogs") for _ in ROWS] + 2 * [("PUT", f"/appointments/{n}/Note") for n in ROWS]
        )


def test_names_and_formats_are_those_that_older_versions_know() -> None:
    """A change of any of these needs a new number beside the old one for as long as both versions run."""
    assert keys.ROOT == "odevents:1"
    assert (BY_RING, BY_RECEIVER, INDEX_VERSION) == (1, 2, 1)
    assert {JOBS["inbox"], JOBS["writes"]} == {"workers.jobs.drain_inbox", "workers.jobs.drain_writes"}


def test_the_recording_has_what_matters() -> None:
    """The control: deliveries and writes that wait, jobs with their paths, both formats of sealed values."""
    everything = json.loads(FILE.read_text())
    kinds = {":".join(name.split(":")[3:4]) for name in everything if name.startswith("odevents:1:southside")}

    assert {"inbox", "delivery", "writes", "write", "snapshot", "refused"} <= kinds
    assert len(everything["odevents:1:southside:inbox"][1]) == len(ROWS)
    assert any(name.startswith("rq:job:") for name in everything)
