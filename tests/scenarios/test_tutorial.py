"""The tutorial, typed as it stands, from an empty folder to a reaction that was only rehearsed, and then a real one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.installation import free_port, until
from tests.support.terminal import converse

PAGE = Path(__file__).parent.parent.parent / "docs" / "tutorial.md"
ODEVENTS = [sys.executable, "-m", "odevents.cli.main"]


def commands() -> list[list[str]]:
    """What the page says to type, in its order, without ``odevents``."""
    typed = re.findall(r"^\$ odevents (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return [line.split() for line in typed]


@contextmanager
def running(folder: Path, arguments: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """One of the commands that go on until Ctrl-C."""
    log = (folder / f"{arguments[0]}.log").open("w")
    process = subprocess.Popen(
        [*ODEVENTS, *arguments], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        log.close()


def test_the_tutorial_leads_from_an_empty_folder_to_a_reaction(tmp_path: Path) -> None:
    simulate, init, up, apply, deliveries, writes, doctor, live = commands()
    assert PAGE.read_text(encoding="utf-8").count("\nEight commands") == 1
    assert init == ["init"]
    port = free_port()
    environment = {**os.environ, "ODEVENTS_PORT": str(port), "NO_COLOR": "1"}

    def odevents(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*ODEVENTS, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60
        )

    with running(tmp_path, [*simulate, "--port", "0", "--rate", "600/min"], environment) as pretend:
        assert pretend.stdout
        base_url = pretend.stdout.readline().split()[1]
        office, _, _, shown = pretend.stdout.readline().split("\t")
        developer_key, _, customer_key = shown.split()[-1].partition("/")
        code, said = converse(
            tmp_path,
            init,
            [
                ("[office]:", office),
                ("v1]:", base_url),
                ("developer key:", developer_key),
                ("customer key:", customer_key),
                ("zone [", ""),
                ("events [", ""),
                ("8320]:", f"http://127.0.0.1:{port}"),
            ],
        )
        assert code == 0, said
        with running(tmp_path, up, environment):
            until(lambda: odevents(*apply).returncode == 0, within=60, what="the subscriptions")
            until(lambda: "dry-run" in odevents(*writes).stdout, within=90, what="a reaction that was rehearsed")
            assert odevents(*deliveries).stdout.count("\n") > 1
            examined = odevents(*doctor)
            assert "✗" not in examined.stdout, examined.stdout
            assert odevents(*live).returncode == 0
            until(lambda: "\tdone\t" in odevents(*writes).stdout, within=90, what="a reaction that was made")
