"""``make wheel``: the wheel, built twice from the same files, and what it is made of.

The time of the last commit stands in it, not the time of the build (``SOURCE_DATE_EPOCH``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from checks.finding import files_of

ROOT = Path(__file__).parent.parent
WITHOUT_GIT = "1767225600"


def main() -> int:
    """Build, compare, and put the result into ``dist``."""
    dist = ROOT / "dist"
    dist.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        wheels = [build(Path(folder) / name) for name in ("first", "second")]
        digests = [sha256(wheel.read_bytes()).hexdigest() for wheel in wheels]
        for wheel, digest in zip(wheels, digests, strict=True):
            print(f"{digest}  {wheel.name}")
        if digests[0] != digests[1]:
            print("the two builds differ")
            return 1
        shutil.copy(wheels[0], dist)
    bill = dist / (wheels[0].name.removesuffix("-py3-none-any.whl") + ".cdx.json")
    bill_of_materials(bill)
    print(f"dist/{wheels[0].name} and its bill of materials dist/{bill.name}")
    return 0


def build(folder: Path) -> Path:
    """Build the wheel from a fresh copy of the repository's files."""
    for file in files_of(ROOT):
        target = folder / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel"],
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": last_commit()},
        check=True,
        capture_output=True,
    )
    return next((folder / "dist").glob("*.whl"))


def bill_of_materials(file: Path) -> None:
    """Write a CycloneDX account of the wheel and of every locked dependency, with hashes."""
    subprocess.run(
        [sys.executable, "-m", "cyclonedx_py", "requirements", "requirements.lock", "--pyproject", "pyproject.toml",
         "--output-reproducible", "--of", "JSON", "-o", str(file)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )  # fmt: skip


def last_commit() -> str:
    """When the last commit was made, in seconds since the epoch."""
    asked = subprocess.run(
        ["git", "log", "-1", "--format=%ct"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    return os.environ.get("SOURCE_DATE_EPOCH") or asked.stdout.strip() or WITHOUT_GIT


if __name__ == "__main__":
    sys.exit(main())
