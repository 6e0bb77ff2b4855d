"""Which of an office's subscriptions is which of those declared. Pure.

First what has the declared name and watches the same; then what watches the same and was ours under another name; then
what has the declared name and watches something else, which has to be replaced. Everything else of ours is superfluous,
and what is not ours is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from odevents.subscriptions.actual import Held
from odevents.subscriptions.declared import Declared
from odevents.subscriptions.marks import LISTENER, agrees, is_listener


@dataclass
class Matched:
    """The office's subscriptions, sorted by what they are to us.

    :ivar pairs: by declared name, what stays, changed in place where need be.
    :ivar replaced: by declared name, what cannot be changed into what is declared.
    :ivar left_over: by declared name, what was replaced already and is still there.
    :ivar duplicates: the same name, source and key as one of the pairs.
    :ivar undeclared: ours and not declared.
    """

    pairs: dict[str, Held] = field(default_factory=dict)
    replaced: dict[str, Held] = field(default_factory=dict)
    left_over: dict[str, list[Held]] = field(default_factory=dict)
    duplicates: list[Held] = field(default_factory=list)
    undeclared: list[Held] = field(default_factory=list)
    not_ours: list[Held] = field(default_factory=list)


def match(
    office: str, declared: Sequence[Declared], held: Sequence[Held], now: datetime, public_url: str | None
) -> Matched:
    """Sort what an office has."""
    matched = Matched()
    ours = [found for found in held if is_ours(found, office)]
    matched.not_ours = [found for found in held if found not in ours and found.mark.state != "removed"]
    best_first = sorted(ours, key=lambda found: _rank(found, now, public_url))
    free = _same_name(matched, declared, best_first)
    free = _another_name(matched, declared, free, public_url)
    free = _another_source(matched, declared, free, public_url)
    for found in free:
        _sort_superfluous(matched, declared, found, public_url)
    return matched


def is_ours(held: Held, office: str) -> bool:
    """Whether mark and endpoint say that it was made by what ``odevents.toml`` declared, here or at another host."""
    mark = held.mark
    if not mark.name or mark.state == "removed" or mark.name == LISTENER:
        return False
    return agrees(held.row.EndPointUrl, office, mark.name)


def _rank(held: Held, now: datetime, public_url: str | None) -> tuple[bool, int, bool, datetime, int]:
    """The best of several that could be the same comes first: running here, and with the oldest cursor."""
    elsewhere = not is_here(held, public_url)
    return elsewhere, held.key, held.is_stopped(now), held.row.DateTimeStart or now, held.number


def is_here(held: Held, public_url: str | None) -> bool:
    """Whether it sends to this installation's receiver, or to a listener on its own machine."""
    return held.is_below(public_url) or is_listener(held.row.EndPointUrl)


def _same_name(matched: Matched, declared: Sequence[Declared], ours: list[Held]) -> list[Held]:
    for wanted in declared:
        alike = (
            found for found in ours if (found.mark.name, found.source, found.key) == (wanted.name, wanted.source, 0)
        )
        if found := next(alike, None):
            matched.pairs[wanted.name] = found
    return _without(ours, matched.pairs)


def _another_name(
    matched: Matched, declared: Sequence[Declared], free: list[Held], public_url: str | None
) -> list[Held]:
    paired = {(wanted.name, wanted.source) for wanted in declared if wanted.name in matched.pairs}
    for wanted in declared:
        if wanted.name in matched.pairs:
            continue
        for found in free:
            fits = found.source == wanted.source and found.key == 0 and is_here(found, public_url)
            if fits and (found.mark.name, found.source) not in paired and found not in matched.pairs.values():
                matched.pairs[wanted.name] = found
                break
    return _without(free, matched.pairs)


def _another_source(
    matched: Matched, declared: Sequence[Declared], free: list[Held], public_url: str | None
) -> list[Held]:
    for wanted in declared:
        same_name = [found for found in free if found.mark.name == wanted.name and is_here(found, public_url)]
        same_source_first = sorted(same_name, key=lambda found: found.source != wanted.source)
        if wanted.name not in matched.pairs and same_source_first:
            matched.replaced[wanted.name] = same_source_first[0]
    return _without(free, matched.replaced)


def _sort_superfluous(matched: Matched, declared: Sequence[Declared], found: Held, public_url: str | None) -> None:
    name = found.mark.name
    kept = matched.pairs.get(name)
    if not is_here(found, public_url):
        matched.not_ours.append(found)  # another installation's: the same names at another host
    elif kept and kept.mark.name == name and (kept.source, kept.key) == (found.source, found.key):
        matched.duplicates.append(found)
    elif any(wanted.name == name for wanted in declared) and (found.key > 0 or found.source != _source(declared, name)):
        matched.left_over.setdefault(name, []).append(found)
    else:
        matched.undeclared.append(found)


def _source(declared: Sequence[Declared], name: str) -> str:
    return next(wanted.source for wanted in declared if wanted.name == name)


def _without(held: list[Held], taken: dict[str, Held]) -> list[Held]:
    used = {(found.key, found.number) for found in taken.values()}
    return [found for found in held if (found.key, found.number) not in used]
