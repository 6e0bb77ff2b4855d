"""Whoever can write to Redis must not be able to run code, call a URL or fill the memory of a worker."""

from __future__ import annotations

import http.server
import json
import os
import pickle
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis
from rq import Queue
from rq.serializers import JSONSerializer

from odevents.queues import NOT_OURS
from tests.abuse.raw import ROW, memory_of
from tests.support.installation import Installation, installation, until

MIB = 1024 * 1024
MARK = "forged-job-was-here"
OURS: list[Any] = ["workers.jobs.drain_inbox", None, ["nobody"], {}]


class _Runs:
    """Unpickled, it makes a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self._folder),)


def forgeries(folder: Path, url: str) -> dict[str, dict[str, bytes]]:
    """Fields of forged jobs, each of which leaves a mark in ``folder`` or calls ``url`` if it is believed."""

    def calls(*job: Any) -> bytes:
        return zlib.compress(json.dumps(job).encode())

    ours = zlib.compress(json.dumps(OURS).encode())
    mark = str(folder / MARK)
    ends = ("finished", "failed")
    webhook = json.dumps([{"url": url, "job_status": status, "method": "POST"} for status in ends]).encode()
    return {
        "pickle as data": {"data": zlib.compress(pickle.dumps(_Runs(folder / MARK)))},
        "pickle, not compressed": {"data": pickle.dumps(_Runs(folder / MARK))},
        "pickle as meta": {"data": calls("os.mkdir", None, [mark], {}), "meta": pickle.dumps(_Runs(folder / MARK))},
        "pickle as result": {"data": calls("os.mkdir", None, [mark], {}), "result": pickle.dumps(_Runs(folder / MARK))},
        "os.system": {"data": calls("os.system", None, [f"touch {mark}"], {})},
        "builtins.eval": {"data": calls("builtins.eval", None, [f"open({mark!r}, 'w')"], {})},
        "a class of the library": {"data": calls("subprocess.Popen", None, [["touch", mark]], {})},
        "our own module, another function": {"data": calls("workers.process.run", None, ["inbox"], {})},
        "an instance": {"data": calls("drain_inbox", {"of": "workers.jobs"}, ["southside"], {})},
        "keywords": {"data": calls("workers.jobs.drain_inbox", None, ["southside"], {"lane": mark})},
        "a list as argument": {"data": calls("workers.jobs.drain_inbox", None, [["southside"]], {})},
        "data that inflates to 100 MB": {"data": zlib.compress(bytes(100 * MIB), 1)},
        "data of 50 MB": {"data": bytes(50 * MIB)},
        "no JSON": {"data": b"{", "status": b"\xff", "created_at": b"yesterday"},
        "a time-out of ages": {"data": calls("os.mkdir", None, [mark], {}), "timeout": b"9" * 5000},
        "calls back": {
            "data": calls("os.mkdir", None, [mark], {}),
            "success_callback_name": b"os.mkdir",
            "failure_callback_name": b"os.mkdir",
            "stopped_callback_name": b"os.mkdir",
        },
        "a webhook": {"data": calls("os.mkdir", None, [mark], {}), "webhooks": webhook},
        "a webhook of one of ours": {"data": ours, "webhooks": webhook},
    }


HARMLESS = {"a webhook of one of ours"}
"""What is run, because it is ours but for what is not even read."""


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A URL, and what was asked of it."""
    asked: list[str] = []

    class Asked(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's name
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Asked) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", asked
        server.shutdown()


def forge(client: redis.Redis, name: str, fields: dict[str, bytes]) -> None:
    """Put it where a worker looks."""
    more: dict[Any, Any] = {"origin": b"odevents-inbox", "status": b"queued"}
    client.hset(f"rq:job:{name}", mapping=more | fields)
    client.rpush("rq:queue:odevents-inbox", name)


def inbox_workers(running: Installation) -> list[int]:
    """The worker processes that take hints of deliveries."""
    parent = running.processes["worker"].pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(pid) for pid in children if b"inbox" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_no_forged_job_is_run_and_each_is_told_once(tmp_path: Path) -> None:
    """Nothing is executed, no URL called, no memory filled; the worker goes on, and then does its work."""
    with listening() as (url, asked), installation(tmp_path, "serve", "worker") as running:
        folder = tmp_path / "marks"
        folder.mkdir()
        assert running.processed(running.post([ROW])).status == "processed"
        before = until(lambda: inbox_workers(running))
        memory = [memory_of(pid) for pid in before]
        forged = forgeries(folder, url)
        for number, (what, fields) in enumerate(forged.items()):
            forge(running.redis, f"forged-{number}", fields)
            until(lambda: not running.redis.llen("rq:queue:odevents-inbox"), what=what)
        running.redis.rpush("rq:queue:odevents-inbox", "no such job", "a:b")
        told = len(forged) - len(HARMLESS)
        until(lambda: running.logs().count(NOT_OURS) >= told, what="an alert for each")
        assert running.processed(running.post([ROW])).status == "processed"

        assert list(folder.iterdir()) == []
        assert asked == []
        assert told <= running.logs().count(NOT_OURS) <= told + 3
        assert inbox_workers(running) == before
        grown = [(memory_of(pid) - was) / MIB for pid, was in zip(before, memory, strict=True)]
        print(f"\n{len(forged)} forged jobs: none run; {grown} MiB more memory")
        # The 50 MB that a forger can put into Redis are read once, and given back.
        assert max(grown) <= 20


def test_the_forgeries_would_work_without_the_guard(tmp_path: Path, redis_client: redis.Redis) -> None:
    """The control: with RQ's own job class the very same fields run code and call the URL."""
    from rq import SimpleWorker

    folder = tmp_path / "marks"
    folder.mkdir()
    with listening() as (url, asked):
        fields = forgeries(folder, url)
        forge(redis_client, "one", fields["a webhook"])
        unguarded = Queue("odevents-inbox", connection=redis_client, serializer=JSONSerializer)
        SimpleWorker([unguarded], connection=redis_client, serializer=JSONSerializer).work(
            burst=True, logging_level="CRITICAL"
        )

    assert [found.name for found in folder.iterdir()] == [MARK]
    assert asked == ["/"]
