"""``make wheel-try``: the wheel in fresh environments of several Pythons, as somebody who installs it meets it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
NAMES = ("python3.11", "python3.12", "python3.13", "python3.14")
FIRST_EVENT_WITHIN = 120


def main(pythons: list[str]) -> int:
    """Try every Python; those that are not there are named, and no failure."""
    wheel = next((ROOT / "dist").glob("*.whl"), None)
    if wheel is None:
        print("there is no wheel in dist; make wheel")
        return 2
    failed = 0
    for python in pythons or NAMES:
        if (found := shutil.which(python)) is None or not _runs(found):
            print(f"{python}: not on this machine, not tried")
            continue
        with tempfile.TemporaryDirectory() as folder:
            said = tried(found, wheel, Path(folder))
        print(f"{python}: {said}")
        failed += not said.startswith("ok")
    return 1 if failed else 0


def tried(python: str, wheel: Path, folder: Path) -> str:
    """Install it with the locked dependencies, ask for help, run the demo until its first event."""
    _run(python, "-m", "venv", "env", cwd=folder)
    inside = str(folder / "env" / "bin" / "python")
    lock = str(ROOT / "requirements.lock")
    _run(
        inside, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r", lock, cwd=folder
    )
    _run(inside, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", str(wheel), cwd=folder)
    version = _run(inside, "--version", cwd=folder).strip()
    odevents = str(folder / "env" / "bin" / "odevents")
    if "React to what happens in Open Dental" not in _run(odevents, "--help", cwd=folder):
        return f"{version}: the help is not there"
    seen = first_event(odevents, folder)
    return f"ok, {version}, first event of the demo: {seen}" if seen else f"{version}: the demo showed no event"


def first_event(odevents: str, folder: Path) -> str:
    """The first line about a delivery that the demo prints."""
    with subprocess.Popen(
        [odevents, "demo", "--port", "0", "--rate", "120", "--seconds", str(FIRST_EVENT_WITHIN)],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as demo:
        seen = next((line.strip() for line in demo.stdout or () if " ack " in line), "")
        demo.terminate()
    return seen


def _runs(python: str) -> bool:
    return subprocess.run([python, "--version"], capture_output=True, check=False).returncode == 0


def _run(*command: str, cwd: Path) -> str:
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
