"""Putting the figures of a run where readers find them: the table of docs/performance.md, the charts, the JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from bench.chart import Group, bars
from bench.environments import ROOT
from bench.line import Form, Line
from bench.report import as_json, figure, shortfalls

PAGE = ROOT / "docs" / "performance.md"
RESULTS = ROOT / "bench" / "results" / "latest.json"
CHARTS = ROOT / "docs" / "charts"
BEGIN, END = "<!-- figures: begin -->\n", "<!-- figures: end -->\n"


def publish(lines: Sequence[Line], form: Form) -> None:
    """Write them."""
    found = as_json(lines, form)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + BEGIN + table(lines, found) + END + rest.partition(END)[2])
    CHARTS.mkdir(exist_ok=True)
    if accepted := _groups(lines, "deliveries/s", "per_second", "16 connections"):
        (CHARTS / "accepted.svg").write_text(
            bars("Acknowledged deliveries per second, on disk; 16 connections", "/s", accepted)
        )
    if understood := _groups(lines, "rows understood/s", "rows_per_second", "all changed"):
        (CHARTS / "understood.svg").write_text(bars("Rows understood per second, one worker", "/s", understood))


def table(lines: Sequence[Line], found: dict[str, Any]) -> str:
    """The lines as Markdown, and what they were measured on."""
    machine, versions = found["machine"], found["versions"]
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    load = ", ".join(f"{each:.1f}" for each in machine["load_average"])
    head = [
        f"{shortfalls(lines)} Measured {found['when'][:10]} by the {found['form']['name']} form on {machine['cores']} "
        f"cores ({machine['processor']}), load {load} at the end. {named}.",
        "",
        "| measure | at | against | goal | median | lowest … highest | |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *map(_row, lines)]) + "\n"


def _row(line: Line) -> str:
    if not line.results:
        return f"| {line.measure} | {line.at} | | | {line.note} | | |"
    goal = f"{'≥' if line.at_least else '≤'} {line.goal:g} {line.unit}" if line.goal is not None else ""
    low, high = line.spread
    verdict = "**falls short**" if line.verdict == "falls short" else line.verdict
    against = line.against or line.note
    return (
        f"| {line.measure} | {line.at} | {against} | {goal} | {figure(line.result)} {line.unit} "
        f"| {figure(low)} … {figure(high)} | {verdict} |"
    )


def _groups(lines: Iterable[Line], measure: str, value: str, at: str) -> dict[str, Group]:
    return {
        line.at: {name: found[value] for name, found in line.values.items() if name != "f0" and found.get(value)}
        for line in lines
        if line.measure == measure and line.values and at in line.at
    }
