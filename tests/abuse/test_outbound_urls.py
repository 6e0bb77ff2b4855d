"""No configuration, redirect, variable or answer makes us speak to anything but the office's API."""

from __future__ import annotations

import gzip
import http.server
import json
import os
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from odevents.client.base_url import checked_url
from odevents.errors import ConfigError

HOSTILE = [
    "http://169.254.169.254/latest/meta-data",
    "https://169.254.169.254",
    "http://[fd00:ec2::254%25eth0]/",
    "http://[fe80::1]/api/v1",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:7f00:1]:6379/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[::]/",
    "http://0.0.0.0:6379/",
    "http://0/",
    "http://2130706433:6379/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1:6379/",
    "http://127.0.1/",
    "http://1.2.3/",
    "http://224.0.0.1/",
    "http://[ff02::1]/",
    "http://255.255.255.255/",
    "http://240.0.0.1/",
    "https://api.opendental.com@evil.example/api/v1",
    "https://api.opendental.com:443@evil.example/api/v1",
    "https://user:word@api.opendental.com/api/v1",
    "https://:word@api.opendental.com/api/v1",
    "https://@evil.example/",
    "https://api.opendental.com\\@evil.example/",
    "https://api.opendental.com\\.evil.example/",
    "https://evil.example#@api.opendental.com/",
    "https://evil.example?@api.opendental.com/",
    "https://evil.example/#",
    "https://evil.example/?",
    "https://api.opendental.com%2eevil.example/",
    "https://api.opendental.com%00.evil.example/",
    "https://api.opendental.com/api/v1/../../admin",
    "https://api.opendental.com//evil.example/",
    "https://api.opendental.com/%2e%2e/",
    "https://api.opendentаl.com/api/v1",
    "https://api。opendental。com/",
    "https://①②⑦.0.0.1/",
    "https://api.opendental.com\r\nHost: evil.example\r\n",
    "https://api.opendental.com\t.evil.example",
    " https://api.opendental.com",
    "https://api opendental.com/",
    "https://",
    "https:///api/v1",
    "https:api.opendental.com",
    "//api.opendental.com/api/v1",
    "api.opendental.com",
    "http://api.opendental.com/api/v1",
    "http://api.opendental.com./api/v1",
    "http://API.OpenDental.com/api/v1",
    "http://8.8.8.8/api/v1",
    "http://[2001:4860:4860::8888]/api/v1",
    "https://api.opendental.com:0/",
    "https://api.opendental.com:99999/",
    "https://api.opendental.com:4x3/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "ftp://api.opendental.com/",
    "unix:///run/redis.sock",
    "javascript:alert(1)",
]

RIGHT = [
    "https://api.opendental.com/api/v1",
    "http://localhost:30222/api/v1",
    "http://127.0.0.1:30222/api/v1/",
    "http://[::1]:30222/api/v1",
    "http://10.1.2.3:30223/api/v1",
    "http://192.168.0.10:30223/api/v1",
    "http://SERVER_1:30223/api/v1",
    "http://od.dental.local:30223/api/v1",
    "https://203-0-113-5.example.org:8443/od/api/v1",
]

LOOK = """
import json, sys
asked = []
def hook(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        place = arguments[1] if event == "socket.connect" else (arguments[0], arguments[1])
        asked.append(list(place)[:2])
        if place[1] != allowed:
            raise OSError("outside")
urls, allowed = json.load(sys.stdin)
sys.addaudithook(hook)
from odevents.client.opendental import OpenDental
from odevents.client.session import Session
from odevents.errors import OdeventsError
refused = 0
for url in urls:
    try:
        with Session(developer_key="d", customer_key="c", base_urls=[url], read_attempts=1) as session:
            OpenDental(session).appointments.get(1)
    except OdeventsError as error:
        refused += 1
    except UnicodeError:
        refused += 1
print(json.dumps({"asked": asked, "refused": refused}))
"""


def connections(urls: Sequence[str], allowed: int, **environment: str) -> dict[str, Any]:
    """Where a process of its own tried to go, for calls to these base URLs; only one port is let through."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK],
        input=json.dumps([list(urls), allowed]),
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextmanager
def answering(status: int, headers: dict[str, str], body: bytes) -> Iterator[int]:
    """A pretend office that gives one answer to everything; its port."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's name
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.mark.parametrize("url", HOSTILE)
def test_a_base_url_that_hides_where_it_leads_is_refused(url: str) -> None:
    """When the configuration is read."""
    with pytest.raises(ConfigError):
        checked_url(url)


@pytest.mark.parametrize("url", RIGHT)
def test_a_base_url_of_an_office_is_taken(url: str) -> None:
    """The control: the three modes, by name and by address."""
    assert checked_url(url) == url.rstrip("/")


def test_no_hostile_url_makes_a_connection() -> None:
    """Watched below every library, in a process of its own; the control connects once, and only there."""
    with answering(200, {}, b'{"AptNum": 1}') as port:
        assert len(set(HOSTILE)) >= 50
        assert connections(HOSTILE, port) == {"asked": [], "refused": len(HOSTILE)}
        control = connections([f"http://127.0.0.1:{port}/api/v1"], port)

    assert {place[1] for place in control["asked"]} == {port}
    assert control["refused"] == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """Wherever it points to; the office's keys would go along."""
    with answering(status, {"Location": "http://127.0.0.1:6379/"}, b"") as port:
        found = connections([f"http://127.0.0.1:{port}/api/v1"], port)

    assert {place[1] for place in found["asked"]} == {port}
    assert found["refused"] == 1


def test_a_proxy_in_the_environment_is_not_used() -> None:
    """A variable set for something else must not carry patients' data elsewhere."""
    proxy = "http://127.0.0.1:6379"
    with answering(200, {}, b'{"AptNum": 1}') as port:
        found = connections(
            [f"http://127.0.0.1:{port}/api/v1"], port, HTTP_PROXY=proxy, http_proxy=proxy, ALL_PROXY=proxy
        )

    assert {place[1] for place in found["asked"]} == {port}
    assert found["refused"] == 0


PEAK = "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
"""Not what getrusage says: that begins with the memory of the parent."""


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip", "gzip, gzip, gzip"])
def test_an_answer_that_inflates_is_given_up_on(encoding: str) -> None:
    """Whatever it would inflate to, the process stays below 400 MB."""
    bomb = bytes(100 * 1024 * 1024)
    for layer in encoding.split(", "):
        bomb = gzip.compress(bomb) if layer == "gzip" else zlib.compress(bomb)
    limited = "import resource; resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))\n" + LOOK
    with answering(200, {"Content-Encoding": encoding}, bomb) as port:
        done = subprocess.run(
            [sys.executable, "-c", limited + PEAK],
            input=json.dumps([[f"http://127.0.0.1:{port}/api/v1"], port]),
            capture_output=True,
            text=True,
            timeout=60,
        )
    said, kibibytes = done.stdout.splitlines()

    assert json.loads(said)["refused"] == 1
    assert int(kibibytes) < 400 * 1024
