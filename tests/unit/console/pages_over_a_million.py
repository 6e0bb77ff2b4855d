"""How soon every page answers over a million recorded deliveries of a hundred offices. ``make pages``."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import redis
from pydantic import SecretStr

from odevents.runtime import Runtime, checked_config
from odevents.settings import Settings
from odevents.store.embedded import EmbeddedServer
from odevents.store.filters import DeliveryFilter
from odevents.store.packing import about
from tests.support.console import Browser, browser_at, console_in
from tests.support.installation import IDENTITY_KEY, REACTIONS, SEALING_KEY
from tests.support.recorded import Recorded
from tests.unit.store.listing_a_million import OFFICES, fill

GOAL = 0.2
_ROUNDS = 3
_MOST_ROUNDS = 12
"""A machine that does something else too gives a slow page more chances; a page that is slow itself has none."""


def measure(url: str, folder: Path, number: int) -> dict[str, float]:
    """Record so many deliveries, then open every page; the seconds each took at best of a few."""
    client = redis.Redis.from_url(url)
    runtime = _runtime(url, folder)
    fill(Recorded(client, runtime.seals), number, time.time())
    browser = browser_at(console_in(runtime))
    newest = runtime.store.records.deliveries(DeliveryFilter()).found[0]
    patient = about(runtime.seals.fingerprint, "PatNum", 77).hex()
    filters = [
        {},
        {"office": "office-042"},
        {"outcome": "unreadable"},
        {"office": "office-042", "watch": "Patient", "outcome": "deleted", "mode": "dry-run"},
        {"workstation": "FRONT9"},
        {"about": patient},
        {"since": "6d", "until": "5d", "outcome": "stale"},
    ]
    pages = [
        "/", "/reactions", "/dead", "/subscriptions", "/offices", "/health", "/bulk", f"/deliveries/{newest.id}",
        *("/deliveries?" + urlencode(wanted) for wanted in filters),
    ]  # fmt: skip
    browser.open("/")  # templates are read once
    return {page: _at_best(browser, page) for page in pages}


def _at_best(browser: Browser, page: str) -> float:
    best = min(_seconds(browser, page) for _ in range(_ROUNDS))
    for _ in range(_MOST_ROUNDS - _ROUNDS):
        if best < GOAL:
            break
        best = min(best, _seconds(browser, page))
    return best


def _seconds(browser: Browser, page: str) -> float:
    began = time.perf_counter()
    answer = browser.open(page)
    took = time.perf_counter() - began
    assert answer.status_code == 200, page
    return took


def _runtime(url: str, folder: Path) -> Runtime:
    os.environ["ODEVENTS_TEST_DEVELOPER"] = "developer-key"
    tables = []
    for name in OFFICES:
        variable = "ODEVENTS_TEST_" + name.upper().replace("-", "_")
        os.environ[variable] = f"key of {name}"
        tables.append(
            f'[offices.{name}]\ncustomer_key = {{ env = "{variable}" }}\ntime_zone = "America/Denver"\n'
            'developer_key = { env = "ODEVENTS_TEST_DEVELOPER" }\nbase_url = "http://127.0.0.1:1/api/v1"\n'
        )
    file = folder / "odevents.toml"
    file.write_text("\n".join(tables) + REACTIONS)
    given = Settings(
        redis_url=SecretStr(url),
        sealing_keys=(SecretStr(SEALING_KEY),),
        identity_key=SecretStr(IDENTITY_KEY),
        config=file,
    )
    return Runtime(given, checked_config(file).file)


def main(number: int) -> None:
    """Fill an embedded server and print what was measured."""
    with TemporaryDirectory() as folder:
        server = EmbeddedServer(Path(folder) / "server")
        redis.Redis.from_url(server.url).config_set("appendfsync", "no")
        try:
            took = measure(server.url, Path(folder), number)
        finally:
            server.stop()
    for page, seconds in took.items():
        print(f"  {seconds * 1000:6.1f} ms  {page}")
    print(f"slowest of {len(took)} pages over {number} deliveries: {max(took.values()) * 1000:.0f} ms (goal 200)")
    sys.exit(max(took.values()) > GOAL)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
