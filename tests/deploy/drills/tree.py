"""A Debian in a folder, with the locked wheels beside it, so that what is tried in it needs no network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.deploy.drills.ground import ROOT, run

PACKAGES = {"mmdebstrap": "mmdebstrap", "unshare": "util-linux", "ip": "iproute2"}
SUITE = "bookworm"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
FETCH = """
set -eu
for lock in requirements.lock requirements-build.lock; do cp {root}/$lock "$1/var/tmp/"; done
if [ -e {certificates} ]; then cp {certificates} "$1/var/tmp/certificates"; export PIP_CERT=/var/tmp/certificates; fi
mkdir "$1/wheels"
chroot "$1" python3 -m venv /var/tmp/fetch
for lock in requirements.lock requirements-build.lock; do
  chroot "$1" /var/tmp/fetch/bin/pip download -q --require-hashes --only-binary :all: -r /var/tmp/$lock -d /wheels
done
rm -rf "$1"/var/tmp/*
"""


def debian(folder: Path, packages: Sequence[str], *, wheels: str) -> Path:
    """Make it: a small Debian with Python and these packages, and the wheels of both locks in ``/wheels``.

    :param wheels: where its pip shall look for them, instead of the network.
    """
    tree = folder / "tree"
    script = folder / "fetch"
    script.write_text(FETCH.format(root=ROOT, certificates=CERTIFICATES))
    script.chmod(0o755)
    passed_on = ("PATH", "HOME", "TMPDIR", "PIP_INDEX_URL", "http_proxy", "https_proxy", "no_proxy")
    environment = {name: value for name, value in os.environ.items() if name in passed_on}
    run(
        "mmdebstrap", "--variant=minbase", "--quiet", '--aptopt=APT::Install-Recommends "false"',
        f"--include={','.join(('python3', 'python3-venv', *packages))}",
        f"--customize-hook=sh {script} \"$1\"", SUITE, str(tree),
        within=600, environment=environment,
    )  # fmt: skip
    (tree / "etc" / "pip.conf").write_text(f"[global]\nno-index = true\nfind-links = {wheels}\n")
    return tree


def lay(target: Path, *names: str) -> None:
    """Put files and folders of the repository where a reader of the how-to has them."""
    for name in names:
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, place)
