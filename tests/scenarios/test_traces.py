"""One trace from a delivery's POST to the write it caused, across processes; and no cost where nobody collects it."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from odevents.errors import ConfigError
from odevents.tracing import ENDPOINT, traces_of
from tests.support.collector import Collector, collector
from tests.support.installation import Installation, installation, until

RULE = """
[[reactions]]
name = "say"
on = "Appointment"
kinds = ["created", "updated", "first-seen"]
commlog = "it changed"
"""


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, Collector]]:
    """An installation whose traces are collected."""
    with collector() as (kept, address):
        settings: Any = {ENDPOINT: address, "OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
        folder = tmp_path_factory.mktemp("traces")
        with installation(folder, "serve", "worker", reactions=RULE, **settings) as running:
            yield running, kept


def attributes(span: Any) -> dict[str, Any]:
    """What a span says."""
    return {a.key: a.value.string_value or a.value.int_value for a in span.attributes}


def test_one_trace_leads_from_the_post_to_the_write(traced: tuple[Installation, Collector]) -> None:
    """Receive, understand, write: each the child of the one before, and none says a value of the row."""
    running, kept = traced
    row = {"AptNum": 3, "PatNum": 3, "Note": "canary of the row", "DateTStamp": "2026-11-20 10:00:00"}
    entry = running.processed(running.post([row], Event_Type="WatchTable: Appointment"))

    def spans() -> dict[str, Any]:
        mine = [s for s in kept.spans() if attributes(s).get("odevents.delivery") == entry.id]
        named = {span.name: span for span in mine}
        return named if len(named) == 3 else {}

    found = until(spans, what="three spans")

    assert len({span.trace_id for span in found.values()}) == 1
    assert found["receive"].parent_span_id == b""
    assert found["understand"].parent_span_id == found["receive"].span_id
    assert found["write"].parent_span_id == found["understand"].span_id
    assert found["receive"].start_time_unix_nano <= found["understand"].start_time_unix_nano
    assert attributes(found["write"])["odevents.state"] == "done"
    assert attributes(found["write"])["odevents.reaction"] == "say"
    whole = b"".join(gzip.decompress(b) if b[:2] == b"\x1f\x8b" else b for b in kept.bodies)
    assert entry.id.encode() in whole
    assert b"canary" not in whole


def test_nothing_is_imported_unless_a_collector_is_named() -> None:
    """The modules of a worker, without and with one."""
    # redis-py imports some of the SDK where it is installed; without the extra it is not.
    program = (
        "import sys, odevents.runtime, odevents.pipeline; from odevents.tracing import traces_of;"
        "traces_of({});"
        "print(any(name.startswith('opentelemetry.exporter') for name in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
    found = traces_of({ENDPOINT: "http://127.0.0.1:9"})
    assert found is not None
    found.close()


def test_a_collector_without_the_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an import error in the middle of the work."""
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(ConfigError, match="pip install 'odevents\\[tracing\\]'"):
        traces_of({ENDPOINT: "http://127.0.0.1:9"})
