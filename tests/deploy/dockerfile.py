"""The Dockerfile's first stage, carried out by hand in a folder, where there is no engine to build an image with.

``make image-by-hand`` runs it: the same commands with ``/opt`` and ``/src`` inside the folder, then what the image
starts. It does not show that an engine builds the file, and nothing of its second stage but the program.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def instructions(text: str) -> list[tuple[str, str]]:
    """Instruction and arguments, continued lines joined."""
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    told = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in told]


def build(folder: Path) -> Path:
    """Carry the first stage out; give the program it made."""
    source, opt = folder / "src", folder / "opt"
    source.mkdir(parents=True)
    stages = 0
    for instruction, arguments in instructions((ROOT / "Dockerfile").read_text()):
        stages += instruction == "FROM"
        if stages > 1:
            break
        if instruction == "COPY":
            *names, target = arguments.split()
            for name in names:
                place = source / target / name if target == "./" else source / target
                copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
                copy(ROOT / name, place)
        elif instruction == "RUN":
            command = arguments.replace("/opt/", f"{opt}/").replace("python -m venv", f"{sys.executable} -m venv")
            print(f"+ {command.replace(str(folder), '')}", flush=True)
            subprocess.run(["sh", "-euc", command], cwd=source, check=True)
    return opt / "odevents" / "bin" / "odevents"


def main() -> int:
    """Build, and start it with an empty environment."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = build(folder)
        for arguments in (["--version"], ["check", str(ROOT / "odevents.example.toml"), "--without-secrets"]):
            run = subprocess.run([program, *arguments], env={}, cwd="/", capture_output=True, text=True, check=False)
            print(f"$ odevents {' '.join(arguments)}\n{run.stdout}{run.stderr}", end="")
            if run.returncode:
                return 1
        tools = [name for name in ("hatchling", "pytest", "mypy") if list(program.parent.glob(f"{name}*"))]
        print(f"tools of the build in the result: {tools or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
