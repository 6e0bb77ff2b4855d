"""No value of any row is ever readable in a log line, a job, a key name, a counter, or anywhere in Redis."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from odevents.cli.tail import line_of
from odevents.events.tables import UI_EVENTS, WATCH_TABLES, Table, model_of
from odevents.metrics.exposition import exposition
from odevents.store.filters import DeliveryFilter
from odevents.store.tail import Tail
from odevents.tracing import ENDPOINT
from tests.support.canaries import appended, everything_in, found, process_tree, shown_by
from tests.support.collector import Collector, collector
from tests.support.command import run
from tests.support.console import browser_at, console_in
from tests.support.installation import IDENTITY_KEY, SEALING_KEY, Installation, installation, until

HANDLERS = """
from odevents import Change, Office, on
from odevents.client.resources.patients import Patient

@on(Patient, "updated")
def fails(change, office):
    raise RuntimeError(f"{change.row.LName} {change.row.FName} {change.values}")
"""

REACTIONS = """
[[reactions]]
name = "speaks"
on = "Appointment"
note = "{{ ProcDescript }} {{ Note }}"
commlog = "{{ provAbbr }} {{ Note }}"
"""


@pytest.fixture(scope="module")
def traces() -> Iterator[tuple[Collector, str]]:
    """Where the installation sends its traces."""
    with collector() as found:
        yield found


@pytest.fixture(scope="module")
def told_secrets(
    tmp_path_factory: pytest.TempPathFactory, traces: tuple[Collector, str]
) -> Iterator[tuple[Installation, list[str]]]:
    """An installation that has seen canaries in every text column of every table, read, failed and written."""
    folder = tmp_path_factory.mktemp("privacy")
    (folder / "secret_handlers.py").write_text(HANDLERS)
    commands = ("serve", "worker", "scheduler")
    traced: Any = {ENDPOINT: traces[1], "OTEL_BSP_SCHEDULE_DELAY": "100", "OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
    with installation(folder, *commands, reactions=REACTIONS, handlers=["secret_handlers"], **traced) as running:
        canaries: list[str] = []
        for table in (*WATCH_TABLES.values(), *UI_EVENTS.values()):
            source = "UiEventType" if table.name in UI_EVENTS else "WatchTable"
            for version in range(2):
                row, hidden = row_of(table, version)
                canaries += hidden
                running.post([row], Event_Type=f"{source}: {table.name}")
        for body in (
            b'[{"Note": "canary-in-broken-json"',
            b'[{"AptNum": "canary-no-number", "Note": "canary-bad-row"}]',
            b'[{"PatNum": 3, "SSN": "canary-ssn-in-broken-json"',
        ):
            running.post(body, Event_Type="WatchTable: Appointment")
        until(lambda: running.idle() and running.writes(), within=30, what="the end of all writes")
        run(running, "deliveries", "list")
        yield (
            running,
            [*canaries, "canary-in-broken-json", "canary-no-number", "canary-bad-row", "canary-ssn-in-broken-json"],
        )


def row_of(table: Table, version: int) -> tuple[dict[str, Any], list[str]]:
    """A row with an unmistakable value in every column that may hold text, dates kept as dates."""
    hidden: list[str] = []
    row: dict[str, Any] = {table.key: 3, "PatNum": 3}
    model = model_of(table)
    texts = [name for name, field in model.model_fields.items() if field.annotation is str] if model else ["Note"]
    for column in texts:
        if column in row:
            continue
        row[column] = f"canary-{table.name}-{column}-{version}"
        hidden.append(row[column])
    row |= {"AptNum": 3, "Birthdate": f"19{51 + version}-02-03"}
    if table.stamp:
        row[table.stamp] = f"2026-01-05 08:00:0{version}"
    return row, [*hidden, row["Birthdate"]]


def test_there_are_canaries_worth_looking_for(told_secrets: tuple[Installation, list[str]]) -> None:
    """The control: names, phones, numbers and notes were really sent, understood, failed on, and written."""
    running, canaries = told_secrets

    for column in ("LName", "FName", "HmPhone", "SSN", "MedicaidID", "Note", "FieldValue", "Address"):
        assert any(f"-{column}-" in canary for canary in canaries), column
    counters = running.runtime.store.counters()
    assert counters["writes|southside|fails|handler|dead"] >= 1
    assert {action for _, action in running.writes()} == {"/appointments/3/Note", "/commlogs"}


def test_no_value_of_a_row_is_in_a_log_line(told_secrets: tuple[Installation, list[str]]) -> None:
    """At level debug, through refused bodies, unreadable rows and failing handlers."""
    running, canaries = told_secrets
    logs = running.logs()

    assert '"event": "handler failed"' in logs
    assert found(canaries, [("logs", logs.encode())]) == set()


def test_no_value_of_a_row_is_readable_in_redis(told_secrets: tuple[Installation, list[str]]) -> None:
    """Names of keys, jobs of RQ, counters and everything else, after undoing every encoding; only sealed is left."""
    running, canaries = told_secrets
    places = list(everything_in(running.redis))

    assert any(place.startswith("rq:") for place, _ in places), "what RQ keeps was looked at"
    assert found(canaries, places) == set()


def test_no_key_of_an_office_is_readable_in_redis_or_logs(told_secrets: tuple[Installation, list[str]]) -> None:
    """A customer key opens the office's records."""
    running, _ = told_secrets
    key = running.clinic.office("southside").customer_key

    assert found([key], [*everything_in(running.redis), ("logs", running.logs().encode())]) == set()


def places_shown(running: Installation, traces: Collector) -> list[tuple[str, bytes]]:
    """All that operators are shown: metrics, traces, lists, refused requests, and the tail in both forms."""
    runtime = running.runtime
    lines = Tail(runtime.redis, since=0.0).read()
    lists = (
        ("deliveries", "list", "--json"),
        ("deliveries", "list", "--outcome", "refused", "--json"),
        ("deliveries", "list", "--appointment", "3", "--json"),
        ("reactions", "writes", "--json"),
        ("dead", "list", "--json"),
    )
    return [
        ("metrics", exposition(runtime.store, runtime.offices, time.time(), lambda *_: "fresh")),
        ("traces", b"".join(traces.bodies)),
        ("tail", "".join(line_of(line, as_json=as_json) for line in lines for as_json in (True, False)).encode()),
        *((" ".join(words), run(running, *words).stdout.encode()) for words in lists),
    ]


def test_no_value_of_a_row_is_in_metrics_traces_lists_or_the_tail(
    told_secrets: tuple[Installation, list[str]], traces: tuple[Collector, str]
) -> None:
    """Each of these places was really filled: it tells of what happened."""
    running, canaries = told_secrets
    until(lambda: any(span.name == "write" for span in traces[0].spans()), what="the traces")
    places = places_shown(running, traces[0])

    for (name, value), word in zip(places, ("Appointment", "speaks", "fails", *["southside"] * 5), strict=True):
        assert word.encode() in value, name
    assert found(canaries, places) == set()
    control = [(name, value + canaries[0].encode()) for name, value in places]
    assert len(found(canaries[:1], control)) == len(places)


def test_ssn_and_medicaid_id_are_not_even_stored_sealed(told_secrets: tuple[Installation, list[str]]) -> None:
    """What nobody may keep is replaced before it is stored; that it changed is still seen."""
    running, _ = told_secrets
    inbox = running.runtime.store.inbox
    patients = running.runtime.store.records.deliveries(DeliveryFilter(watch="Patient")).found

    stored = [json.loads(inbox.body("southside", entry.id))[0] for entry in patients]
    assert all(row[column].startswith("fingerprint:") for row in stored for column in ("SSN", "MedicaidID"))
    assert {"SSN", "MedicaidID", "LName"} <= set(inbox.outcomes("southside", patients[0].id)[0].fields)


def test_no_value_of_a_row_is_in_what_the_system_shows_of_our_processes(
    told_secrets: tuple[Installation, list[str]],
) -> None:
    """Environment, command line and names of receiver, workers, scheduler, server and all their children."""
    running, canaries = told_secrets
    ours = [pid for process in running.processes.values() for pid in process_tree(process.pid)]
    places = [place for pid in (*ours, running.server.pid) for place in shown_by(pid)]

    assert len(ours) >= 5, "workers are children"
    assert any(b"workers.process" in value for _, value in places), "command lines were looked at"
    assert found(canaries, places) == set()
    with subprocess.Popen(["sleep", "60"], env={"ROW": canaries[0]}) as control:
        seen = until(lambda: found(canaries, shown_by(control.pid)))
        control.kill()
    assert seen == {(canaries[0].casefold(), f"{control.pid} environ")}, "the control"


def test_no_key_is_on_a_command_line_and_none_at_all_with_the_server(
    told_secrets: tuple[Installation, list[str]],
) -> None:
    """Keys come by the environment or files; the server, which needs none, is given none."""
    running, _ = told_secrets
    keys = [running.clinic.office("southside").customer_key, SEALING_KEY, IDENTITY_KEY]
    ours = [pid for process in running.processes.values() for pid in process_tree(process.pid)]
    places = [place for pid in ours for place in shown_by(pid)]

    assert found(keys, [place for place in places if not place[0].endswith("environ")]) == set()
    assert found(keys, shown_by(running.server.pid)) == set()
    assert found(keys, places) != set(), "the control: they are in the environment they were given in"


def test_no_process_of_ours_writes_a_core_dump(told_secrets: tuple[Installation, list[str]]) -> None:
    """A dump holds rows and keys in the clear."""
    running, _ = told_secrets
    ours = [pid for process in running.processes.values() for pid in process_tree(process.pid)]

    for pid in ours:
        limit = re.search(r"Max core file size +(\S+) +(\S+)", Path(f"/proc/{pid}/limits").read_text())
        assert limit is not None
        assert limit.groups() == ("0", "0"), Path(f"/proc/{pid}/cmdline").read_bytes()


def test_no_value_of_a_row_is_readable_in_the_append_only_file(
    told_secrets: tuple[Installation, list[str]],
) -> None:
    """Byte for byte as it is on disk, with all that was deleted since."""
    running, canaries = told_secrets

    assert found(canaries, appended(running.folder / "server")) == set()
    running.redis.set("control", zlib.compress(canaries[0].encode()))
    running.redis.delete("control")
    assert {canary for canary, _ in found(canaries, appended(running.folder / "server"))} == {canaries[0].casefold()}


def test_no_value_of_a_row_is_on_a_page_of_the_console(told_secrets: tuple[Installation, list[str]]) -> None:
    """Of every delivery of every table, of every write and dead letter, and of the metrics; and no key of an office."""
    running, canaries = told_secrets
    browser = browser_at(console_in(running.runtime))
    entries = running.runtime.store.records.deliveries(DeliveryFilter(), limit=200).found
    paths = ["/", "/deliveries", "/reactions", "/dead", "/subscriptions", "/offices", "/health", "/metrics"]
    paths += [f"/deliveries/{entry.id}{part}" for entry in entries for part in ("", "/fixture.json")]
    answers = {path: browser.open(path) for path in paths}
    key = running.clinic.office("southside").customer_key

    assert {entry.table for entry in entries} == {*WATCH_TABLES, *UI_EVENTS}, "all tables were looked at"
    assert {answer.status_code for answer in answers.values()} == {200}
    assert found([*canaries, key], [(path, answer.content) for path, answer in answers.items()]) == set()


def test_what_an_operator_reveals_is_found_by_the_search(told_secrets: tuple[Installation, list[str]]) -> None:
    """The control: the same page, revealed, shows what the search looks for."""
    running, canaries = told_secrets
    browser = browser_at(console_in(running.runtime))
    wanted = DeliveryFilter(watch="Patient", outcome="updated")
    [entry, *_] = running.runtime.store.records.deliveries(wanted).found
    browser.open(f"/deliveries/{entry.id}")
    assert browser.send(f"/deliveries/{entry.id}/reveal", reason="a control").status_code == 303
    page = browser.open(f"/deliveries/{entry.id}")

    assert len(found(canaries, [("revealed", page.content)])) > 10


@pytest.mark.parametrize("hide", [bytes, zlib.compress, base64.b64encode, lambda v: base64.b64encode(zlib.compress(v))])
def test_the_search_finds_what_is_hidden(told_secrets: tuple[Installation, list[str]], hide: Any) -> None:
    """The control: one canary put into Redis, however wrapped, is found."""
    running, canaries = told_secrets
    running.redis.set("control", hide(b"some text before " + canaries[0].encode()))
    try:
        assert found(canaries, everything_in(running.redis)) == {(canaries[0].casefold(), "control")}
    finally:
        running.redis.delete("control")
