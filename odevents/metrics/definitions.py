"""Every metric there is: its name, type, labels and meaning. The reference page is made from this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["counter", "gauge", "histogram"]

MOST_SERIES = 1_000
"""Series that one answer has at the most, however many offices there are."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    :ivar name: without ``_total``, which the format adds to counters.
    """

    name: str
    type: Type
    labels: tuple[str, ...]
    meaning: str

    @property
    def by_office(self) -> bool:
        """Whether its series are those of single offices."""
        return "office" in self.labels

    @property
    def exported(self) -> tuple[str, ...]:
        """The names of its series."""
        if self.type == "histogram":
            return tuple(f"{self.name}_{part}" for part in ("bucket", "sum", "count"))
        return (f"{self.name}_total",) if self.type == "counter" else (self.name,)


METRICS = {
    metric.name: metric
    for metric in (
        Metric("odevents_deliveries", "counter", ("watch",), "Deliveries answered 200."),
        Metric("odevents_refused", "counter", ("code",), "Requests answered otherwise, by reason code."),
        Metric(
            "odevents_ack_seconds", "histogram", (), "From the first byte of a delivery to its answer, by the receiver."
        ),
        Metric("odevents_rows", "counter", ("watch", "outcome"), "Rows by how they ended."),
        Metric("odevents_writes", "counter", ("reaction", "outcome"), "Attempts at writes by the state they led to."),
        Metric("odevents_dead", "counter", ("kind", "code"), "Things given up on: a delivery, a row or a write."),
        Metric("odevents_dead_letters", "gauge", (), "Things given up on that wait for a person now."),
        Metric("odevents_lane_depth", "gauge", ("lane",), "Deliveries (inbox) or subjects (writes) that wait, in all."),
        Metric(
            "odevents_lane_oldest_seconds",
            "gauge",
            ("lane",),
            "Age of the oldest waiting delivery, or how long the most overdue write has been due: the lag.",
        ),
        Metric(
            "odevents_feeds", "gauge", ("state",), "Feeds (watch tables of offices) by freshness, over all offices."
        ),
        Metric("odevents_gaps", "gauge", (), "Feeds with rows that are known, or feared, to be missing."),
        Metric("odevents_drift", "gauge", ("kind",), "Differences between declared and actual subscriptions."),
        Metric("odevents_offices", "gauge", ("mode",), "Configured offices by mode."),
        Metric("odevents_offices_unread", "gauge", (), "Offices whose subscriptions the last look could not read."),
        Metric("odevents_pauses", "gauge", (), "Pauses in force: effects are held back."),
        Metric("odevents_processes", "gauge", ("kind",), "Live processes: workers by queue, and the acting scheduler."),
        Metric("odevents_api_calls", "counter", (), "Slots of offices' budgets taken for calls, over all offices."),
        Metric("odevents_office_deliveries", "counter", ("office", "watch"), "Deliveries of one office."),
        Metric("odevents_office_api_calls", "counter", ("office",), "Slots of one office's budget taken for calls."),
        Metric("odevents_office_budget_calls_per_second", "gauge", ("office",), "What the office's tier allows."),
        Metric("odevents_office_budget_wait_seconds", "gauge", ("office",), "Until the next slot is free."),
        Metric("odevents_office_lane_depth", "gauge", ("office", "lane"), "What waits in one office's lanes."),
        Metric("odevents_office_drift", "gauge", ("office", "kind"), "Differences of one office's subscriptions."),
        Metric("odevents_feed_state", "gauge", ("office", "watch", "state"), "1 for the state that a feed is in."),
        Metric(
            "odevents_feed_silent_seconds",
            "gauge",
            ("office", "watch"),
            "Since the last delivery or the last poll that is proven, whichever is later.",
        ),
        Metric("odevents_feed_gap", "gauge", ("office", "watch"), "1 while rows of a feed may be missing."),
        Metric("odevents_series_left_out", "gauge", (), "Series of single offices that had no room in this answer."),
    )
}
"""Name -> metric. Labels hold names of offices, tables, reactions and reasons; never an id or a value of a row."""


def page() -> str:
    """The reference page as Markdown."""
    lines = [
        "# Metrics",
        "",
        "Made by `make docs` from `odevents/metrics/definitions.py`; a test compares them. Served at `/metrics` by the",
        "console's process, never on the port that receives deliveries. Everything is computed from what Redis",
        "counted, so it does not matter which process answers.",
        "",
        f"One answer has at most {MOST_SERIES:,} series, however many offices there are: what has a label `office` is",
        "shown for the offices that need attention first (a feed that is not fresh, a lane that waits, drift), the",
        "others by name while there is room; `odevents_series_left_out` says how many had none. What has no such label",
        "always covers all offices, and the alert rules use only that.",
        "",
        "| metric | type | labels | meaning |",
        "| --- | --- | --- | --- |",
    ]
    for metric in METRICS.values():
        name = metric.exported[0] if metric.type == "counter" else metric.name
        lines.append(f"| `{name}` | {metric.type} | {', '.join(metric.labels)} | {metric.meaning} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201  the page is what this module prints
