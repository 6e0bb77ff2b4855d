"""The server's user as the documents have it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import redis

PAGE = Path(__file__).parent.parent.parent / "docs" / "how-to" / "deploy-kubernetes.md"


def as_documented_user(client: redis.Redis, url: str) -> str:
    """Make the user of docs/how-to/deploy-kubernetes.md on a server; its address for that user."""
    line = re.search(r"^user odevents on >PASSWORD (.+)$", PAGE.read_text(), re.MULTILINE)
    assert line
    cast("Any", client).execute_command("ACL", "SETUSER", "odevents", "on", ">the-password", *line[1].split())
    server = urlsplit(url)
    return f"redis://odevents:the-password@{server.hostname}:{server.port}/0"


def denied(client: redis.Redis) -> Any:
    """What the server has denied anybody so far."""
    return cast("Any", client).execute_command("ACL", "LOG")
