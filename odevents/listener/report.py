"""The running listener's counters in words, and what to do about those that look wrong."""

from __future__ import annotations

from datetime import datetime

from odevents.listener.selection import SPARED
from odevents.listener.tally import Tally

_ADVICE = {
    "unknown-key": "Open Dental sends another customer key than ours: odevents listen install stores it again",
    "content-type": "if these came from Open Dental, add its media type to [listener] content_types",
    "from-a-browser": "a web page on this machine tried to reach the listener; that is what the refusal is for",
    "other-site": "another site tried to open the page; type its address instead of following a link",
    "foreign-host": "something used another name for this machine; EndPointUrl must say localhost",
    "other-event": "a subscription with a WatchTable points here; only UI events belong on a workstation",
}
_HARMLESS = {"no-such-page", "from-a-browser", "other-site"}


def told(tally: Tally, page: str) -> list[str]:
    """How it stands."""
    lines = [
        f"listening since {_time(tally.started_at)}, odevents {tally.version}",
        f"page       {page} ({tally.screens} open)",
        f"selections {tally.selections}, last {_time(tally.last_selection_at)}; {tally.repeats} sent twice",
    ]
    for name, outlet in tally.outlets.items():
        waiting = f", {outlet.waiting} waiting" if outlet.waiting else ""
        lines.append(f"{name:<10} {outlet.done} done, {outlet.failed} failed{waiting}")
    return [*lines, *(f"refused    {count} x {code}" for code, count in sorted(tally.refused.items()))]


def tested(tally: Tally, page: str) -> list[str]:
    """What a test event set off."""
    shown = f"shown on {tally.screens} open page(s)" if tally.screens else f"no page is open: {page}"
    acted = [
        f"{name}: {outlet.last_failure or 'worked'}" for name, outlet in tally.outlets.items() if name not in SPARED
    ]
    spared = [f"{name}: not tried with an invented patient" for name in SPARED if name in tally.outlets]
    return ["the invented patient was accepted", shown, *acted, *spared]


def findings(tally: Tally) -> list[str]:
    """What somebody should look at, each with what to do."""
    refused = [
        f"! {count} refused ({code}): {_ADVICE.get(code, 'see docs/listener.md')}"
        for code, count in sorted(tally.refused.items())
        if code not in _HARMLESS
    ]
    failing = [f"! {name}: {outlet.last_failure}" for name, outlet in tally.outlets.items() if outlet.last_failure]
    return refused + failing


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S") if seconds else "never"
