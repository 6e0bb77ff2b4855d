"""What a check has found, and which files it looks at."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not be there. It never holds what was found: that may be a secret."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


def files_of(root: Path) -> Iterator[Path]:
    """Every file of the repository, also those that are not committed yet; without git, every file."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        yield from (file for file in root.rglob("*") if file.is_file() and not hidden(file.relative_to(root)))
        return
    names = listed.stdout.decode().split("\0")
    yield from (root / name for name in names if name and (root / name).is_file())


def hidden(file: Path) -> bool:
    """Whether a file lies in a folder that tools keep for themselves."""
    return any(part.startswith(".") or part == "__pycache__" for part in file.parts[:-1])
