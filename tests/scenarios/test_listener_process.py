"""The listener as the front desk runs it: a process, its start, its memory, what it imports, writes and says."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from odevents.listener.keys import screen_pass
from odevents.listener.tally import Tally
from tests.support.listening import ANNA, BRADLEY, KEY, Running, event, free_port, head, until

RUN = [sys.executable, "-m", "odevents.cli.main", "listen", "run"]
CANARIES = {
    "FName": "Canaryfirst",
    "LName": "Canarylast",
    "SSN": "canary-ssn",
    "Address": "canary-street",
    "PatNum": 770077,
}


def environment(home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "OD_KEY_SOUTHSIDE": KEY,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def config(home: Path, text: str = "") -> Path:
    path = home / "odevents.toml"
    path.write_text(f'[listener]\nkeys = {{ southside = {{ env = "OD_KEY_SOUTHSIDE" }} }}\n{text}')
    return path


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def process(home: Path, port: int, *before: str) -> Iterator[subprocess.Popen[str]]:
    command = [*(before or RUN), "--config", str(config(home)), "--port", str(port)]
    running = subprocess.Popen(
        command, env=environment(home), cwd=home, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        until(lambda: answers(port) or running.poll() is not None, within=10)
        yield running
    finally:
        running.kill()
        running.communicate()


def at(port: int) -> Running:
    return Running(port, f"http://127.0.0.1:{port}/screen/{screen_pass(KEY)}/", Tally(0, ""))


def resident_megabytes(pid: int) -> float:
    return int(re.findall(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[0]) / 1024


def test_it_starts_within_a_second(tmp_path: Path) -> None:
    def seconds() -> float:
        began = time.monotonic()
        with process(tmp_path, free_port()):
            return time.monotonic() - began

    # A busy machine may be late once; a slow start is slow every time.
    assert any(seconds() < 1 for _ in range(3))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_stays_below_60_megabytes(tmp_path: Path) -> None:
    port = free_port()
    with process(tmp_path, port) as running:
        assert resident_megabytes(running.pid) < 60
        with closing(at(port).stream()):
            for number in range(500):
                assert at(port).fire({**BRADLEY, "PatNum": number}) == 200
        assert resident_megabytes(running.pid) < 60


def test_it_stops_at_once_although_a_page_is_open(tmp_path: Path) -> None:
    port = free_port()
    with process(tmp_path, port) as running, closing(at(port).stream()) as stream:
        began = time.monotonic()
        running.send_signal(signal.SIGTERM)
        assert running.wait(5) == 0
        assert time.monotonic() - began < 1
        while stream.recv(65536):
            pass


def test_it_says_where_it_listens_and_never_who_was_selected(tmp_path: Path) -> None:
    port = free_port()
    with process(tmp_path, port) as running:
        assert at(port).fire(CANARIES) == 200
        at(port).raw(event(port, {"Authorization": "canary-key"}))
        at(port).raw(head(port, length=3) + b"{{{")
        status = at(port).raw(head(port, method="GET", target="/status"))
        running.send_signal(signal.SIGTERM)
        out, said = running.communicate(timeout=5)
    assert f"listening on 127.0.0.1:{port} and [::1]:{port}" in said
    assert f"page: {at(port).page}" in said
    assert b'"selections":1' in status
    told = (out + said + status.decode()).lower()
    assert "canary" not in told
    assert "770077" not in told
    assert KEY not in told


WATCHED = """
import os, sys
written, flags = [], os.O_WRONLY | os.O_RDWR | os.O_CREAT
def watch(name, args):
    if name == "open" and isinstance(args[2], int) and args[2] & flags and args[0] != os.devnull:
        written.append(str(args[0]))
    if name in ("os.mkdir", "os.rename", "sqlite3.connect", "os.symlink"):
        written.append(name)
sys.addaudithook(watch)
for name in ("fork", "forkpty", "posix_spawn"):
    delattr(os, name)                      # as on Windows
if "{streams}" == "none":
    sys.stdin = sys.stdout = sys.stderr = None   # as under pythonw
import atexit, json
def report():
    told = json.dumps({{"written": written, "modules": sorted(sys.modules)}})
    os.write(int(os.environ["REPORT"]), told.encode())
atexit.register(report)
{before}
sys.argv[0] = "odevents"
from odevents.cli.main import main
sys.argv[1:1] = ["listen", "run"]
main()
"""


def watched(tmp_path: Path, *, streams: str = "all", before: str = "") -> dict[str, list[str]]:
    """Run a listener through one selection and tell what it wrote and imported."""
    port = free_port()
    reading, writing = os.pipe()
    script = WATCHED.format(streams=streams, before=before)
    command = [sys.executable, "-c", script, "--config", str(config(tmp_path)), "--port", str(port)]
    running = subprocess.Popen(
        command,
        env={**environment(tmp_path), "REPORT": str(writing)},
        cwd=tmp_path,
        pass_fds=[writing],
        stderr=subprocess.PIPE,
    )
    os.close(writing)
    try:
        until(lambda: answers(port) or running.poll() is not None, within=10)
        with closing(at(port).stream()):
            assert at(port).fire(ANNA) == 200
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=10)
        with os.fdopen(reading) as file:
            told: dict[str, list[str]] = json.load(file)
        return told
    finally:
        running.kill()
        running.wait()


FORBIDDEN = {
    "redis",
    "rq",
    "uvloop",
    "httptools",
    "cryptography",
    "uvicorn",
    "starlette",
    "httpx",
    "jinja2",
    "fcntl",
    "resource",
}


def test_it_runs_without_fork_redis_or_anything_compiled_beyond_its_two_parsers(tmp_path: Path) -> None:
    modules = {name.partition(".")[0] for name in watched(tmp_path)["modules"]}
    assert not modules & (FORBIDDEN - {"fcntl", "resource"})  # these two behind a look at the platform
    foreign = modules - sys.stdlib_module_names - {"odevents", "__main__"}
    assert {name for name in foreign if not name.startswith(("_", "sitecustomize"))} <= {
        "annotated_types",
        "click",
        "msgspec",
        "pydantic",
        "pydantic_core",
        "typing_extensions",
        "typing_inspection",
    }


def test_the_watch_on_imports_would_notice_redis(tmp_path: Path) -> None:
    assert "redis" in watched(tmp_path, before="import redis")["modules"]


def test_it_writes_nothing_to_disk(tmp_path: Path) -> None:
    assert watched(tmp_path)["written"] == []
    assert [path.name for path in tmp_path.iterdir()] == ["odevents.toml"]


def test_the_watch_on_files_would_notice_one(tmp_path: Path) -> None:
    assert watched(tmp_path, before="open('patient.txt', 'w').close()")["written"] == ["patient.txt"]


def test_it_runs_without_any_console(tmp_path: Path) -> None:
    assert watched(tmp_path, streams="none")["written"] == []


def test_a_second_listener_on_the_port_is_told_what_to_do(tmp_path: Path) -> None:
    port = free_port()
    with process(tmp_path, port):
        second = listen_command(tmp_path, "run", "--config", str(config(tmp_path)), "--port", str(port))
    assert second.returncode == 1
    assert f"cannot listen on port {port} of localhost" in second.stderr
    assert "odevents listen install --port" in second.stderr


def test_a_stranger_on_one_of_the_two_addresses_is_not_shared_with(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET6) as stranger:
        stranger.bind(("::1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        refused = listen_command(tmp_path, "run", "--config", str(config(tmp_path)), "--port", str(port))
    assert refused.returncode == 1
    assert "cannot listen" in refused.stderr


def listen_command(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "odevents.cli.main", "listen", *arguments],
        env=environment(home),
        cwd=home,
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_status_and_test_say_what_happened(tmp_path: Path) -> None:
    port = str(free_port())
    away = listen_command(tmp_path, "status", "--config", str(config(tmp_path)), "--port", port)
    assert away.returncode == 1
    assert "start it: odevents listen run" in away.stderr
    with process(tmp_path, int(port)):
        tested = listen_command(tmp_path, "test", "--port", port)
        assert tested.returncode == 0, tested.stderr
        assert "the invented patient was accepted" in tested.stdout
        assert f"no page is open: http://127.0.0.1:{port}/screen/" in tested.stdout
        told = listen_command(tmp_path, "status", "--port", port)
        assert told.returncode == 0
        assert "selections 1, last" in told.stdout
        at(int(port)).raw(event(int(port), {"Authorization": "another-key"}))
        found = listen_command(tmp_path, "status", "--port", port)
        assert found.returncode == 3
        assert "! 1 refused (unknown-key)" in found.stdout
        as_json = listen_command(tmp_path, "status", "--port", port, "--json")
        assert json.loads(as_json.stdout)["refused"] == {"unknown-key": 1}


def test_status_tells_another_program_on_the_port_from_the_listener(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        running = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "odevents.cli.main",
                "listen",
                "status",
                "--config",
                str(config(tmp_path)),
                "--port",
                str(port),
            ],
            env=environment(tmp_path),
            cwd=tmp_path,
            text=True,
            stderr=subprocess.PIPE,
        )
        stranger.settimeout(10)
        connection, _ = stranger.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
            _, said = running.communicate(timeout=10)
    assert running.returncode == 1
    assert f"another program has port {port}" in said


@pytest.mark.parametrize("command", ["run", "status", "test"])
def test_without_a_key_every_command_says_how_to_store_one(tmp_path: Path, command: str) -> None:
    said = listen_command(tmp_path, command)
    assert said.returncode == 1
    assert "store one: odevents listen install" in said.stderr
