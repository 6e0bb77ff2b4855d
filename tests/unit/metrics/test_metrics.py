"""Metrics: what was counted, bounded however many offices there are; rules and dashboard name only what is exported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import promql_parser
import pytest
import redis
import yaml
from prometheus_client.parser import text_string_to_metric_families

from odevents.metrics.definitions import METRICS, MOST_SERIES, page
from odevents.metrics.exposition import exposition
from odevents.metrics.measured import StateOf
from odevents.office import OfficeAccess
from odevents.store import keys, strips
from odevents.store.feeds import Evidence, Kept
from odevents.store.ledger import State
from odevents.store.seal import Seals
from tests.support.recorded import Recorded

NOW = 1_767_600_000.0
COUNTED = {"deliveries|southside|Appointment|accepted": 7, "refused|unknown|no-key": 2}
ROOT = Path(__file__).parents[3]
RULES = ROOT / "deploy/prometheus/odevents-rules.yaml"
DASHBOARD = ROOT / "deploy/grafana/odevents.json"


@pytest.fixture
def recorded(redis_client: redis.Redis, seals: Seals) -> Recorded:
    """An empty store."""
    return Recorded(redis_client, seals)


def offices(*names: str) -> dict[str, OfficeAccess]:
    """Offices with what metrics look at."""
    office: Any = SimpleNamespace(mode="live", budget="1/1s")
    return dict.fromkeys(names, cast("OfficeAccess", office))


def series(text: bytes) -> dict[tuple[str, ...], float]:
    """Name and label values (by label, in alphabetical order) -> value, as Prometheus' own parser reads them."""
    return {
        (sample.name, *(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def test_what_was_counted_is_exported(recorded: Recorded) -> None:
    """Deliveries, rows, writes, answers, what waits and since when."""
    recorded.understood(NOW - 5, "updated", "updated", "duplicate")
    recorded.wait(NOW - 42)
    write = recorded.write("aaaa00000001", NOW - 10)
    recorded.settle(write, NOW - 9, State.DONE)
    recorded.client.hset(
        keys.STATS, mapping={"deliveries|southside|Appointment|accepted": 7, "refused|unknown|no-key": 2}
    )
    for command in strips.commands_to_note_acks(NOW, [1.5, 30.0, 9_000.0]):
        recorded.client.execute_command(*command)  # type: ignore[no-untyped-call]

    found = series(exposition(recorded.store, offices("southside"), NOW, all_fresh_but()))

    assert found["odevents_deliveries_total", "Appointment"] == 7
    assert found["odevents_office_deliveries_total", "southside", "Appointment"] == 7
    assert found["odevents_refused_total", "no-key"] == 2
    assert found["odevents_rows_total", "updated", "Appointment"] == 2
    assert found["odevents_writes_total", "done", "rule"] == 1
    assert found["odevents_lane_depth", "inbox"] == found["odevents_office_lane_depth", "inbox", "southside"] == 1
    assert found["odevents_lane_oldest_seconds", "inbox"] == pytest.approx(42, abs=0.01)
    assert found["odevents_ack_seconds_bucket", "0.002"] == 1
    assert found["odevents_ack_seconds_bucket", "0.05"] == 2
    assert found["odevents_ack_seconds_bucket", "+Inf"] == found["odevents_ack_seconds_count",] == 3
    assert found["odevents_ack_seconds_sum",] == pytest.approx(9.0315)
    assert found["odevents_offices", "live"] == 1


def test_the_state_of_feeds_is_exported_for_all_and_for_each(recorded: Recorded) -> None:
    """By office as long as there is room, and in all cases in sum."""
    for office in ("southside", "lakewood"):
        _look_after(recorded, office)

    judged = all_fresh_but("lakewood")
    found = series(exposition(recorded.store, offices("southside", "lakewood"), NOW, judged))

    assert found["odevents_feeds", "stale"] == found["odevents_feeds", "fresh"] == 1
    assert found["odevents_feed_state", "lakewood", "stale", "Appointment"] == 1
    assert found["odevents_feed_silent_seconds", "lakewood", "Appointment"] == 900


def test_thousands_of_offices_have_a_thousand_series_and_the_troubled_ones_come_first(recorded: Recorded) -> None:
    """The sums cover all; what was left out is said."""
    names = [f"office-{number:04}" for number in range(3000)]
    for name in (*names[:50], "office-2999"):
        _look_after(recorded, name)
    with recorded.client.pipeline() as together:
        for number in range(200):
            together.hincrby(keys.STATS, f"writes|office-0001|rule-{number}|note|done", 1)
        together.execute()

    found = series(exposition(recorded.store, offices(*names), NOW, all_fresh_but("office-2999")))

    assert len(found) <= MOST_SERIES
    assert found["odevents_feed_state", "office-2999", "stale", "Appointment"] == 1
    assert found["odevents_feeds", "fresh"] == 50
    assert found["odevents_writes_total", "done", "(others)"] == 160
    assert found["odevents_series_left_out",] > 1000


def test_labels_are_few_and_hold_no_id() -> None:
    """Ten names at the most; the definitions are all there is."""
    labels = {label for metric in METRICS.values() for label in metric.labels} | {"le"}

    assert len(labels) <= 10
    assert not labels & {"delivery", "write", "workstation", "patient", "AptNum", "PatNum", "id"}
    assert all(re.fullmatch(r"odevents_[a-z_]+", name) for name in METRICS)


def test_the_reference_page_is_current() -> None:
    """`make docs` writes it."""
    assert (ROOT / "docs/reference/metrics.md").read_text() == page()


def test_rules_and_dashboard_are_promql_and_name_only_what_is_exported() -> None:
    """A renamed metric must not leave an alert that never fires."""
    exported = {name for metric in METRICS.values() for name in metric.exported}
    asked = list(_expressions())
    assert len(asked) > 30
    for expression in asked:
        assert metrics_of(expression) <= exported, expression
        assert metrics_of(expression), expression
    rules = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
    of_one_office = {name for metric in METRICS.values() if metric.by_office for name in metric.exported}
    assert not any(metrics_of(rule["expr"]) & of_one_office for rule in rules), (
        "alerts must not depend on what has room"
    )
    assert all(rule["annotations"]["summary"] and rule["annotations"]["description"] for rule in rules)


def test_labels_in_rules_and_dashboard_are_those_that_are_exported() -> None:
    """A misspelt label matches nothing."""
    for expression in _expressions():
        for name, said in re.findall(r"(odevents_\w+)\{([^}]*)\}", expression):
            [metric] = [m for m in METRICS.values() if name in m.exported]
            assert set(re.findall(r"(\w+)\s*[!=]", said)) <= {*metric.labels, "le"}, expression


@pytest.mark.parametrize("wrong", ["odevents_nonsense_total", "rate(odevents_rows[5m])"])
def test_the_check_finds_a_name_that_is_not_exported(wrong: str) -> None:
    """The control."""
    exported = {name for metric in METRICS.values() for name in metric.exported}
    assert not metrics_of(wrong) <= exported
    with pytest.raises(ValueError, match=r"\w"):
        metrics_of("sum(odevents_rows_total")


def metrics_of(expression: str) -> set[str]:
    """The names that a PromQL expression asks for."""
    promql_parser.parse(expression)
    return set(re.findall(r"odevents_\w+", expression))


def _expressions() -> Iterator[str]:
    for group in yaml.safe_load(RULES.read_text())["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def all_fresh_but(*stale: str) -> StateOf:
    """Judges the feeds of these offices stale, all others fresh."""
    return lambda office, _: "stale" if office in stale else "fresh"


def _look_after(recorded: Recorded, office: str) -> None:
    kept = Kept(Evidence(watched_since=0, polled_at=NOW - 900))
    recorded.client.hset(keys.freshness(office), "Appointment", cast("Any", msgspec.json.encode(kept)))
