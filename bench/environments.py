"""Environments of the peers, in ``build/bench``: one per peer, with the versions that its own file pins."""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent
PEERS = Path(__file__).parent / "peers"
BUILD = ROOT / "build" / "bench"


def install_peers() -> None:
    """Make what is missing, all at once. A peer that this machine cannot have says so when it is measured."""
    with ThreadPoolExecutor() as together:
        installing = [together.submit(python_of, file.parent.name) for file in PEERS.glob("*/requirements.txt")]
        if not missing("npm"):
            installing += [together.submit(node_modules_of, file.parent.name) for file in PEERS.glob("*/package.json")]
        for each in installing:
            with suppress(RuntimeError):
                each.result()


def python_of(peer: str) -> Path:
    """The interpreter of a Python peer's environment, made when it is missing or out of date."""
    wanted = PEERS / peer / "requirements.txt"
    folder = BUILD / peer
    made = folder / "made-for.txt"
    if not made.exists() or made.read_text() != wanted.read_text():
        print(f"installing {peer} …", flush=True)
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "-r", str(wanted)])
        made.write_text(wanted.read_text())
    return folder / "bin" / "python"


def node_modules_of(peer: str) -> Path:
    """A folder with the peer's program beside its packages, made when it is missing or out of date."""
    source, folder = PEERS / peer, BUILD / peer
    lock = folder / "made-for.json"
    wanted = (source / "package.json").read_text()
    if not lock.exists() or lock.read_text() != wanted:
        print(f"installing {peer} …", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / "package.json", folder)
        _run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], folder)
        lock.write_text(wanted)
    for program in source.glob("*.mjs"):
        shutil.copy(program, folder)
    return folder


def missing(*programs: str) -> list[str]:
    """Those of these programs that are not on the path."""
    return [program for program in programs if shutil.which(program) is None]


def _run(command: list[str], folder: Path = ROOT) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr[-1000:]}")
