"""Guessing keys: held up by address, learns nothing from the time, and never in the way of a right key."""

from __future__ import annotations

import asyncio
import math
import random
import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr, ValidationError
from starlette.applications import Starlette
from starlette.routing import Route

from odevents.receiver.app import create_app
from odevents.receiver.failures import ALLOWED, WITHIN, Failures, block_of, in_any
from odevents.receiver.index import Senders
from odevents.receiver.receive import Receiver
from odevents.receiver.refusals import Refusals
from odevents.runtime import with_path_secret
from odevents.settings import Settings
from odevents.simulator import Office
from odevents.store.seal import Seals
from odevents.subscriptions.marks import receiver_endpoint
from tests.abuse.conftest import so_many
from tests.abuse.raw import ROW
from tests.support.installation import Installation, installation, until

SECRET = "open-sesame-open-sesame"
OPEN_TO_ALL = {"/livez", "/readyz"}


def client_at(running: Installation, address: str) -> httpx.Client:
    """A client that comes from another address of this machine."""
    transport = httpx.HTTPTransport(local_address=address)
    return httpx.Client(base_url=f"http://127.0.0.1:{running.port}", transport=transport, timeout=30)


def test_no_route_but_health_answers_without_a_key(receiver: Installation) -> None:
    """Every route there is, by every method; on the real application."""
    refusals = Refusals(_forget)
    app = create_app(_receiver(receiver), _ready, refusals)
    paths = {route.path for route in app.routes if isinstance(route, Route)}

    assert paths == OPEN_TO_ALL
    assert len(paths) == len(app.routes), "something else than a route was mounted"
    asyncio.run(_knock(app, {*paths, "/apievents", "/apievents/", "/apievents/x", "/apievents/x/y"}))


async def _knock(app: Starlette, paths: set[str]) -> None:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://receiver.example") as client:
        for path in paths - OPEN_TO_ALL:
            for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
                answer = await client.request(method, path, content=b"[]")
                assert answer.status_code in (401, 405), (method, path)
        for path in OPEN_TO_ALL:
            assert (await client.get(path)).text == "ok\n", "the control"


async def _forget(_: object) -> None:
    return


async def _ready() -> bool:
    return True


def _receiver(running: Installation) -> Receiver:
    from odevents.store.accepting import Accepting
    from odevents.store.connection import connect_async

    index = running.runtime.receiver_index
    accepting = Accepting(connect_async(running.runtime.redis_url), index.seals())
    return Receiver(index, accepting, running.runtime.hints, Settings())


def test_after_ten_wrong_keys_an_address_waits_and_its_right_key_does_not(receiver: Installation) -> None:
    """429 after a second for what is wrong, 200 at once for what is right; other addresses are not held up."""
    right = {"Authorization": receiver.clinic.office("southside").customer_key}
    with client_at(receiver, "127.20.0.1") as guessing, client_at(receiver, "127.20.0.2") as other:
        wrong = [guessing.post("/apievents", json=[ROW], headers={"Authorization": f"wrong-{n}"}) for n in range(12)]
        started = time.monotonic()
        taken = guessing.post("/apievents", json=[ROW], headers=right)
        took = time.monotonic() - started

        assert [answer.status_code for answer in wrong] == [401] * ALLOWED + [429] * 2
        assert len({answer.text for answer in wrong[:ALLOWED]}) == 1, "one text, whatever was wrong"
        assert (taken.status_code, took < 0.9) == (200, True)
        assert other.post("/apievents", json=[ROW], headers={"Authorization": "wrong"}).status_code == 401


def test_what_was_refused_is_told_once_a_second_and_counted(receiver: Installation) -> None:
    """A flood of wrong keys is not a flood of log lines."""
    before = receiver.logs().count('"refused"')
    counted = int(receiver.runtime.store.counters().get("refused|unknown|unknown-key", 0))
    started = time.monotonic()
    with client_at(receiver, "127.20.1.1") as guessing:
        for number in range(ALLOWED):
            guessing.post("/apievents", headers={"Authorization": f"wrong-{number}"})

    until(lambda: receiver.runtime.store.counters().get("refused|unknown|unknown-key", 0) >= counted + ALLOWED)
    assert receiver.logs().count('"refused"') - before <= time.monotonic() - started + 2


def test_a_flood_of_wrong_keys_does_not_slow_a_right_one(receiver: Installation) -> None:
    """From ten addresses at once, as fast as they are answered; the right key's median does not move by a fifth.

    By turns with and without the flood, because the machine has other work too.
    """
    flooding, done = threading.Event(), threading.Event()
    threads = [threading.Thread(target=_flood, args=(receiver, number, flooding, done)) for number in range(10)]
    for thread in threads:
        thread.start()
    took: tuple[list[float], list[float]] = ([], [])
    try:
        for turn in range(so_many(6, 40)):
            flooding.set() if turn % 2 else flooding.clear()
            time.sleep(1.0 if turn == 1 else 0.1)  # each address has had its ten
            took[turn % 2].extend(_times_of_right_keys(receiver, 0.5))
    finally:
        done.set()
        flooding.set()
        for thread in threads:
            thread.join()
    before, after = statistics.median(took[0]), statistics.median(took[1])

    print(f"\nmedian of a right key: {before * 1000:.2f} ms alone, {after * 1000:.2f} ms under the flood")
    assert after <= 1.2 * before + 0.0005


def _flood(running: Installation, number: int, flooding: threading.Event, done: threading.Event) -> None:
    with client_at(running, f"127.21.0.{number + 1}") as guessing:
        while not done.is_set():
            flooding.wait()
            guessing.post("/apievents", headers={"Authorization": "wrong"})


def _times_of_right_keys(running: Installation, seconds: float) -> list[float]:
    took, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        started = time.perf_counter()
        assert running.post([ROW]).status_code == 200
        took.append(time.perf_counter() - started)
    return took


def test_very_many_wrong_keys_leave_nothing_that_slows_the_next_request() -> None:
    """100,000 of them from as many addresses: what is remembered is bounded, and as quick as before."""
    failures, many = Failures(), so_many(20_000, 100_000)
    quick = _time_of(failures, 0)
    for number in range(many):
        failures.too_many(f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", number / 1e6)

    assert len(failures._seen) <= 10_000
    assert _time_of(failures, 1) < 3 * quick + 1e-5


def _time_of(failures: Failures, now: float) -> float:
    took = []
    for number in range(200):
        started = time.perf_counter()
        failures.too_many(f"192.0.2.{number}", now)
        took.append(time.perf_counter() - started)
    return statistics.median(took)


def test_wrong_keys_are_forgotten_after_a_minute_and_networks_count_as_one() -> None:
    """An IPv6 sender has 2^64 addresses, and they are one."""
    failures = Failures()
    answers = [failures.too_many(f"2001:db8::{number:x}", now=float(number)) for number in range(ALLOWED + 1)]

    assert answers == [False] * ALLOWED + [True]
    assert not failures.too_many("2001:db8:0:1::1", now=11.0), "the control: the network next to it"
    assert not failures.too_many("2001:db8::1", now=WITHIN)
    assert block_of("::ffff:192.0.2.1") == block_of("192.0.2.1")
    assert in_any("::ffff:192.0.2.1", ["192.0.2.0/24"])
    assert not in_any("nonsense", ["0.0.0.0/0"])


def test_the_time_of_a_look_up_tells_nothing_of_the_key(seals: Seals) -> None:
    """Welch's t between keys that begin as right ones do and keys at random; below 4.5 is no difference."""
    from tests.abuse.offices import index_of_offices

    rng, many = random.Random(3), so_many(20_000, 200_000)
    senders, keys = Senders(index_of_offices(seals, 50)), [f"customer-key-{number:04}" for number in range(50)]
    near = [rng.choice(keys)[:-4] + _text(rng, 4) for _ in range(many)]  # so many that each is new, as a guess is
    far = [_text(rng, 17) for _ in range(many)]
    trials = rng.sample([*((0, key) for key in near), *((1, key) for key in far)], 2 * many)
    trials = [(which, key.encode().decode()) for which, key in trials]  # or their places in memory would differ
    took = [_nanoseconds(senders, key) for _, key in trials]
    most = sorted(took)[len(took) * 9 // 10]  # the rest is other work of the machine
    usual: tuple[list[int], list[int]] = ([], [])
    for (which, _), nanoseconds in zip(trials, took, strict=True):
        if nanoseconds <= most:
            usual[which].append(nanoseconds)
    t = _welch(*usual)

    print(f"\nWelch's t over {many} pairs: {t:.2f}")
    assert senders.with_key(keys[0]) is not None, "the control"
    assert abs(t) < 4.5


def _text(rng: random.Random, length: int) -> str:
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=length))


def _nanoseconds(senders: Senders, key: str) -> int:
    started = time.perf_counter_ns()
    senders.with_key(key)
    return time.perf_counter_ns() - started


def _welch(one: list[int], other: list[int]) -> float:
    spread = statistics.variance(one) / len(one) + statistics.variance(other) / len(other)
    return (statistics.fmean(one) - statistics.fmean(other)) / math.sqrt(spread)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A receiver behind a proxy at 127.30.0.1, with a secret in the path; one office comes from one network only."""
    folder: Path = tmp_path_factory.mktemp("guarded")
    settings = {"ODEVENTS_TLS": "proxy", "ODEVENTS_PROXIES": "127.30.0.0/24", "ODEVENTS_PATH_SECRET": SECRET}
    offices = [Office("southside", patients=3), Office("lakewood", patients=3)]
    with installation(folder, offices=offices, **settings) as running:  # type: ignore[arg-type]
        file = folder / "odevents.toml"
        text = file.read_text().replace(
            "[offices.lakewood]\n", '[offices.lakewood]\nallow_from = ["198.51.100.0/24"]\n'
        )
        file.write_text(text)
        running.start("serve")
        yield running


def ask(
    running: Installation, office: str, *, by: str, sent_for: str = "", scheme: str = "", path: str = SECRET
) -> int:
    """The status of a delivery that comes by an address, which says whom it sends it for, and how it came."""
    headers = {"Authorization": running.clinic.office(office).customer_key}
    headers |= {"X-Forwarded-For": sent_for} if sent_for else {}
    headers |= {"X-Forwarded-Proto": scheme} if scheme else {}
    with client_at(running, by) as client:
        return client.post(f"/apievents/{path}", json=[ROW], headers=headers).status_code


def test_an_office_may_be_bound_to_its_addresses(guarded: Installation) -> None:
    """Its right key from elsewhere gets the answer of a wrong one; who may say where it comes from is the proxy."""
    proxy, stranger = "127.30.0.1", "127.31.0.1"

    assert ask(guarded, "lakewood", by=proxy, sent_for="198.51.100.7") == 200
    assert ask(guarded, "lakewood", by=proxy, sent_for="203.0.113.9") == 401
    assert ask(guarded, "lakewood", by=proxy, sent_for="198.51.100.7, 203.0.113.9") == 401, "the last is the proxy's"
    assert ask(guarded, "lakewood", by=stranger, sent_for="198.51.100.7") == 401
    assert ask(guarded, "southside", by=stranger) == 200, "the control: an office without a list"
    until(lambda: guarded.runtime.store.counters().get("refused|unknown|foreign-address") == 3)


def test_the_secret_of_the_path_must_be_there(guarded: Installation) -> None:
    """As the first part behind /apievents; what follows may be anything."""
    by = "127.32.0.1"

    assert ask(guarded, "southside", by=by, path=f"{SECRET}/appointmentevent") == 200
    for path in ("", SECRET[:-1], SECRET + "x", f"appointmentevent/{SECRET}", SECRET.upper()):
        assert ask(guarded, "southside", by=by, path=path) == 401, path


def test_subscriptions_are_made_with_the_secret_of_the_path(guarded: Installation) -> None:
    """What is set up at the offices is what the receiver takes; a wrong secret is refused when settings are read."""
    file = guarded.runtime.config.model_copy(update={"public_url": "https://hooks.example.org"})
    settings = Settings(path_secret=SecretStr(SECRET))
    below = with_path_secret(file, settings).public_url

    assert receiver_endpoint(below or "", "southside", "appointments").startswith("https://hooks.example.org/")
    path = receiver_endpoint(below or "", "southside", "appointments").partition("/apievents/")[2]
    assert ask(guarded, "southside", by="127.33.0.1", path=path) == 200
    assert with_path_secret(file, Settings()) is file
    with pytest.raises(ValidationError, match="16 or more"):
        Settings(path_secret=SecretStr("a/b"))


def test_a_delivery_that_reached_the_proxy_in_the_clear_is_refused(guarded: Installation) -> None:
    """Whoever set it up so must notice: the key travels readable."""
    assert ask(guarded, "southside", by="127.30.0.1", sent_for="203.0.113.5", scheme="http") == 403
    assert ask(guarded, "southside", by="127.30.0.1", sent_for="203.0.113.5", scheme="https") == 200


def test_refusals_are_told_at_the_end_too() -> None:
    """What was counted in the last second is not lost by a stop."""
    told: list[object] = []

    async def keep(counted: object) -> None:
        told.append(counted)

    async def note_and_stop() -> None:
        refusals = Refusals(keep)
        refusals.note("southside", "not-json", "SRV01")
        refusals.note("southside", "not-json", "SRV01")
        await refusals.tell()

    asyncio.run(note_and_stop())
    assert told == [{("southside", "not-json", "SRV01"): 2}]
