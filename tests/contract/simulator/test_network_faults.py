"""The unpleasant truth: what a caller meets when the network, the gateway or the office misbehaves.

Every fault has its positive control: the same call without it.
"""

from __future__ import annotations

import http.client
import socket
import time

import httpx
import pytest

from odevents.simulator import Faults, Office, Simulator
from tests.contract.simulator.catcher import Catcher
from tests.contract.simulator.replay import raw
from tests.contract.simulator.sending import subscribe
from tests.support.listening import until


def note(sim: Simulator, office: Office, text: str) -> int:
    return raw(sim, office, "PUT", "/appointments/3/Note", {"Note": text}).status


def notes(office: Office) -> str:
    return str(office.row("appointment", 3)["Note"])


def test_a_reset_before_leaves_the_office_unchanged_and_a_reset_after_does_not(sim: Simulator, office: Office) -> None:
    office.change("appointment", 3, Note="")
    office.faults.next("reset_before", "reset_after")
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        note(sim, office, "Before")
    assert notes(office) == ""
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        note(sim, office, "After")
    assert notes(office) == "After"
    assert note(sim, office, "Control") == 200


def test_a_gateway_timeout_comes_although_the_write_took_effect(sim: Simulator, office: Office) -> None:
    office.change("appointment", 3, Note="")
    office.faults.next("gateway_timeout")
    assert note(sim, office, "Written") == 504
    assert notes(office) == "Written"


def test_a_late_write_takes_effect_after_its_504(sim: Simulator, office: Office) -> None:
    office.change("appointment", 3, Note="")
    office.faults.late_seconds = 0.2
    office.faults.next("late_write")
    assert note(sim, office, "Late") == 504
    assert notes(office) == ""
    until(lambda: notes(office) == "Late")


def test_a_truncated_answer_promises_more_than_it_sends(sim: Simulator, office: Office) -> None:
    office.faults.next("truncated")
    with pytest.raises(http.client.IncompleteRead):
        raw(sim, office, "GET", "/appointments/3")
    assert raw(sim, office, "GET", "/appointments/3").json["AptNum"] == 3


def test_a_slow_answer_takes_its_time(sim: Simulator, office: Office) -> None:
    office.faults.slow_seconds = 0.3
    office.faults.next("slow")
    began = time.perf_counter()
    assert note(sim, office, "x") == 200
    assert time.perf_counter() - began >= 0.3


def test_an_office_without_econnector_or_with_a_disabled_key_says_so(sim: Simulator, office: Office) -> None:
    office.faults.econnector_down = True
    answer = raw(sim, office, "GET", "/appointments/3")
    assert (answer.status, answer.json) == (
        400,
        "The office's eConnector is not running. Please contact the office to start their eConnector.",
    )
    office.faults.econnector_down = False
    office.faults.key_disabled = True
    assert raw(sim, office, "GET", "/appointments/3").status == 401
    assert office.calls[-1].status == 401
    office.faults.key_disabled = False
    assert raw(sim, office, "GET", "/appointments/3").status == 200


def test_a_call_too_soon_is_refused_with_the_seconds_to_wait_or_made_to_wait(sim: Simulator, office: Office) -> None:
    office.permissions = office.permissions | {"Enterprise"}
    office.faults.throttle = "refuse"
    assert raw(sim, office, "GET", "/appointments/3").status == 200
    refused = raw(sim, office, "GET", "/appointments/3")
    assert (refused.status, refused.headers["retry-after"]) == (429, "1")
    office.faults.throttle = "delay"
    began = time.perf_counter()
    assert [raw(sim, office, "GET", "/appointments/3").status for _ in range(2)] == [200, 200]
    assert time.perf_counter() - began >= 0.5


@pytest.mark.parametrize(
    ("permissions", "mode", "seconds"),
    [
        ({"ReadAll"}, "remote", 5.0),
        ({"ReadAll", "Comm"}, "remote", 1.0),
        ({"ReadAll", "Comm", "Enterprise"}, "remote", 0.5),
        ({"ReadAll"}, "service", 0.0),
    ],
)
def test_the_pace_follows_the_keys_tier(permissions: set[str], mode: str, seconds: float) -> None:
    office = Office("southside", permissions=frozenset(permissions))
    office.mode = "service" if mode == "service" else "remote"
    assert office.seconds_between_calls == seconds


def test_a_wrong_clock_shifts_every_time_of_the_office(sim: Simulator, office: Office) -> None:
    office.faults.clock_skew = -90
    assert raw(sim, office, "GET", "/appointments/3").json["serverDateTime"] == "2026-03-02 16:58:30"


def test_shares_befall_the_same_calls_for_the_same_seed() -> None:
    def statuses(seed: int) -> list[int]:
        office = Office("southside", patients=5, faults=Faults(gateway_timeout=0.3))
        with Simulator([office], seed=seed, poll=False) as sim:
            return [raw(sim, office, "GET", "/patients/1").status for _ in range(30)]

    assert statuses(3) == statuses(3)
    assert 2 < statuses(3).count(504) < 20
    assert statuses(3) != statuses(4)


def test_events_can_be_late_doubled_shuffled_or_miss_a_row(sim: Simulator, office: Office) -> None:
    with Catcher() as catcher:
        subscribe(sim, office, catcher.url)

        def fire(faults: Faults) -> list[list[int]]:
            faults.random = office.faults.random
            office.faults = faults
            sim.clock.advance(5)
            for number in range(1, 21):
                office.change("appointment", number, Note=f"{sim.clock.now()}")
            before = len(catcher.caught)
            sim.poll_now()
            return [[row["AptNum"] for row in caught.rows] for caught in catcher.caught[before:]]

        in_order = list(range(1, 21))
        assert fire(Faults()) == [in_order]
        assert fire(Faults(events_doubled=1.0)) == [in_order, in_order]
        (shuffled,) = fire(Faults(events_shuffled=1.0))
        assert sorted(shuffled) == in_order != shuffled
        (missing,) = fire(Faults(row_skipped=1.0))
        assert len(missing) == 19
        assert fire(Faults(events_late=3)) == []
        office.faults.events_late = 3
        sim.clock.advance(3)
        sim.poll_now()
        assert [row["AptNum"] for row in catcher.caught[-1].rows] == in_order


def test_a_skipped_row_is_one_row_of_its_batch_and_never_makes_an_empty_event(sim: Simulator, office: Office) -> None:
    with Catcher() as catcher:
        number = subscribe(sim, office, catcher.url)
        office.faults.row_skipped = 1.0
        office.change("appointment", 3, Note="Skipped")
        sim.poll_now()
        assert catcher.caught == []
        assert office.row("apisubscription", number)["DateTimeStart"] == "2026-03-02 17:00:01"

        office.store.insert_many("appointment", [{"PatNum": 1, "Note": str(n)} for n in range(1500)])
        sim.poll_now()
        assert [len(caught.rows) for caught in catcher.caught] == [999, 499]


def test_faults_are_read_from_a_command_line() -> None:
    faults = Faults.parse("throttle=refuse, slow=0.1,econnector_down,clock_skew=-30")
    assert (faults.throttle, faults.slow, faults.econnector_down, faults.clock_skew) == ("refuse", 0.1, True, -30.0)
    for wrong in ("throtle=refuse", "throttle=sometimes", "slow=often"):
        with pytest.raises(ValueError, match=r"throtle|sometimes|often"):
            Faults.parse(wrong)


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("Content-Length: 12", 200),
        ("Content-Length: -1", 411),
        ("Content-Length: 99999999999", 413),
        ("Transfer-Encoding: chunked", 411),
    ],
)
def test_a_body_of_unknown_or_unbounded_length_is_refused(
    sim: Simulator, office: Office, header: str, status: int
) -> None:
    port = int(sim.base_url.split(":")[2].split("/")[0])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(
            f"PUT /api/v1/appointments/3/Note HTTP/1.1\r\nHost: x\r\nAuthorization: {office.authorization}\r\n"
            f'Content-Type: application/json\r\nConnection: close\r\n{header}\r\n\r\n{{"Note":"x"}}'.encode()
        )
        assert connection.recv(4096).startswith(f"HTTP/1.1 {status} ".encode())


def test_keep_alive_and_two_offices_behind_one_address() -> None:
    offices = [Office("southside", patients=3), Office("lakewood", patients=2)]
    with Simulator(offices, poll=False) as sim, httpx.Client(base_url=sim.base_url) as client:
        counts = [
            len(
                client.get(
                    "/patients/Simple",
                    headers={"Authorization": office.authorization, "Content-Type": "application/json"},
                ).json()
            )
            for office in offices
        ]
    assert counts == [3, 2]


def test_stopping_lets_go_of_the_port_and_of_every_connection() -> None:
    office = Office("southside", patients=3)
    sim = Simulator([office], poll=False).start()
    port = int(sim.base_url.split(":")[2].split("/")[0])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/api/v1/patients/1")
    assert connection.getresponse().read()
    sim.stop()
    assert connection.sock.recv(1) == b""
    connection.close()
    with Simulator([Office("southside")], port=port, poll=False) as again:
        assert str(port) in again.base_url
