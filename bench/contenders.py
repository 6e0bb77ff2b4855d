"""Who is measured: odevents, the two floors, and what a user would build instead, each on a Valkey of its own."""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.environments import PEERS, ROOT, missing, node_modules_of, python_of
from bench.processes import Running, Valkey, free_port
from bench.rows import CUSTOMER_KEY

UVICORN = ["-m", "uvicorn", "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]


class NotInstalled(Exception):
    """A contender that this machine lacks; the message says how to get it."""


@dataclass
class Contender:
    """One web process, ready for deliveries at ``path``, and the server it keeps them in."""

    name: str
    valkey: Valkey
    web: Running
    path: str = "/apievents"
    others: list[Running] = field(default_factory=list)
    environment: Mapping[str, str] = field(default_factory=dict)

    def stop(self) -> None:
        """End all of it."""
        for process in (*self.others, self.web):
            process.stop()
        self.valkey.stop()


CONFIGURATION = """\
[offices.{name}]
customer_key  = {{ env = "ODEVENTS_TEST_KEY_{number}" }}
developer_key = {{ env = "ODEVENTS_TEST_DEVELOPER" }}
base_url      = "{api}"
budget        = "none"
time_zone     = "America/Los_Angeles"
mode          = "live"
"""

REACTIONS = """
[[reactions]]
name = "broken"
on = "Appointment"
changed = ["AptStatus"]
when = { AptStatus = "Broken" }
commlog = { text = "Broken; call to rebook", mode = "None" }

[[reactions]]
name = "status-by-a-person"
on = "Appointment"
changed = ["Confirmed"]
commlog = "Status changed by a person"

[[reactions]]
name = "note-changed"
on = "Appointment"
changed = ["Note"]
commlog = "Note changed"
"""
"""Three rules, which is what an installation has; none of them wants the rows of the throughput measures."""


def odevents_environment(redis_url: str, offices: int = 1, api: str = "http://127.0.0.1:9/api/v1") -> dict[str, str]:
    """The settings of an installation with so many offices, its configuration file written."""
    folder = Path(tempfile.mkdtemp(prefix="bench-odevents-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    text = "".join(CONFIGURATION.format(name=f"office-{n}", number=n, api=api) for n in range(offices))
    (folder / "odevents.toml").write_text(text + REACTIONS)
    keys = {f"ODEVENTS_TEST_KEY_{n}": key_of(n) for n in range(offices)}
    return {
        **keys,
        "ODEVENTS_TEST_DEVELOPER": "benchdeveloperkey",
        "ODEVENTS_CONFIG": str(folder / "odevents.toml"),
        "ODEVENTS_SEALING_KEYS": "c2VhbGluZyBrZXkgb2YgdGhlIGJlbmNoLCAzMiBieXQ=",
        "ODEVENTS_IDENTITY_KEY": "aWRlbnRpdHkga2V5IG9mIHRoZSBiZW5jaCAzMiBieXQ=",
        "ODEVENTS_LOG_LEVEL": "warning",
        "REDIS_URL": redis_url,
    }


def key_of(office: int) -> str:
    """The customer key of an invented office."""
    return CUSTOMER_KEY if office == 0 else f"{CUSTOMER_KEY}{office}"


def odevents(offices: int = 1, api: str = "http://127.0.0.1:9/api/v1") -> Contender:
    """``odevents serve``, as it is deployed."""
    valkey, port = Valkey(), free_port()
    environment = odevents_environment(valkey.url, offices, api) | {"ODEVENTS_PORT": str(port)}
    web = Running([sys.executable, "-m", "odevents.cli.main", "serve"], environment, ROOT, port)
    return Contender("odevents", valkey, web, environment=environment)


def f0() -> Contender:
    """Reads the body, answers 200."""
    return _asgi("f0", "bench.floors.f0:app", Path(sys.executable), ROOT)


def f1() -> Contender:
    """f0 and one fsynced transaction that appends the body."""
    return _asgi("f1", "bench.floors.f1:app", Path(sys.executable), ROOT)


def fastapi_rq() -> Contender:
    """FastAPI, one RQ job per row."""
    return _asgi("FastAPI + RQ", "app:app", python_of("fastapi_rq"), PEERS / "fastapi_rq")


def fastapi_celery() -> Contender:
    """FastAPI, one Celery task per row."""
    return _asgi("FastAPI + Celery", "app:app", python_of("fastapi_celery"), PEERS / "fastapi_celery")


def bullmq() -> Contender:
    """Fastify, BullMQ ``addBulk``."""
    _need("node", "npm", packages="nodejs npm")
    valkey, port = Valkey(), free_port()
    environment = {"REDIS_URL": valkey.url, "CUSTOMER_KEY": CUSTOMER_KEY, "PORT": str(port)}
    return Contender(
        "Fastify + BullMQ", valkey, Running(["node", "server.mjs"], environment, node_modules_of("bullmq"), port)
    )


def webhook() -> Contender:
    """The ``webhook`` daemon of the distribution, with a script."""
    _need("webhook", "redis-cli", packages="webhook redis-tools")
    valkey, port = Valkey(), free_port()
    environment = {
        "CUSTOMER_KEY": CUSTOMER_KEY,
        "REDIS_HOST": "127.0.0.1",
        "REDIS_PORT": valkey.url.rpartition(":")[2].removesuffix("/0"),
        "REDISCLI_AUTH": valkey.url.split("@")[0].rpartition(":")[2],
    }
    command = ["webhook", "-template", "-hooks", "hooks.json", "-ip", "127.0.0.1", "-port", str(port), "-urlprefix", ""]
    return Contender("webhook daemon", valkey, Running(command, environment, PEERS / "webhook", port))


FLOORS: tuple[Callable[[], Contender], ...] = (f0, f1)
PEER_CONTENDERS: tuple[Callable[[], Contender], ...] = (fastapi_rq, fastapi_celery, bullmq, webhook)


def _asgi(name: str, app: str, python: Path, folder: Path) -> Contender:
    valkey, port = Valkey(), free_port()
    environment = {"REDIS_URL": valkey.url, "CUSTOMER_KEY": CUSTOMER_KEY, "PYTHONPATH": str(folder)}
    command = [str(python), *UVICORN, "--port", str(port), app]
    return Contender(name, valkey, Running(command, environment, folder, port))


def _need(*programs: str, packages: str) -> None:
    if absent := missing(*programs):
        raise NotInstalled(f"not installed ({', '.join(absent)}): apt-get install {packages}")
