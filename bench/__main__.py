"""``make bench``: measure, print the table, keep the figures.

python -m bench [--full] [--write] [--only accept …]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from bench.environments import ROOT, install_peers
from bench.line import FULL, SHORT, Form, Line
from bench.publish import publish
from bench.report import as_json, heading, row, shortfalls

MEASURES = ("accept", "understand", "reaction", "memory", "growth", "start", "backlog", "fleet", "scaling")
WITH_PEERS = {"accept", "understand", "reaction"}
LONG = ("backlog", "fleet", "scaling")
"""Only in the full form, unless asked for: they need minutes each."""


def main() -> None:
    """Run the measures, and print each line as soon as it is there."""
    options = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    options.add_argument("--full", action="store_true", help="the long form, for publishing")
    options.add_argument("--write", action="store_true", help="write the table of docs/performance.md and the charts")
    options.add_argument("--only", nargs="+", choices=MEASURES, help="these measures alone")
    options.add_argument("--json", type=Path, default=ROOT / "build" / "bench" / "latest.json")
    chosen = options.parse_args()
    form = FULL if chosen.full else SHORT
    lines: list[Line] = []
    names = chosen.only or [name for name in MEASURES if form.full or name not in LONG]
    if WITH_PEERS.intersection(names):
        install_peers()
    print(heading(), flush=True)
    for name in names:
        for line in lines_of(name, form):
            lines.append(line)
            print(row(line), flush=True)
    print(shortfalls(lines))
    if chosen.write:
        publish(lines, form)
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(as_json(lines, form), indent=1) + "\n")
    print(f"figures: {chosen.json}", file=sys.stderr)


def lines_of(name: str, form: Form) -> Iterator[Line]:
    """The lines of one measure; one that breaks down says so and keeps no other from being measured."""
    try:
        yield from import_module(f"bench.measures.{name}").measure(form)
    except (RuntimeError, OSError, AssertionError) as error:
        yield Line(name, "", note=f"broke down: {error}")


if __name__ == "__main__":
    main()
