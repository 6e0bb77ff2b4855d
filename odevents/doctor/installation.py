"""The installation: its processes, what was given up on, what is held back, and how the offices' feeds are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from odevents.doctor.findings import Finding, Mark, fine, unknown
from odevents.queues import Work
from odevents.store.refusals import Refusal
from odevents.store.subscriptions_seen import OfficeSeen
from odevents.subscriptions.drift import Drift
from odevents.subscriptions.freshness import FeedState, State
from odevents.subscriptions.lints import LINTS, Lint

_SHOWN = 3
_LATELY = 6 * 3600.0


def judge_processes(workers: Mapping[Work, int], scheduler: bool) -> Iterator[Finding]:
    """Whether somebody works.

    :param workers: how many worker processes are alive for each kind of work there is to do.
    :param scheduler: whether one leads.
    """
    missing = [work for work, number in workers.items() if not number]
    if missing:
        what = f"no worker for {' and '.join(missing)} is alive"
        yield Finding("OD140", Mark.ERROR, what, do="odevents worker (or odevents up)")
    else:
        yield fine("OD140", detail=", ".join(f"{number} {work}" for work, number in workers.items()))
    if scheduler:
        yield fine("OD141")
    else:
        do = "odevents scheduler (or odevents up)"
        yield Finding("OD141", Mark.ERROR, "no scheduler is alive", do=do)


def judge_dead(letters: Sequence[str], more: bool) -> Finding:
    """Dead letters, by their reason codes.

    :param more: whether there are more than these.
    """
    if not letters:
        return fine("OD501")
    codes = ", ".join(sorted(set(letters))[:_SHOWN])
    what = f"{len(letters)}{' or more' if more else ''} dead letters ({codes})"
    return Finding("OD501", Mark.WARNING, what, do="odevents dead list; then requeue or drop them")


def judge_pauses(paused: Sequence[str]) -> Finding:
    """What is held back."""
    if not paused:
        return fine("OD502")
    do = "odevents resume, with the same --office and --reaction, when the reason is gone"
    return Finding("OD502", Mark.WARNING, f"paused: {', '.join(paused)}", do=do, look="odevents pause")


def judge_feeds(judged: Mapping[str, FeedState], office: str) -> Iterator[Finding]:
    """How each feed of one office is, by table."""
    if not judged:
        yield unknown("OD204", "nobody has looked yet; a scheduler does, and odevents freshness", office)
    for table, found in judged.items():
        if not found.code or found.state not in (State.LATE, State.STALE):
            yield fine("OD204", office, f"{table} {found.state}: {found.sentence}")
            continue
        mark = Mark.ERROR if found.state == State.STALE else Mark.WARNING
        look = f"odevents freshness --office {office}"
        yield Finding(found.code, mark, f"{table}: {found.sentence}", office, found.next_step, look)


def judge_refusals(lines: Sequence[Refusal], now: float) -> Finding:
    """Requests that were refused within the last hours."""
    lately = [line for line in lines if now - line.last < _LATELY]
    if not lately:
        return fine("OD403")
    said = "; ".join(
        f"{line.times} times {line.seen.code} from {line.seen.workstation or 'an unnamed machine'}"
        f"{f' at {line.seen.office}' if line.seen.office else ''}"
        for line in lately[:_SHOWN]
    )
    do = "unknown-key and no-key: compare the key in Open Dental with odevents.toml; too-large: ODEVENTS_MAX_BODY_BYTES"
    return Finding("OD403", Mark.WARNING, f"refused: {said}", do=do, look="odevents deliveries list --outcome refused")


def judge_lints(found: Sequence[Lint], office: str) -> Finding:
    """What is declared and will go wrong."""
    if not found:
        return fine("OD212", office)
    said = "; ".join(f"{lint.subscription + ': ' if lint.subscription else ''}{LINTS[lint.code]}" for lint in found)
    steps = "; ".join(lint.text for lint in found)
    return Finding("OD212", Mark.WARNING, said, office, steps, f"odevents subscriptions plan --office {office}")


def judge_mode(mode: str, office: str) -> Finding:
    """Dry-run is where every office begins; nobody needs to do anything."""
    return fine("OD503", office) if mode == "live" else unknown("OD503", "the office is in dry-run mode", office)


def judge_keys(seen: OfficeSeen | None, office: str) -> Finding:
    """Whether one of the office's keys has stopped working."""
    if seen is None or not seen.keys:
        return unknown("OD106", "nobody has looked yet; a scheduler does", office)
    refused = [key for key in seen.keys if key.refused_since]
    if not refused:
        return fine("OD106", office)
    what = f"the office refuses the key {', '.join(key.fingerprint for key in refused)}"
    do = "take it out of customer_key in odevents.toml, or enable it again in Open Dental (Setup, Advanced Setup, API)"
    mark = Mark.ERROR if len(refused) == len(seen.keys) else Mark.WARNING
    return Finding("OD106", mark, what, office, do, f"odevents offices show {office}")


def judge_subscriptions(seen: OfficeSeen | None, office: str) -> Iterator[Finding]:
    """Differences between what is declared and what the office has."""
    if seen is None or not seen.read_at:
        yield unknown("OD211", "nobody has looked yet; odevents subscriptions plan does", office)
        return
    wrong = [drift for drift in seen.drift if Drift(drift.kind).is_difference]
    for drift in wrong:
        do = f"odevents subscriptions plan --office {office}, then apply"
        what = f"{drift.subscription}: {drift.text}"
        yield Finding("OD211", Mark.WARNING, what, office, do)
    if not wrong:
        yield fine("OD211", office)
