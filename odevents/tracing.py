"""Traces: one from a delivery's POST to the writes it caused, for those who run a collector of OpenTelemetry.

Nothing is imported and nothing done unless ``OTEL_EXPORTER_OTLP_ENDPOINT`` is set. A trace needs no context carried
along: its id is made from the delivery's id, which stands with the delivery and with each of its writes, so every
process that works on one finds the same trace. Spans hold names, ids of ours, counts and reasons; no body, no value of
a row, no number of a patient.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from odevents.errors import ConfigError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.sdk.trace.id_generator import IdGenerator
    from opentelemetry.trace import Tracer

    from odevents.store.inbox import Entry
    from odevents.store.ledger import Result, Write

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_NS = 1_000_000_000


def traces_of(environment: Mapping[str, str]) -> Traces | None:
    """Whoever makes traces, if a collector is named; its other variables are OpenTelemetry's own.

    :raises ConfigError: one is named, but the extra is not installed.
    """
    if not environment.get(ENDPOINT):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        raise ConfigError(f"{ENDPOINT} is set, but tracing is not installed: pip install 'odevents[tracing]'") from None
    return Traces(OTLPSpanExporter())


class Traces:
    """Makes the spans of deliveries and writes.

    :param exporter: takes them to the collector, in the background.
    """

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._next = threading.local()

    def understood(self, entry: Entry, began: float, ended: float) -> None:
        """The spans of a delivery: when it was received, and when it was understood. Times in seconds."""
        said = {"office": entry.office, "watch": entry.table, "delivery": entry.id, "rows": entry.rows}
        with self._being(entry.id, "receive"):
            received = self._tracer.start_span(
                "receive", None, start_time=_ns(entry.received_at), attributes=_own(said)
            )
        received.end(_ns(entry.received_at + (entry.ack_ms or 0.0) / 1000))
        with self._being(entry.id, "understand"):
            span = self._tracer.start_span(
                "understand", self._after(entry.id, "receive"), start_time=_ns(began), attributes=_own(said)
            )
        span.end(_ns(ended))

    def attempted(self, write: Write, result: Result, began: float, ended: float) -> None:
        """The span of one attempt at a write."""
        said = {
            "office": write.office, "watch": write.table, "delivery": write.delivery, "write": write.id,
            "reaction": write.reaction, "action": write.action, "state": str(result.state), "reason": result.reason,
        }  # fmt: skip
        after = self._after(write.delivery, "understand")
        span = self._tracer.start_span("write", after, start_time=_ns(began), attributes=_own(said))
        if result.state == "dead":
            from opentelemetry.trace import Status, StatusCode

            span.set_status(Status(StatusCode.ERROR, result.reason))
        span.end(_ns(ended))

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()

    def _after(self, delivery: str, step: str) -> Any:
        """The context of what comes after a step that some process did, or does."""
        from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

        trace, span = _number(16, delivery), _number(8, delivery, step)
        return set_span_in_context(NonRecordingSpan(SpanContext(trace, span, True, TraceFlags(TraceFlags.SAMPLED))))

    @contextmanager
    def _being(self, delivery: str, step: str) -> Iterator[None]:
        """Give the next span the ids of this step."""
        self._next.trace, self._next.span = _number(16, delivery), _number(8, delivery, step)
        try:
            yield
        finally:
            self._next.trace = self._next.span = 0

    @cached_property
    def _tracer(self) -> Tracer:
        return self._provider.get_tracer("odevents")

    @cached_property
    def _provider(self) -> TracerProvider:
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider = TracerProvider(id_generator=_ids(self._next), resource=Resource.create({SERVICE_NAME: "odevents"}))
        provider.add_span_processor(BatchSpanProcessor(self._exporter))
        return provider


def _ids(given: Any) -> IdGenerator:
    """Ids as they were given for the next span, else random ones."""
    from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

    class Given(RandomIdGenerator):
        def generate_span_id(self) -> int:
            return getattr(given, "span", 0) or super().generate_span_id()

        def generate_trace_id(self) -> int:
            return getattr(given, "trace", 0) or super().generate_trace_id()

    return Given()


def _number(length: int, *of: str) -> int:
    return int.from_bytes(blake2b("\0".join(of).encode(), digest_size=length, person=b"odevents trace").digest())


def _own(said: Mapping[str, Any]) -> dict[str, Any]:
    return {f"odevents.{name}": value for name, value in said.items()}


def _ns(seconds: float) -> int:
    return int(seconds * _NS)
