"""What a page of another site can do to the listener from the browser of the front desk: nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.support.listening import BRADLEY, KEY, Running, listening

ROW = json.dumps(BRADLEY)


class EmptyPage(BaseHTTPRequestHandler):
    """The attacker's site."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>evil</title><body>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def listener() -> Iterator[Running]:
    with listening() as running:
        yield running


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), EmptyPage)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture
def evil(browser: Browser, elsewhere: int) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(f"http://rebound.example:{elsewhere}/")
    yield page
    page.close()


def fetched(options: str) -> str:
    """JavaScript that posts to the listener and tells what the page got to see."""
    return f"""async ({{ url }}) => {{
        try {{ const answer = await fetch(url, {options}); return `${{answer.type}} ${{answer.status}}`; }}
        catch (error) {{ return "failed"; }}
    }}"""


POSTS = {
    "text without asking": f"{{ method: 'POST', mode: 'no-cors', body: '{ROW}' }}",
    "a form without asking": "{ method: 'POST', mode: 'no-cors', body: new URLSearchParams({ PatNum: 28 }) }",
    "a blob without a type": f"{{ method: 'POST', mode: 'no-cors', body: new Blob(['{ROW}']) }}",
    "JSON with the right key": f"{{ method: 'POST', headers: {{ Authorization: '{KEY}', "
    f"'Content-Type': 'application/json' }}, body: '{ROW}' }}",
    "text with the right key": f"{{ method: 'POST', headers: {{ Authorization: '{KEY}' }}, body: '{ROW}' }}",
    "with credentials": f"{{ method: 'POST', credentials: 'include', mode: 'no-cors', body: '{ROW}' }}",
    "without a referrer": f"{{ method: 'POST', referrerPolicy: 'no-referrer', mode: 'no-cors', body: '{ROW}' }}",
    "on its way out": f"{{ method: 'POST', keepalive: true, mode: 'no-cors', body: '{ROW}' }}",
}


HOSTS = ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]", "rebound.example"]


@pytest.mark.parametrize("host", HOSTS)
def test_a_page_cannot_post_a_selection(evil: Page, listener: Running, host: str) -> None:
    for name, options in POSTS.items():
        seen = evil.evaluate(fetched(options), {"url": f"http://{host}:{listener.port}/"})
        assert seen in ("failed", "opaque 0"), name
        assert listener.tally.selections == 0, name


def test_a_form_that_submits_itself_selects_nobody(evil: Page, listener: Running) -> None:
    evil.set_content(
        f"""<form action="http://127.0.0.1:{listener.port}/" method="post" enctype="text/plain">
            <input name='{{"PatNum":28,"x":"' value='"}}'></form>"""
    )
    with evil.expect_response("**/*") as answered:
        evil.evaluate("document.forms[0].submit()")
    assert answered.value.status == 403
    assert listener.tally.selections == 0


def test_a_beacon_selects_nobody(evil: Page, listener: Running) -> None:
    refused = sum(listener.tally.refused.values())
    evil.evaluate(f"navigator.sendBeacon('http://127.0.0.1:{listener.port}/', '{ROW}')")
    evil.evaluate(fetched("{ mode: 'no-cors' }"), {"url": f"http://127.0.0.1:{listener.port}/"})
    assert listener.tally.selections == 0
    assert sum(listener.tally.refused.values()) > refused


def test_a_page_that_knows_the_address_cannot_read_or_frame_the_screen(evil: Page, listener: Running) -> None:
    for part in ("", "stream", "screen.js"):
        assert evil.evaluate(fetched("{}"), {"url": listener.page + part}) == "failed"
    seen = evil.evaluate(
        """url => new Promise(done => {
            const stream = new EventSource(url);
            stream.onmessage = stream.onopen = () => done("opened");
            stream.onerror = () => { stream.close(); done("failed"); };
        })""",
        listener.page + "stream",
    )
    assert seen == "failed"
    evil.evaluate("() => { window.frame = document.body.appendChild(document.createElement('iframe')); }")
    with evil.expect_response(listener.page) as answered:
        evil.evaluate("url => { window.frame.src = url; }", listener.page)
    assert answered.value.status == 403
    assert listener.tally.screens == 0


def test_a_link_on_another_site_does_not_open_the_screen(evil: Page, listener: Running) -> None:
    evil.set_content(f'<a href="{listener.page}">look</a>')
    with evil.expect_response(listener.page) as answered:
        evil.click("a")
    assert answered.value.status == 403


def test_a_name_pointed_at_this_machine_reaches_nothing(browser: Browser, listener: Running) -> None:
    page = browser.new_page()
    with page.expect_response("**/*") as answered, pytest.raises(Error, match="RESPONSE_CODE_FAILURE"):
        page.goto(f"http://rebound.example:{listener.port}{urlsplit(listener.page).path}")
    assert answered.value.status == 403
    page.close()


def test_the_same_browser_does_reach_the_screen_by_its_address(browser: Browser, listener: Running) -> None:
    page = browser.new_page()
    answer = page.goto(listener.page)
    assert answer is not None
    assert answer.status == 200
    page.close()
