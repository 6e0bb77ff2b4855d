"""Who may see the page, and who may act: nobody by accident, and nobody from another site."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import redis

from odevents.cli.console import console_of, guard_of
from odevents.console.admission import proxy_of, refuse_exposure
from odevents.console.console import Console
from odevents.errors import ConfigError
from odevents.runtime import Runtime
from odevents.store.audit import deeds
from odevents.store.sessions import IDLE_SECONDS, LONGEST_SECONDS, MOST_FAILURES, Sessions
from tests.support.console import PASSWORD, add_account, browser_at, console_in, runtime_in, signed_in

PAGES = ("/", "/deliveries", "/reactions", "/dead", "/subscriptions", "/offices", "/health")


@pytest.fixture
def runtime(tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    return runtime_in(tmp_path, redis_url, monkeypatch)


@pytest.fixture
def console(runtime: Runtime) -> Console:
    return console_in(runtime)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "console.example.org"])
def test_it_refuses_to_start_where_others_reach_it_without_accounts(host: str) -> None:
    with pytest.raises(ConfigError, match="odevents accounts add"):
        refuse_exposure(host, accounts=False, proxy=None)
    refuse_exposure(host, accounts=True, proxy=None)
    refuse_exposure(host, accounts=False, proxy=proxy_of("10.0.0.5", "X-Forwarded-User"))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_on_this_machine_alone_it_starts_without_accounts(host: str) -> None:
    refuse_exposure(host, accounts=False, proxy=None)


def test_without_accounts_it_is_open_to_whoever_sits_here(console: Console) -> None:
    for page in PAGES:
        assert browser_at(console).open(page).status_code == 200, page


def test_with_accounts_every_page_but_the_sign_in_asks_for_one(runtime: Runtime) -> None:
    add_account(runtime, "ada", "viewer")
    browser = browser_at(console_in(runtime))
    for page in (*PAGES, "/deliveries/dlv_1", "/deliveries/dlv_1/fixture.json", "/no-such-page"):
        answer = browser.client.get(page)
        assert answer.status_code == 303, page
        assert answer.headers["location"].startswith("/login?next="), page
    assert browser.client.get("/live").status_code == 401
    for form in ("/pause", "/dead/drop", "/deliveries/dlv_1/reveal"):
        assert browser.send(form).status_code == 401, form
    assert "password" in browser.open("/login").text


@pytest.mark.parametrize("host", ["rebound.example", "rebound.example:8321", "127.0.0.1.example", ""])
def test_a_name_pointed_at_this_machine_is_refused(console: Console, host: str) -> None:
    assert browser_at(console).open("/", Host=host).status_code == 403
    assert browser_at(console).open("/", Host="localhost:8321").status_code == 200


def test_strangers_see_nothing_of_the_frame_whatever_goes_wrong(runtime: Runtime) -> None:
    """The frame names offices, people and reasons; with its control, somebody who is signed in."""
    add_account(runtime, "otto", "operator")
    console = console_in(runtime)
    inside = signed_in(console, "otto")
    inside.send("/pause", reason="the upgrade of lakewood")
    stranger = browser_at(console)
    for path, headers, status in (
        ("/metrics", {"X-Forwarded-For": "203.0.113.9"}, 403),
        ("/metrics", {"Via": "1.1 somewhere"}, 403),
        ("/metrics", {"Host": "rebound.example"}, 403),
        ("/static/no-such-file.css", {}, 404),
    ):
        answer = stranger.open(path, **headers)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/plain; charset=utf-8"), path
        assert not [word for word in ("lakewood", "otto", "upgrade") if word in answer.text], path
    told = inside.open("/no-such-page")
    assert (told.status_code, "lakewood" in told.text) == (404, True)


def test_with_accounts_it_may_be_reached_through_a_proxy_on_this_machine(runtime: Runtime) -> None:
    add_account(runtime, "otto", "operator")
    through = browser_at(console_in(runtime), "console.example.org")
    headers = {"X-Forwarded-For": "203.0.113.9", "Origin": "http://console.example.org"}
    assert "Password" in through.open("/login", **headers).text
    answer = through.send("/login", headers=headers, name="otto", password=PASSWORD)
    assert answer.status_code == 303
    assert "secure" in answer.headers["set-cookie"].lower(), "it did not come by this machine's own name"


def test_the_host_that_a_proxy_passes_on_is_believed_of_the_declared_one_alone(
    tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = console_in(runtime_in(tmp_path, redis_url, monkeypatch, console_proxy="127.0.0.1"))
    add_account(runtime_of := runtime_in(tmp_path, redis_url, monkeypatch), "otto", "operator")
    said = {"X-Forwarded-User": "otto", "X-Forwarded-Host": "console.example.org"}
    sent = {**said, "Origin": "https://console.example.org", "Sec-Fetch-Site": "same-origin"}
    through = browser_at(console)
    through.open("/offices", **said)
    assert through.send("/pause", headers={**sent, "Origin": "https://evil.example"}, reason="no").status_code == 403
    assert through.send("/pause", headers=sent, reason="from our own page").status_code == 303
    undeclared = signed_in(console_in(runtime_of), "otto")
    assert undeclared.send("/pause", headers=sent, reason="no").status_code == 403


def test_open_without_accounts_means_not_through_a_proxy(console: Console) -> None:
    answer = browser_at(console).open("/", **{"X-Forwarded-For": "203.0.113.9"})
    assert answer.status_code == 403
    assert "accounts add" in answer.text


FOREIGN: list[dict[str, str]] = [
    {},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:9999"},
]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_form_of_another_site_does_nothing(console: Console, headers: dict[str, str]) -> None:
    browser = browser_at(console)
    browser.open("/offices")
    assert browser.send("/pause", headers=headers, reason="from elsewhere").status_code == 403
    assert not console.store.pauses.all()
    assert browser.send("/pause", reason="the control: from our own page").status_code == 303
    assert console.store.pauses.all()


def test_a_form_without_its_token_does_nothing(console: Console) -> None:
    browser = browser_at(console)
    browser.token = "0" * 32
    assert browser.send("/pause", reason="guessed").status_code == 403
    assert not console.store.pauses.all()


def test_a_viewer_looks_and_an_operator_acts(runtime: Runtime) -> None:
    add_account(runtime, "vera", "viewer")
    add_account(runtime, "otto", "operator")
    console = console_in(runtime)
    viewer, operator = signed_in(console, "vera"), signed_in(console, "otto")
    viewer.open("/")
    assert viewer.send("/pause", reason="may not").status_code == 403
    assert not console.store.pauses.all()
    assert operator.send("/pause", reason="stop for the upgrade").status_code == 303
    [deed] = [deed for deed in deeds(runtime.redis, 10) if deed.what == "pause"]
    assert (deed.who, deed.reason) == ("otto", "stop for the upgrade")


def test_nothing_is_done_without_a_reason(console: Console) -> None:
    browser = browser_at(console)
    browser.open("/offices")
    assert browser.send("/pause", reason="  ").status_code == 400
    assert not console.store.pauses.all()


def test_failed_sign_ins_stop_an_address_and_never_an_account(runtime: Runtime) -> None:
    add_account(runtime, "otto", "operator")
    console = console_in(runtime)
    guesser = browser_at(console, peer="127.0.0.2")
    guesser.open("/login")
    answers = [guesser.send("/login", name="otto", password="a wrong guess").status_code for _ in range(MOST_FAILURES)]
    assert answers == [401] * MOST_FAILURES
    assert guesser.send("/login", name="otto", password=PASSWORD).status_code == 429
    assert signed_in(console, "otto", peer="127.0.0.3").open("/").status_code == 200


def test_a_password_that_was_changed_ends_the_sessions_of_its_account(runtime: Runtime) -> None:
    add_account(runtime, "otto", "operator")
    console = console_in(runtime)
    browser = signed_in(console, "otto")
    assert browser.client.get("/").status_code == 200
    add_account(runtime, "otto", "operator", "another good password")
    assert browser.client.get("/").status_code == 303


def test_signing_out_ends_the_session_at_the_server(runtime: Runtime) -> None:
    add_account(runtime, "otto", "operator")
    browser = signed_in(console_in(runtime), "otto")
    kept = dict(browser.client.cookies)
    assert browser.send("/logout").status_code == 303
    browser.client.cookies.update(kept)
    assert browser.client.get("/").status_code == 303


def test_a_session_ends_when_idle_and_a_page_that_refreshes_itself_is_idle(redis_client: redis.Redis) -> None:
    sessions = Sessions(redis_client)
    token = sessions.begin("otto", 0.0)
    [key] = redis_client.keys("odevents:1:session:*")
    redis_client.expire(key, 100)
    assert sessions.find(token, 1.0, used=False)
    assert redis_client.ttl(key) <= 100
    assert sessions.find(token, 1.0, used=True)
    assert redis_client.ttl(key) > IDLE_SECONDS - 5
    assert sessions.find(token, LONGEST_SECONDS + 1.0, used=True) is None
    assert token not in f"{key!r} {redis_client.get(key)!r}", "Redis cannot be read for a way in"


def test_cookies_are_kept_from_scripts_and_other_sites(runtime: Runtime) -> None:
    add_account(runtime, "otto", "operator")
    browser = browser_at(console_in(runtime))
    browser.open("/login")
    said = browser.send("/login", name="otto", password=PASSWORD).headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert "secure" not in said, "on loopback there is no TLS"


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb"])
def test_signing_in_never_leads_elsewhere(runtime: Runtime, wanted: str) -> None:
    add_account(runtime, "otto", "operator")
    browser = browser_at(console_in(runtime))
    browser.open("/login")
    answer = browser.send("/login", name="otto", password=PASSWORD, next=wanted)
    assert answer.headers["location"] == "/"


def test_a_declared_proxy_names_people_and_nobody_else_does(
    tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"console_host": "0.0.0.0", "console_proxy": "10.0.0.0/24"}
    runtime = runtime_in(tmp_path, redis_url, monkeypatch, **settings)
    add_account(runtime, "otto", "operator")
    console = console_in(runtime)
    named = {"X-Forwarded-User": "otto"}
    through = browser_at(console, "console.example.org", peer="10.0.0.7")
    assert "otto · operator" in through.open("/", **named).text
    assert "grace · viewer" in through.open("/", **{"X-Forwarded-User": "grace"}).text
    assert "Password" in browser_at(console, "console.example.org", peer="10.0.1.7").open("/", **named).text


def test_every_answer_carries_the_strict_headers(console: Console) -> None:
    browser = browser_at(console)
    for page in (*PAGES, "/no-such-page", "/static/console.css", "/livez"):
        headers = browser.open(page).headers
        assert headers["content-security-policy"].startswith("default-src 'none'"), page
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
    assert browser.open("/").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("how", ["mounted", "tls", "proxy"])
def test_metrics_need_the_token_where_this_machine_may_speak_for_others(
    tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    settings: dict[str, str] = {"tls": {"tls": "proxy"}, "proxy": {"console_proxy": "127.0.0.1"}}.get(how, {})
    runtime = runtime_in(tmp_path, redis_url, monkeypatch, **settings)
    console = console_of(runtime, guard_of(runtime), lambda: False, mounted=how == "mounted")
    browser = browser_at(console)
    assert browser.open("/metrics").status_code == 401
    guarded = browser_at(replace(console, metrics_token="a-token-for-tests"))
    assert guarded.open("/metrics", Authorization="Bearer a-token-for-tests").status_code == 200


def test_metrics_are_for_this_machine_or_for_whoever_brings_the_token(
    tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = runtime_in(tmp_path, redis_url, monkeypatch)
    open_here = console_in(runtime)
    add_account(runtime, "otto", "operator")
    assert "odevents_" in browser_at(open_here).open("/metrics").text, "accounts are for people"
    assert browser_at(open_here).open("/metrics", **{"X-Forwarded-For": "203.0.113.9"}).status_code == 403
    settings = {"console_host": "0.0.0.0", "metrics_token": "a-token-for-tests"}
    guarded = console_in(runtime_in(tmp_path, redis_url, monkeypatch, console_proxy="10.0.0.5", **settings))
    browser = browser_at(guarded, "console.example.org", peer="10.0.0.9")
    assert browser.open("/metrics").status_code == 401
    assert browser.open("/metrics", Authorization="Bearer wrong").status_code == 401
    assert browser.open("/metrics", Authorization="Bearer a-token-for-tests").status_code == 200
