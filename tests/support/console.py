"""A console over a store of its own, spoken to without a network: for everything but browsers and processes."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import redis
from pydantic import SecretStr

from odevents.cli.console import console_of, guard_of
from odevents.console.app import create_console
from odevents.console.console import Console
from odevents.console.passwords import hash_password
from odevents.runtime import Runtime, checked_config
from odevents.settings import Settings
from odevents.store.accounts import Account, Role
from tests.support.installation import IDENTITY_KEY, REACTIONS, SEALING_KEY

OFFICES = """
[offices.southside]
customer_key  = { env = "ODEVENTS_TEST_SOUTHSIDE" }
developer_key = { env = "ODEVENTS_TEST_DEVELOPER" }
base_url      = "http://127.0.0.1:1/api/v1"
time_zone     = "America/Los_Angeles"
mode          = "live"

[offices.lakewood]
customer_key  = { env = "ODEVENTS_TEST_LAKEWOOD" }
developer_key = { env = "ODEVENTS_TEST_DEVELOPER" }
base_url      = "http://127.0.0.1:1/api/v1"
time_zone     = "America/Denver"

[[subscriptions]]
name = "appointments"
watch = "Appointment"
"""
KEYS = {
    "ODEVENTS_TEST_SOUTHSIDE": "key-of-southside",
    "ODEVENTS_TEST_LAKEWOOD": "key-of-lakewood",
    "ODEVENTS_TEST_DEVELOPER": "developer-key",
}
PASSWORD = "a few plain words"


class Client:
    """Speaks to an ASGI application from one address, and keeps its cookies."""

    def __init__(self, app: Any, base: str, peer: str) -> None:
        self._app, self._base, self._peer = app, base, peer
        self.cookies = httpx.Cookies()

    def get(self, path: str, headers: dict[str, str] | None = None, *, follow: bool = False) -> httpx.Response:
        """GET a page; redirects are followed only when told to."""
        return asyncio.run(self._ask("GET", path, headers or {}, None, follow))

    def post(self, path: str, form: dict[str, str], headers: dict[str, str]) -> httpx.Response:
        """POST a form."""
        return asyncio.run(self._ask("POST", path, headers, form, follow=False))

    async def _ask(
        self, method: str, path: str, headers: dict[str, str], form: dict[str, str] | None, follow: bool
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self._app, client=(self._peer, 50000))
        async with httpx.AsyncClient(transport=transport, base_url=self._base, cookies=self.cookies) as client:
            answer = await client.request(method, path, headers=headers, data=form, follow_redirects=follow)
            self.cookies = client.cookies
            return answer


@dataclass
class Browser:
    """Somebody at a browser: remembers cookies and sends what browsers send.

    :ivar client: speaks HTTP.
    """

    client: Client
    token: str = field(default="")

    def open(self, path: str, **headers: str) -> httpx.Response:
        """Go to a page; its form token is remembered."""
        answer = self.client.get(path, headers, follow=True)
        if found := re.search(r'name="token" value="([^"]*)"', answer.text):
            self.token = found[1]
        return answer

    def send(self, path: str, headers: dict[str, str] | None = None, **form: str) -> httpx.Response:
        """Submit a form as a page of the console does."""
        sent = {"Sec-Fetch-Site": "same-origin"} if headers is None else headers
        return self.client.post(path, {"token": self.token, **form}, sent)


def runtime_in(folder: Path, redis_url: str, monkeypatch: Any, **settings: Any) -> Runtime:
    """A runtime over a store that is made empty, with two offices."""
    redis.Redis.from_url(redis_url).flushdb()
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)
    file = folder / "odevents.toml"
    file.write_text(OFFICES + REACTIONS)
    given = Settings(
        redis_url=SecretStr(redis_url),
        sealing_keys=(SecretStr(SEALING_KEY),),
        identity_key=SecretStr(IDENTITY_KEY),
        config=file,
        **settings,
    )
    return Runtime(given, checked_config(file).file)


def console_in(runtime: Runtime) -> Console:
    """The console of a runtime."""
    return console_of(runtime, guard_of(runtime), lambda: False)


def browser_at(console: Console, host: str = "127.0.0.1:8321", peer: str = "127.0.0.1") -> Browser:
    """Somebody who looks at the console."""
    app = create_console(lambda: console)
    return Browser(Client(app, f"http://{host}", peer))


def add_account(runtime: Runtime, name: str, role: Role, password: str = PASSWORD) -> None:
    """An account."""
    from odevents.store.accounts import Accounts

    Accounts(runtime.redis).put(Account(name, role, hash_password(password), time.time()), "account-added", "tests")


def signed_in(console: Console, name: str, **where: str) -> Browser:
    """Somebody who has signed in."""
    browser = browser_at(console, **where)
    browser.open("/login")
    answer = browser.send("/login", name=name, password=PASSWORD, next="/")
    assert answer.status_code == 303, answer.text
    browser.open("/offices")
    return browser
