"""A million recorded deliveries: how long the slowest page takes, and what an entry costs. ``make listing``."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import redis

from odevents.store import keys
from odevents.store.embedded import EmbeddedServer
from odevents.store.filters import DeliveryFilter
from odevents.store.ids import new_id, packed
from odevents.store.index import BUCKET_SECONDS
from odevents.store.packing import ABOUT, DELIVERIES, about, about_records, about_rows, delivery_record
from odevents.store.seal import Seals
from tests.support.recorded import Recorded

DAYS = 7
OFFICES = [f"office-{number:03}" for number in range(100)]
TABLES = ("Appointment", "Patient", "PatField", "Schedule")
KINDS = ("updated", "duplicate", "created", "stale")
_BATCH = 5_000
_MOMENT = 0.2


def fill(recorded: Recorded, number: int, now: float) -> None:
    """Record deliveries over a week as the worker does, but many at a time."""
    chance = random.Random(18)
    step = DAYS * 86_400 / number
    for start in range(0, number, _BATCH):
        buckets: dict[int, tuple[bytearray, bytearray]] = {}
        with recorded.client.pipeline(transaction=False) as together:
            for place in range(start, min(start + _BATCH, number)):
                _record(recorded, together, buckets, now - place * step, chance)
            for bucket, (records, targets) in buckets.items():
                for index, data in ((DELIVERIES, records), (ABOUT, targets)):
                    together.append(keys.bucket(index.name, bucket), bytes(data))
                    together.zadd(keys.buckets(index.name), {str(bucket): bucket})
            together.execute()
    recorded.client.sadd(keys.OFFICES, *OFFICES)


def _record(recorded: Recorded, together: Any, buckets: Any, at: float, chance: random.Random) -> None:
    delivery, office, table = new_id("dlv", at), chance.choice(OFFICES), chance.choice(TABLES)
    kind = "unreadable" if chance.random() < 1e-4 else chance.choice(KINDS)
    summary = {
        "table": table, "source": "WatchTable", "workstation": "SRV01", "received": repr(at), "rows": 1, "bytes": 1400,
        "status": "processed", "attempts": 1, "ack": "4.2", "kinds": f'{{"{kind}":1}}', "wanted": "{}", "mode": "live",
    }  # fmt: skip
    together.hset(keys.delivery(office, delivery), mapping=summary)
    records, targets = buckets.setdefault(int(at // BUCKET_SECONDS), (bytearray(), bytearray()))
    names, mode = (office, table, "SRV01"), "live"
    records += delivery_record(packed(delivery), names, [kind], status="processed", wanted=False, mode=mode)
    row = {"AptNum": chance.randrange(1, 200_000), "PatNum": chance.randrange(1, 100_000)}
    targets += about_records(packed(delivery), office, about_rows(recorded.seals.fingerprinting("about"), [row]))


def slowest_page(recorded: Recorded, now: float) -> float:
    """Seconds of the slowest page over common and rare filters, each followed for up to five pages."""
    seals = recorded.seals
    filters = {
        "everything": DeliveryFilter(),
        "one office": DeliveryFilter("office-042"),
        "unreadable": DeliveryFilter(outcome="unreadable"),
        "unreadable of one office": DeliveryFilter("office-042", outcome="unreadable"),
        "nothing fits": DeliveryFilter("office-042", watch="Patient", outcome="deleted", mode="dry-run"),
        "no such office": DeliveryFilter("nowhere"),
        "no such workstation": DeliveryFilter(workstation="FRONT9"),
        "a day, a week ago": DeliveryFilter(since=now - 7 * 86_400, until=now - 6 * 86_400, outcome="unreadable"),
        "one patient": DeliveryFilter(about=about(seals.fingerprint, "PatNum", 77).hex()),
        "nobody": DeliveryFilter(about=about(seals.fingerprint, "PatNum", 10_000_001).hex()),
    }
    slowest = 0.0
    for name, wanted in filters.items():
        cursor, times, found = "", [], 0
        for _ in range(5):
            began = time.perf_counter()
            page = recorded.store.records.deliveries(wanted, cursor=cursor)
            times.append(time.perf_counter() - began)
            found, cursor = found + len(page.found), page.next
            if not cursor:
                break
        slowest = max(slowest, *times)
        print(f"  {name:<26} {found:>4} found, slowest of {len(times)} pages {max(times) * 1000:6.1f} ms")
    return slowest


def cost(recorded: Recorded, number: int = 3_000) -> float:
    """Bytes of server memory that being listed costs a delivery with one row."""
    before = recorded.client.info("memory")["used_memory"]
    names = [k for pattern in ("odevents:1:index:*", "odevents:1:strip:*") for k in recorded.client.scan_iter(pattern)]
    used = sum(recorded.client.memory_usage(name) or 0 for name in names)
    print(f"  {len(names)} keys of indexes and strips hold {used} bytes; the server uses {before}")
    return used / number


def main(number: int) -> None:
    """Fill an embedded server and print what was measured."""
    with TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder))
        client = redis.Redis.from_url(server.url)
        client.config_set("appendfsync", "no")
        recorded = Recorded(client, Seals([b"s" * 32], b"i" * 32))
        now = time.time()
        try:
            began = time.perf_counter()
            fill(recorded, number, now)
            print(f"{number} deliveries recorded in {time.perf_counter() - began:.0f} s")
            slowest = slowest_page(recorded, now)
            print(f"slowest page {slowest * 1000:.0f} ms (goal 200)")
            print(f"{cost(recorded, number):.1f} bytes a delivery for being listed and found by AptNum and PatNum")
        finally:
            server.stop()
        sys.exit(slowest > _MOMENT)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
