"""Rows kept small and sealed, and given back exactly as they came."""

from __future__ import annotations

from typing import Any

import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odevents.cli.scenarios import SCENARIOS
from odevents.events.change import Feed, Kind, Snapshot, detect, meant, nothing
from odevents.events.row import ReadRow, read
from odevents.events.tables import table_named
from odevents.store import keys
from odevents.store.atomic import Lease, Steps
from odevents.store.seal import Seals
from odevents.store.snapshots import Snapshots

APPOINTMENT = SCENARIOS["appointment.created"].row | {"AptNum": 1}

NAMES = ("AptNum", "Note", "DateTStamp", "AptDateTime", "Op", "serverDateTime")
moments = st.datetimes().map(lambda moment: f"{moment:%Y-%m-%d %H:%M:%S}")
values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), moments,
    st.lists(st.integers(0, 9), max_size=3),
    st.sampled_from(["0001-01-01 00:00:00", "2026-13-45 99:99:99", "x" * 5000]),
)  # fmt: skip


def keep(client: redis.Redis, seals: Seals, table: str, row: dict[str, Any], office: str = "southside") -> None:
    """Remember one row under key 1."""
    steps = Steps()
    Snapshots(client, seals).write(steps, office, table, {"1": Snapshot(row)})
    with Lease(client, "lease", "test") as lease:
        lease.commit(steps)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(columns=st.dictionaries(st.text(min_size=1, max_size=8), values, min_size=1, max_size=12), typed=st.booleans())
def test_any_row_comes_back_exactly(
    redis_client: redis.Redis, seals: Seals, columns: dict[str, Any], typed: bool
) -> None:
    """Every type, order and spelling: moments are only shortened when they can be restored to the letter."""
    row = {**APPOINTMENT, **columns, "DateTStamp": APPOINTMENT["DateTStamp"]} if typed else columns
    table = "Appointment" if typed else "FutureThing"
    keep(redis_client, seals, table, row)

    found = Snapshots(redis_client, seals).read("southside", table, ["1", "2"])
    assert list(found) == ["1"]
    assert found["1"].values == row
    assert list(found["1"].values or ()) == list(row)


def test_the_change_stamp_is_known_from_the_row(redis_client: redis.Redis, seals: Seals) -> None:
    """And of a row that is gone, it is all that is kept."""
    keep(redis_client, seals, "Appointment", APPOINTMENT)
    found = Snapshots(redis_client, seals).read("southside", "Appointment", ["1"])["1"]
    steps = Steps()
    Snapshots(redis_client, seals).write(
        steps, "southside", "Appointment", {"1": Snapshot(None, "2026-01-06 08:00:00")}
    )
    with Lease(redis_client, "lease", "test") as lease:
        lease.commit(steps)
    gone = Snapshots(redis_client, seals).read("southside", "Appointment", ["1"])["1"]

    assert found.stamp == APPOINTMENT["DateTStamp"]
    assert gone == Snapshot(None, "2026-01-06 08:00:00")


def test_a_snapshot_put_into_another_offices_place_does_not_open(redis_client: redis.Redis, seals: Seals) -> None:
    """Whoever can write to Redis cannot make one office's row another's."""
    keep(redis_client, seals, "Appointment", APPOINTMENT)
    keep(redis_client, seals, "Appointment", APPOINTMENT, office="lakewood")
    (mine, sealed), *_ = redis_client.hgetall(keys.snapshots("southside", "Appointment")).items()
    (other, _), *_ = redis_client.hgetall(keys.snapshots("lakewood", "Appointment")).items()
    redis_client.hset(keys.snapshots("lakewood", "Appointment"), other, sealed)

    assert mine != other, "the same row has another name at each office"
    assert Snapshots(redis_client, seals).read("lakewood", "Appointment", ["1"]) == {}, "its row is first seen again"
    assert len(Snapshots(redis_client, seals).read("southside", "Appointment", ["1"])) == 1


def test_a_row_found_in_the_place_of_another_is_not_taken_for_it(redis_client: redis.Redis, seals: Seals) -> None:
    """Two keys of rows could have one fingerprint; the row itself says which of them it is."""
    keep(redis_client, seals, "Appointment", {**APPOINTMENT, "AptNum": 2})
    other = Snapshots(redis_client, seals).read("southside", "Appointment", ["1"])["1"]

    def kind(number: int) -> Kind:
        row = read({**APPOINTMENT, "AptNum": number, "Note": "new"}, table_named("Appointment"))
        return detect(other, row, table_named("Appointment"), Feed("", "9999"), nothing).kind

    assert kind(1) is Kind.FIRST_SEEN
    assert kind(2) is Kind.UPDATED, "the control: its own row"


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    before=st.dictionaries(st.sampled_from(NAMES), values, min_size=1),
    after=st.dictionaries(st.sampled_from(NAMES), values, min_size=1),
    alike=st.booleans(),
)
def test_rows_compare_as_they_are_kept_as_they_compare_as_they_came(
    redis_client: redis.Redis, seals: Seals, before: dict[str, Any], after: dict[str, Any], alike: bool
) -> None:
    """Same columns or others, moments and numbers of any size: what differs, and what it held, is the same."""
    if alike:
        after = {name: after.get(name, value) for name, value in before.items()}
    keep(redis_client, seals, "FutureThing", before)
    row = ReadRow(after, "1", "", "")
    kept = Snapshots(redis_client, seals).read("southside", "FutureThing", ["1"])["1"].against(row)
    plain = Snapshot(before).against(row)

    found = [meant(compared.unlike if compared else {}, after) for compared in (kept, plain)]
    assert found[0] == found[1]
    if kept and plain:
        assert {name: kept.unlike[name] for name in found[0]} == {name: plain.unlike[name] for name in found[0]}
        assert kept.now.values == after
