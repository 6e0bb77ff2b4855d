"""A store as this version leaves it behind, recorded; so that a later version shows that it takes it up.

``python -m tests.deploy.recording`` makes it anew: only where the layout has got a new number (``odevents:2:``). What
an installation has in hand when it is replaced must stay readable for the next version: the file is never adapted.
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

import redis

from tests.support.command import run
from tests.support.installation import Installation, installation, until

FILE = Path(__file__).parent / "data" / "stored-1.json"

REACTIONS = """
[[reactions]]
name = "pattern-changed"
on = "Appointment"
changed = ["Pattern"]
note = "Pattern changed"
commlog = "Pattern changed"
"""
ROWS = (1, 2, 3)
LEFT_OUT = (b"rq:worker", b"odevents:1:process", b"odevents:1:strip")
"""Who was running, and counters by the minute, which are large and may be lost."""


def send(running: Installation, number: int, pattern: str, minute: int) -> str:
    """One version of an appointment; the delivery's id."""
    row = {"AptNum": number, "PatNum": number, "Pattern": pattern, "DateTStamp": f"2026-01-05 08:{minute:02}:00"}
    answer = running.post([row], Event_Type="WatchTable: Appointment")
    assert answer.status_code == 200
    return answer.text.split()[-1]


def leave_behind(running: Installation) -> None:
    """Rows that are known, writes that wait, deliveries that wait with their hints, and a body that was refused."""
    for number in ROWS:
        send(running, number, "/X/", 1)
    until(running.idle, what="understanding the rows")
    run(running, "pause", "--reason", "a deploy")
    for number in ROWS:
        send(running, number, "//X", 2)
    until(lambda: not running.redis.exists("odevents:1:lanes:inbox"), what="planning the writes")
    worker = running.processes.pop("worker")
    worker.terminate()
    worker.wait()
    for number in ROWS:
        send(running, number, "//XX", 3)
    running.post(b"no json")


def recorded(client: redis.Redis) -> dict[str, Any]:
    """Every key with its type and value."""
    everything = {}
    for key in sorted(cast("list[bytes]", client.keys("*"))):
        kind = cast("bytes", client.type(key)).decode()
        if kind != "none" and not key.startswith(LEFT_OUT):
            everything[key.decode()] = [kind, _said(_read(client, kind, key))]
    return everything


def put_back(client: redis.Redis, everything: dict[str, Any]) -> None:
    """The opposite."""
    for key, (kind, value) in everything.items():
        match kind:
            case "string":
                client.set(key, _heard(value))
            case "list":
                client.rpush(key, *map(_heard, value))
            case "set":
                client.sadd(key, *map(_heard, value))
            case "hash":
                client.hset(key, mapping={_heard(name): _heard(content) for name, content in value})
            case "zset":
                client.zadd(key, {_heard(member): score for member, score in value})
            case "stream":
                for id_, fields in value:
                    client.xadd(key, {_heard(n): _heard(c) for n, c in fields}, id=_heard(id_))


def _read(client: redis.Redis, kind: str, key: bytes) -> Any:
    match kind:
        case "string":
            return client.get(key)
        case "list":
            return client.lrange(key, 0, -1)
        case "set":
            return sorted(cast("Any", client.smembers(key)))
        case "hash":
            return sorted(cast("Any", client.hgetall(key)).items())
        case "zset":
            return client.zrange(key, 0, -1, withscores=True)
        case _:
            return [(id_, list(fields.items())) for id_, fields in cast("Any", client.xrange(key))]


def _said(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return [_said(part) for part in value] if isinstance(value, (list, tuple)) else value


def _heard(value: str) -> bytes:
    return base64.b64decode(value)


def main() -> int:
    """Record."""
    with tempfile.TemporaryDirectory() as folder:
        with installation(Path(folder), "serve", "worker", reactions=REACTIONS) as running:
            leave_behind(running)
            everything = recorded(running.redis)
        FILE.parent.mkdir(exist_ok=True)
        lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(said)}" for key, said in everything.items())
        FILE.write_text(f"{{\n{lines}\n}}\n")
    print(f"{len(everything)} keys in {FILE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
