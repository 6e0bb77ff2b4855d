"""Lists of deliveries and writes: only what fits, newest first, page by page, in bounded work."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import redis

from odevents.errors import FilterInvalid
from odevents.store import index, keys, records
from odevents.store.filters import DeliveryFilter, Page, WriteFilter
from odevents.store.ledger import State
from odevents.store.packing import DELIVERIES, about
from odevents.store.records import fits
from odevents.store.seal import Seals
from tests.support.recorded import Recorded

NOW = 1_767_600_000.0
HOUR = 3600.0


@pytest.fixture
def recorded(redis_client: redis.Redis, seals: Seals) -> Recorded:
    """An empty store."""
    return Recorded(redis_client, seals)


def whole(page: Callable[[str], Page[Any]]) -> list[Any]:
    """All pages, one after the other."""
    found, cursor = [], ""
    while True:
        one = page(cursor)
        found += one.found
        cursor = one.next
        if not cursor:
            return found


def listed(recorded: Recorded, limit: int = 50, **wanted: Any) -> list[str]:
    """Ids of the deliveries that fit."""
    asked = DeliveryFilter(**wanted)
    pages = recorded.store.records
    return [entry.id for entry in whole(lambda cursor: pages.deliveries(asked, cursor=cursor, limit=limit))]


def test_deliveries_come_newest_first_and_page_by_page_without_gap_or_repeat(recorded: Recorded) -> None:
    """Over several buckets, whatever the order in which they were understood."""
    ids = [recorded.understood(NOW - n * 97, "updated") for n in (3, 0, 7, 1, 20, 2, 50)]
    newest_first = sorted(ids, reverse=True)

    for limit in (1, 2, 3, 50):
        assert listed(recorded, limit) == newest_first


def test_every_filter_returns_exactly_what_fits(recorded: Recorded) -> None:
    """Each filter, and pairs of them, against a plain comparison with everything there is."""
    for number in range(60):
        recorded.understood(
            NOW - number * 60,
            ("updated", "duplicate", "unreadable")[number % 3],
            office=("southside", "lakewood")[number % 2],
            table=("Appointment", "Patient", "PatField")[number % 3],
            workstation=("SRV01", "FRONT1")[number % 5 == 0],
            mode=("live", "dry-run")[number % 4 == 0],
            wanted={"rule": ["wr_x"]} if number % 6 == 0 else {},
            status="dead" if number == 31 else "processed",
        )
    recorded.wait(NOW + 5, "lakewood")
    everything = whole(lambda cursor: recorded.store.records.deliveries(DeliveryFilter(), cursor=cursor))
    assert len(everything) == 61

    asked: list[dict[str, Any]] = [
        {"office": "lakewood"},
        {"watch": "PatField"},
        {"workstation": "FRONT1"},
        {"mode": "dry-run"},
        {"mode": "live", "office": "lakewood"},
        *({"outcome": o} for o in ("duplicate", "unreadable", "waiting", "dead", "processed", "wanted", "unwanted")),
        {"since": NOW - 20 * 60, "until": NOW - 5 * 60},
        {"office": "lakewood", "watch": "Patient", "outcome": "duplicate", "since": NOW - 30 * 60},
        {"office": "nowhere"},
    ]
    for wanted in asked:
        expected = [entry.id for entry in everything if fits(entry, DeliveryFilter(**wanted))]
        assert listed(recorded, 7, **wanted) == expected, wanted
        assert expected or wanted == {"office": "nowhere"}, wanted


def test_deliveries_are_found_by_appointment_and_patient(recorded: Recorded, seals: Seals) -> None:
    """By keyed fingerprint; a row without such a number is about nobody."""
    both = recorded.understood(NOW, "updated", row={"AptNum": 18, "PatNum": "7"})
    other = recorded.understood(NOW - HOUR, "updated", row={"PatNum": 7}, office="lakewood")
    recorded.understood(NOW - 60, "updated", row={"AptNum": 7, "PatNum": 0})

    def found(column: str, number: int, **more: Any) -> list[str]:
        return listed(recorded, about=about(seals.fingerprint, column, number).hex(), **more)

    assert found("AptNum", 18) == [both]
    assert found("PatNum", 7) == [both, other]
    assert found("PatNum", 7, office="lakewood") == [other]
    assert found("PatNum", 7, outcome="duplicate") == []
    assert found("PatNum", 0) == []


def test_no_number_stands_in_an_index(recorded: Recorded, seals: Seals) -> None:
    """What is stored is a keyed fingerprint; a plain hash of a small number could be tried out."""
    recorded.understood(NOW, "updated", row={"AptNum": 987654321})
    stored = recorded.client.get(keys.bucket("about", int(NOW // 600))) or b""

    assert about(seals.fingerprint, "AptNum", 987654321) in stored
    assert b"987654321" not in stored
    assert about(Seals([b"s" * 32], b"i" * 32).fingerprint, "AptNum", 987654321) not in stored


def test_a_rare_filter_costs_a_bounded_page_and_goes_on(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that looked far enough comes back short, with a cursor; the pages together find it all."""
    monkeypatch.setattr(index, "CHUNK_RECORDS", 4)
    monkeypatch.setattr(records, "DELIVERIES", replace(DELIVERIES, most_bytes=10 * DELIVERIES.width))
    oldest = recorded.understood(NOW - 50, "unreadable")
    for number in range(30):
        recorded.understood(NOW - number, "updated")

    first = recorded.store.records.deliveries(DeliveryFilter(outcome="unreadable"))

    assert (first.found, bool(first.next)) == ([], True)
    assert listed(recorded, outcome="unreadable") == [oldest]


def test_a_delivery_that_is_understood_between_two_pages_is_not_listed_twice(recorded: Recorded) -> None:
    """The cursor is a place in time, not a number of entries."""
    ids = [recorded.understood(NOW - n, "updated") for n in range(6)]
    first = recorded.store.records.deliveries(DeliveryFilter(), limit=3)
    recorded.understood(NOW + 1, "updated")
    rest = recorded.store.records.deliveries(DeliveryFilter(), limit=9, cursor=first.next)

    assert [entry.id for entry in [*first.found, *rest.found]] == ids


def test_a_cursor_that_is_none_is_refused(recorded: Recorded) -> None:
    """Somebody may have cut the address short."""
    for cursor in ("x", "1-2", "1-2-zz", "a-b-00"):
        with pytest.raises(FilterInvalid):
            recorded.store.records.deliveries(DeliveryFilter(), cursor=cursor)


def test_a_write_is_listed_once_as_it_stands(recorded: Recorded, seals: Seals) -> None:
    """Last changed first; what it was before is not listed any more."""
    for office in ("southside", "lakewood"):
        recorded.understood(NOW, "updated", office=office)
    first = recorded.write("aaaa00000001", NOW, row={"AptNum": 18, "PatNum": 7})
    recorded.write("aaaa00000002", NOW + 1, reaction="other", office="lakewood")
    third = recorded.write("aaaa00000003", NOW + 2, row={"PatNum": 7})
    recorded.settle(first, NOW + 30, State.DONE)
    recorded.settle(third, NOW + 20, State.DEAD, "loop-breaker")

    def ids(**wanted: Any) -> list[str]:
        asked = WriteFilter(**wanted)
        return [w.id[-1] for w in whole(lambda at: recorded.store.records.writes(asked, cursor=at, limit=1))]

    assert ids() == ["1", "3", "2"]
    assert ids(state="intended") == ["2"]
    assert ids(state="dead") == ids(reason="loop-breaker") == ["3"]
    assert ids(reaction="other") == ids(office="lakewood") == ["2"]
    assert ids(about=about(seals.fingerprint, "PatNum", 7).hex()) == ["1", "3"]
    assert ids(about=about(seals.fingerprint, "AptNum", 18).hex()) == ["1"]
    assert ids(since=NOW + 25) == ["1"]


def test_indexes_expire_and_are_bounded(recorded: Recorded) -> None:
    """Every bucket has a time to live, and the oldest go first when there are too many."""
    for number in range(5):
        recorded.understood(NOW - number * HOUR, "updated")
    names = list(recorded.client.scan_iter("odevents:1:index:*:*"))
    assert len(names) >= 5
    assert all(recorded.client.ttl(name) > 0 for name in names)

    assert index.drop_excess(recorded.client, DELIVERIES, 3) == 2
    assert len(listed(recorded)) == 3


def test_a_page_of_twenty_thousand_is_quick(recorded: Recorded) -> None:
    """The short form of `make listing`, which does it with a million."""
    from tests.unit.store.listing_a_million import fill, slowest_page

    fill(recorded, 20_000, NOW)

    assert slowest_page(recorded, NOW) < 1.0


def test_filters_say_the_same_as_an_address_and_as_a_value() -> None:
    """parse(query(x)) == x, and what cannot be is refused with words that help."""
    wanted = DeliveryFilter("southside", NOW, NOW + 60, "Appointment", "updated", "live", "SRV 01", "0" * 12)
    assert DeliveryFilter.parse(wanted.query(), time.time()) == wanted
    assert DeliveryFilter.parse({"since": "2h", "page": "3"}, NOW) == DeliveryFilter(since=NOW - 7200)
    assert WriteFilter.parse(WriteFilter(state="dead", reason="x").query(), NOW) == WriteFilter(
        state="dead", reason="x"
    )

    for wrong in ({"outcome": "nice"}, {"mode": "test"}, {"about": "18"}, {"since": "yesterday"}, {"office": "a\nb"}):
        with pytest.raises(FilterInvalid, match=next(iter(wrong))):
            DeliveryFilter.parse(wrong, NOW)
