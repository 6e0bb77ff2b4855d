"""Reads the transcribed examples and sends them as plain HTTP, without our client."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from odevents.simulator import Office, Simulator

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Example:
    """One method's example requests, and what each of them is documented to be answered with."""

    title: str
    requests: tuple[tuple[str, str, Any], ...]
    statuses: tuple[int, ...]
    shape: str
    fields: tuple[str, ...]


def examples(name: str) -> list[Example]:
    """The examples of a transcription in ``data``."""
    text = (DATA / name).read_text(encoding="utf-8")
    return [_example(block) for block in text.split("\n## ")[1:]]


def _example(block: str) -> Example:
    title, *lines = [line for line in block.strip().splitlines() if line]
    requests = []
    for line in lines[:-1]:
        verb, target, *body = line.split(" ", 2)
        requests.append((verb, target, json.loads(body[0]) if body else None))
    words = lines[-1].split()
    statuses = tuple(int(word) for word in words if word.isdigit())
    shape, *fields = words[len(statuses) :]
    return Example(title, tuple(requests), statuses, shape, tuple(fields))


@dataclass(frozen=True)
class Answered:
    """A raw answer."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body decoded."""
        return json.loads(self.text)


def raw(simulator: Simulator, office: Office, verb: str, target: str, body: Any = None, **headers: str) -> Answered:
    """Send one request over a plain connection. Underscores in header names become dashes."""
    address = urlsplit(simulator.base_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)
    sent = {"Authorization": office.authorization, "Content-Type": "application/json"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    payload = body if isinstance(body, str) else None if body is None else json.dumps(body)
    try:
        connection.request(verb, f"{address.path}{target}", payload, {n: v for n, v in sent.items() if v})
        answer = connection.getresponse()
        text = answer.read().decode()
        return Answered(answer.status, {n.lower(): v for n, v in answer.getheaders()}, text)
    finally:
        connection.close()
