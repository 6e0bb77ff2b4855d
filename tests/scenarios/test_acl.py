"""The server's users of docs/how-to/deploy-kubernetes.md: enough for everything odevents does, and for nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from tests.support.command import run
from tests.support.installation import installation, until

PAGE = Path(__file__).parent.parent.parent / "docs" / "how-to" / "deploy-kubernetes.md"
ROW = {"AptNum": 1, "PatNum": 1, "Pattern": "/X/", "AptDateTime": "2026-01-06 09:00:00"}


def test_an_installation_works_as_that_user_and_can_do_nothing_else(tmp_path: Path) -> None:
    """Receiving, writing, sealing anew, commands; but not the server's settings, nor other programs' keys."""
    line = re.search(r"^user odevents on >PASSWORD (.+)$", PAGE.read_text(), re.MULTILINE)
    assert line
    with installation(tmp_path) as running:
        running.redis.execute_command("ACL", "SETUSER", "odevents", "on", ">the-password", *line[1].split())
        server = urlsplit(running.server.url)
        url = f"redis://odevents:the-password@{server.hostname}:{server.port}/0"
        running.environment["REDIS_URL"] = url
        running.start("serve", "worker", "scheduler")
        for second, pattern in enumerate(("/X/", "//X")):
            row = {**ROW, "Pattern": pattern, "DateTStamp": f"2026-01-05 08:00:0{second}"}
            running.processed(running.post([row], Event_Type="WatchTable: Appointment"))
        until(lambda: running.idle() and len(running.writes()) >= 2, what="the writes")
        run(running, "deliveries", "list")
        run(running, "reseal", "--reason", "a test")
        assert running.redis.execute_command("ACL", "LOG") == [], "nothing was denied"

        as_odevents = redis.Redis.from_url(url)
        for command in ("FLUSHALL", "CONFIG SET appendfsync no", "KEYS *", "GET other", "SHUTDOWN"):
            with pytest.raises(redis.exceptions.NoPermissionError):
                as_odevents.execute_command(*command.split())
        as_odevents.close()
