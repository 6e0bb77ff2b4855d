"""Every line of the answer table, over real HTTP. The answer is a contract: Open Dental goes on only at exactly 200."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from tests.support.installation import Installation, installation, until

ROW = {"AptNum": 70_001, "PatNum": 0, "DateTStamp": "2026-01-05 08:00:00", "Op": 1}
APPOINTMENT = {"Event_Type": "WatchTable: Appointment"}


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A receiver without workers: what is kept, stays where it was put."""
    with installation(tmp_path_factory.mktemp("answers"), "serve", ODEVENTS_MAX_BODY_BYTES="100000") as started:
        yield started


def kept(running: Installation) -> int:
    """How many deliveries wait in the inbox."""
    return int(running.redis.llen("odevents:1:southside:inbox"))


@pytest.mark.parametrize(
    "path",
    [
        "/apievents",
        "/apievents/",
        "/apievents/appointmentevent",
        "/apievents/a/b/c",
        "/apievents?type=appointmentevent",
    ],
)
def test_any_path_under_apievents_takes_deliveries(receiver: Installation, path: str) -> None:
    """Offices append what they like to tell their subscriptions apart."""
    before = kept(receiver)
    answer = receiver.post([ROW], path=path)

    assert answer.status_code == 200
    assert kept(receiver) == before + 1


def test_the_type_is_taken_from_the_header_then_the_query_then_the_path(receiver: Installation) -> None:
    """Versions before 22.4.35 send no Event-Type; a disagreement is believed in that order, and counted."""

    def table(path: str, **headers: str) -> str:
        delivery = receiver.post([ROW], path=path, **headers).text.split()[-1]
        return receiver.runtime.store.inbox.entry("southside", delivery).table  # type: ignore[union-attr]

    assert table("/apievents/patientevent?type=patfieldevent", Event_Type="WatchTable: Appointment") == "Appointment"
    assert table("/apievents/patientevent?type=patfieldevent") == "PatField"
    assert table("/apievents/patientevent") == "Patient"
    assert table("/apievents") == "Unknown"
    until(lambda: receiver.runtime.store.counters().get("deliveries|southside|Appointment|type-disagrees") == 1)


def test_a_single_object_is_one_row(receiver: Installation) -> None:
    """UI events come without an array."""
    answer = receiver.post({"PatNum": 28}, Event_Type="UiEventType: PatientSelected")

    entry = receiver.runtime.store.inbox.entry("southside", answer.text.split()[-1])
    assert (answer.status_code, entry.rows, entry.table) == (200, 1, "PatientSelected")  # type: ignore[union-attr]


def test_a_duplicate_is_answered_200(receiver: Installation) -> None:
    """The sender must move on."""
    assert [receiver.post([ROW], **APPOINTMENT).status_code for _ in range(3)] == [200, 200, 200]


def test_a_body_that_is_not_json_is_kept_and_put_aside_when_it_comes_a_third_time(receiver: Installation) -> None:
    """A garbled transfer heals on resend; a poison body must not stall the feed for ever."""
    before, garbled = kept(receiver), b'[{"AptNum": 18,, "Note": "Invented Secret"}]'

    answers = [receiver.post(garbled, **APPOINTMENT) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [400, 400, 200]
    assert answers[0].text == "the body is not valid JSON\n"
    assert "put aside" in answers[2].text
    letter = receiver.runtime.store.dead_letters.recent(1)[0]
    assert (letter.of, letter.code) == ("delivery", "not-json")
    assert receiver.runtime.store.dead_letters.content(letter) == garbled
    assert kept(receiver) == before


@pytest.mark.parametrize(
    "body", [b"5", b'"rows"', b"null", b"", b"NaN", b"[1e999]", b'[{"a": "\\ud800"}]', b"[" * 100_000]
)
def test_what_is_not_an_array_of_rows_is_refused(receiver: Installation, body: bytes) -> None:
    """One JSON parser with one behaviour decides."""
    assert receiver.post(body, **APPOINTMENT).status_code == 400


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        ("", "no-key"),
        ("customer-key-of-nobody", "unknown-key"),
        ("Basic Y3VzdG9tZXIta2V5LW9mLXNvdXRoc2lkZTo=", "unknown-key"),
        ("ODFHIR developer-key/customer-key-of-southside", "unknown-key"),
        ("x" * 300, "unknown-key"),
    ],
)
def test_without_the_offices_key_nothing_is_kept(receiver: Installation, authorization: str, code: str) -> None:
    """401 with nothing of the body stored or logged; only the bare customer key opens."""
    before = kept(receiver)
    answer = receiver.post([{**ROW, "Note": "Canary of the refused"}], Authorization=authorization, **APPOINTMENT)

    assert answer.status_code == 401
    assert kept(receiver) == before
    assert "Canary of the refused" not in receiver.logs()
    until(lambda: receiver.runtime.store.counters().get(f"refused|unknown|{code}"))


def test_an_unknown_key_is_refused_before_the_body_is_read(receiver: Installation) -> None:
    """The answer comes while the body is still to be sent."""
    import socket

    with socket.create_connection(("127.0.0.1", receiver.port), timeout=5) as raw:
        raw.sendall(b"POST /apievents HTTP/1.1\r\nHost: x\r\nAuthorization: nobody\r\nContent-Length: 5000000\r\n\r\n")
        assert raw.recv(4096).startswith(b"HTTP/1.1 401")


def test_two_authorization_headers_are_refused(receiver: Installation) -> None:
    """A proxy might believe the other one."""
    key = receiver.clinic.office("southside").customer_key
    answer = receiver.http.post("/apievents", json=[ROW], headers=[("Authorization", key), ("Authorization", "other")])

    assert answer.status_code == 400


def test_a_body_over_the_limit_is_refused(receiver: Installation) -> None:
    """By its announced length, and by its real one when it announces none."""
    large = json.dumps([{**ROW, "Note": "x" * 100_000}]).encode()
    key = receiver.clinic.office("southside").customer_key

    def pieces() -> Iterator[bytes]:
        yield large

    announced = receiver.post(large, **APPOINTMENT)
    chunked = receiver.http.post("/apievents", content=pieces(), headers={"Authorization": key})

    assert (announced.status_code, chunked.status_code) == (413, 413)


def test_bodies_of_different_feeds_are_not_the_same_poison(receiver: Installation) -> None:
    """A proxy that garbles one poll of three tables must not make the third of them go on."""
    tables = ("Appointment", "Patient", "PatField")
    answers = [receiver.post(b"<html>Bad Gateway", Event_Type=f"WatchTable: {table}").status_code for table in tables]

    assert answers == [400, 400, 400]


def test_an_empty_body_is_never_put_aside(receiver: Installation) -> None:
    """It is nobody's meaning: something on the way swallows bodies, and the window must come again."""
    assert [receiver.post(b" ", **APPOINTMENT).status_code for _ in range(5)] == [400] * 5


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
def test_other_methods_are_refused(receiver: Installation, method: str) -> None:
    """Deliveries come by POST."""
    answer = receiver.http.request(method, "/apievents")

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_compressed_body_is_refused(receiver: Installation) -> None:
    """Nobody inflates a body here."""
    answer = receiver.post(gzip.compress(json.dumps([ROW]).encode()), Content_Encoding="gzip")

    assert answer.status_code == 415


def test_an_odd_workstation_name_is_mended_not_refused(receiver: Installation) -> None:
    """A feed must not stall because of a machine's name."""
    answer = receiver.post([ROW], Workstation="FRONT\tDESK" + "9" * 100, **APPOINTMENT)

    entry = receiver.runtime.store.inbox.entry("southside", answer.text.split()[-1])
    assert entry.workstation == ("FRONT?DESK" + "9" * 100)[:64]  # type: ignore[union-attr]


def test_a_full_server_gives_503_and_nothing_is_kept(receiver: Installation) -> None:
    """Open Dental is the buffer: it sends the same again when there is room."""
    before = kept(receiver)
    receiver.redis.config_set("maxmemory", 1)
    try:
        started = time.monotonic()
        answer = receiver.post([ROW], **APPOINTMENT)
        took = time.monotonic() - started
    finally:
        receiver.redis.config_set("maxmemory", 0)

    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)
    assert took < 2
    assert kept(receiver) == before
    assert receiver.post([ROW], **APPOINTMENT).status_code == 200, "the control: with room again it is kept"


def test_a_read_only_server_gives_503(receiver: Installation) -> None:
    """As after a failover, while connections still go to the old master."""
    receiver.redis.replicaof("127.0.0.1", "1")
    try:
        answer = receiver.post([ROW], **APPOINTMENT)
        ready = receiver.http.get("/readyz").status_code
    finally:
        receiver.redis.replicaof("NO", "ONE")

    assert (answer.status_code, ready) == (503, 503)


def test_a_stopped_server_gives_503_within_two_seconds(tmp_path_factory: pytest.TempPathFactory) -> None:
    """And 200 again when it is back, with everything that was kept before."""
    with installation(tmp_path_factory.mktemp("stopped"), "serve") as running:
        assert running.post([ROW], **APPOINTMENT).status_code == 200
        running.redis.shutdown(nosave=True)

        started = time.monotonic()
        answer: Any = running.post([ROW], **APPOINTMENT)
        took = time.monotonic() - started
        alive = running.http.get("/livez").status_code

        assert (answer.status_code, "retry-after" in answer.headers, alive) == (503, True, 200)
        assert took < 2
        running.server.restart()
        until(running.ready)
        assert running.post([ROW], **APPOINTMENT).status_code == 200
        assert redis.Redis.from_url(running.server.url).llen("odevents:1:southside:inbox") == 2


def test_a_frozen_server_gives_503_within_two_seconds(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A server that accepts connections and never answers is the worst kind of down."""
    import os
    import signal

    with installation(tmp_path_factory.mktemp("frozen"), "serve") as running:
        os.kill(running.server.pid, signal.SIGSTOP)
        try:
            started = time.monotonic()
            answer = running.post([ROW], **APPOINTMENT)
            took = time.monotonic() - started
        finally:
            os.kill(running.server.pid, signal.SIGCONT)

        assert answer.status_code == 503
        assert took < 2
