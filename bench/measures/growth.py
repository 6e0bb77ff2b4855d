"""Whether it slows down as it grows: with the number of offices, and with the number of snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from bench.contenders import Contender, odevents
from bench.line import Form, Line, ratios
from bench.load import Answered
from bench.measures.accept import bodies_of, rotated, run
from bench.measures.memory import remember
from bench.measures.understand import drained, lots, our_worker
from bench.sender import Sender
from odevents.store.seal import Seals
from odevents.store.snapshots import Snapshots

OFFICES = (1, 100, 10_000)
WITHIN = 0.15
FIRST = 10_000_001
"""Number of the first snapshot that is only there to be many."""


def measure(form: Form) -> Iterator[Line]:
    """Each size beside the smallest, in the same rounds."""
    yield from _offices(form)
    yield from _snapshots(form, 2_000_000 if form.full else 50_000)


def _offices(form: Form) -> Iterator[Line]:
    with ExitStack() as stack:
        sender = stack.enter_context(Sender())
        files = sender.keep("one", bodies_of(1))
        contenders: list[Contender] = []
        for number in OFFICES:
            contender = odevents(number)
            contender.name = f"{number} offices"
            stack.callback(contender.stop)
            contenders.append(contender)
        found: dict[str, list[Answered]] = {contender.name: [] for contender in contenders}
        for number in range(form.rounds):
            for contender in rotated(contenders, number):
                found[contender.name].append(run(sender, contender, files, 16, form.seconds).answered)
    alone = found.pop(f"{OFFICES[0]} offices")
    for name, answered in found.items():
        p99 = ratios([each.p99 for each in answered], [each.p99 for each in alone])
        rate = ratios([each.per_second for each in answered], [each.per_second for each in alone])
        yield Line("growth: ack p99", name, p99, 1 + WITHIN, at_least=False, against="1 office")
        yield Line("growth: deliveries/s", name, rate, 1 - WITHIN, against="1 office")


def _snapshots(form: Form, many: int) -> Iterator[Line]:
    rates: dict[str, list[float]] = {"few": [], "many": []}
    with ExitStack() as stack:
        sender = stack.enter_context(Sender())
        few, full = odevents(), odevents()
        workers = {}
        for contender in (few, full):
            stack.callback(contender.stop)
            workers[id(contender)] = our_worker(contender)
        seals = Seals(*_keys(full))
        remember(full.valkey, Snapshots(full.valkey.client, seals), range(FIRST, FIRST + many))
        for number in range(form.rounds):
            for name, contender in (("few", few), ("many", full)):
                rows = lots(20 if form.full else 8, number)
                for kind in ("new", "changed"):
                    rate, _ = drained(contender, workers[id(contender)], sender, kind, rows[kind])
                rates[name].append(rate)
    at = f"{many:,} snapshots, all changed"
    yield Line("growth: rows/s", at, ratios(rates["many"], rates["few"]), 1 - WITHIN, against="none")


def _keys(contender: Contender) -> tuple[list[bytes], bytes]:
    from base64 import b64decode

    ring, identity = (contender.environment[f"ODEVENTS_{name}"] for name in ("SEALING_KEYS", "IDENTITY_KEY"))
    return [b64decode(ring)], b64decode(identity)
