"""``make image``: the Dockerfile, built by a Docker engine; what is in the image, and what it does when it runs.

The base is a stand-in of the same make (Debian bookworm with Python and venv, whose Python is 3.11): no registry is
asked. It runs as Kubernetes and the compose file run it, and again without any shell in it.
"""

from __future__ import annotations

import re
import sys
import time
from typing import Any, cast

from tests.deploy.drills.engine import IMAGE, Engine, built, on_an_engine
from tests.deploy.drills.ground import Sight, confined

HARDENED = (
    "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none", "--pids-limit=200",
    "--memory=1g", "--tmpfs=/tmp:size=64m,mode=1777",
)  # fmt: skip
TOOLS = ("pip", "setuptools", "wheel", "hatchling", "pytest", "mypy", "ruff", "uv")
SHELLS = ("sh", "bash", "dash", "rbash", "busybox")
LIST = """
import os, stat
for folder, _, names in os.walk("/"):
    if folder.startswith(("/proc", "/sys", "/dev")): continue
    for name in names:
        path = os.path.join(folder, name); of = os.lstat(path)
        print(oct(of.st_mode), of.st_uid, path)
"""
BARE = f"""FROM {IMAGE}
USER 0
RUN rm -f {" ".join(f"/bin/{name} /usr/bin/{name}" for name in SHELLS)}
USER 10001:10001
"""
STOP_WITHIN = 20
LINK = "0o12"
"""How the mode of a symbolic link begins; its permissions mean nothing."""


def drill(made: Engine, sight: Sight) -> None:
    """Build, look in, run, stop, and run again without a shell."""
    said = built(made)
    sight.seen("a Docker engine builds the Dockerfile", "Successfully built" in said, made.docker("--version"))
    sight.said("its base is a stand-in: Debian bookworm's own Python, as no registry is asked")
    contents(made, sight)
    configuration(made, sight)
    running(made, sight, IMAGE, "hardened")
    made.docker("build", "--tag=odevents:bare", "-", stdin=BARE)
    for image, has in ((IMAGE, True), ("odevents:bare", False)):
        told = made.docker("run", "--rm", "--network=none", "--entrypoint=sh", image, "-c", "echo a shell", check=False)
        sight.seen(f"{image}: {'a shell, the control' if has else 'no shell'}", ("a shell\n" in told) is has)
    running(made, sight, "odevents:bare", "without a shell")


def contents(made: Engine, sight: Sight) -> None:
    """Every file of it."""
    listed = made.docker("run", "--rm", "--network=none", "--user=0", "--entrypoint=python", IMAGE, "-c", LIST)
    files = [line.split(" ", 2) for line in listed.splitlines()]
    ours = [(mode, owner, path) for mode, owner, path in files if path.startswith("/opt/odevents/")]
    paths = [path for _, _, path in files]
    tools = [path for _, _, path in ours
             if re.search(rf"/(site-packages|bin)/({'|'.join(TOOLS)})[0-9.]*(/|-|$)", path)]  # fmt: skip
    sight.seen("no pip and no build tool in /opt/odevents", ours and not tools, tools[:3] or f"{len(ours)} files")
    compilers = [path for path in paths if re.search(r"/bin/(gcc|cc|g\+\+|make|ld|go|rustc)$", path)]
    sight.seen("no compiler", not compilers, compilers)
    raised = [path for mode, _, path in files if int(mode, 8) & 0o6000]
    sight.seen("no file that runs as its owner (setuid, setgid)", not raised, raised[:3])
    theirs = [path for mode, owner, path in ours if owner != "0" or (int(mode, 8) & 0o022 and mode[:4] != LINK)]
    sight.seen("the program belongs to root and nobody else may change it", not theirs, theirs[:3])
    private = [
        path for path in paths if re.search(r"/(\.env|\.netrc|\.git/.*|id_rsa|id_ed25519|odevents\.toml)$", path)
    ]
    private += [path for _, _, path in ours if re.search("/(tests|bench|checks|helm)/.*(odevents|test_)", path)]
    sight.seen("no secrets, no tests, no history of the repository", not private, private[:3])


def configuration(made: Engine, sight: Sight) -> None:
    """What the image says of itself."""
    config = cast("dict[str, Any]", made.inspected(IMAGE)["Config"])
    sight.seen("it runs as a number that is not root", config["User"] == "10001:10001", config["User"])
    sight.seen("no shell stands between", config["Entrypoint"] == ["odevents"] and config["StopSignal"] == "SIGTERM")
    names = {line.split("=")[0] for line in config["Env"]}
    sight.seen("no secret in its environment", not [name for name in names if re.search("KEY|URL|SECRET|TOKEN", name)])
    size = cast("int", made.inspected(IMAGE)["Size"]) - cast("int", made.inspected("debian-python:drill")["Size"])
    sight.said(f"on top of its base it is {size / 2**20:.0f} MB")


def running(made: Engine, sight: Sight, image: str, how: str) -> None:
    """Everything at once in one container with nothing to write to but a folder in memory: the demo, until an event."""
    made.docker("run", "--detach", "--name=demo", *HARDENED, image, "demo", "--rate", "240")
    deadline = time.monotonic() + 60
    while " ack " not in (said := made.docker("logs", "demo", check=False)) and time.monotonic() < deadline:
        time.sleep(0.3)
    first = next((line for line in said.splitlines() if " ack " in line), said[-300:])
    sight.seen(f"{how}: a delivery goes through", " ack " in said, first)
    status = made.docker("exec", "demo", "python", "-c", "print(open('/proc/1/status').read())")
    told = f"{how}: uid 10001, no capability, no new privileges, filtered system calls"
    sight.seen(told, confined(status, "10001"))
    wrote = made.docker("exec", "demo", "python", "-c", "open('/opt/odevents/x', 'w')", check=False)
    sight.seen(f"{how}: its own files cannot be changed", "Read-only file system" in wrote, wrote.splitlines()[-1])
    started = time.monotonic()
    made.docker("stop", f"--time={STOP_WITHIN}", "demo")
    state = cast("dict[str, Any]", made.inspected("demo")["State"])
    took = time.monotonic() - started
    sight.seen(f"{how}: SIGTERM stops it in time", took < STOP_WITHIN and state["ExitCode"] in (0, 143),
               f"{took:.1f} s, status {state['ExitCode']}")  # fmt: skip
    made.docker("rm", "demo")


if __name__ == "__main__":
    sys.exit(on_an_engine(drill))
