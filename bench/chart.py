"""Charts of the figures, as SVG that needs nothing: groups of horizontal bars, each group on its own scale."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

Group = Mapping[str, float]
"""Contender -> figure."""

WIDTH, LEFT, RIGHT = 720, 150, 90
_BAR, _GAP, _HEAD = 15, 4, 26
_OURS, _OTHER, _FLOOR = "#0b6e4f", "#9aa5b1", "#52606d"
_FLOORS = ("f0", "f1")


def bars(title: str, unit: str, groups: Mapping[str, Group]) -> str:
    """A chart.

    :param groups: heading -> its bars, in the order to draw.
    """
    parts, y = [f'<text x="0" y="16" font-size="15" font-weight="600">{escape(title)}</text>'], 24
    for heading, group in groups.items():
        y += _HEAD
        parts.append(f'<text x="0" y="{y - 8}" fill="#52606d">{escape(heading)}</text>')
        most = max(group.values(), default=1.0)
        for name, figure in group.items():
            parts += _bar(name, figure, f"{figure:,.0f} {unit}", y, (WIDTH - LEFT - RIGHT) * figure / most)
            y += _BAR + _GAP
    label = "; ".join(
        f"{heading}: " + ", ".join(f"{n} {f:,.0f}" for n, f in g.items()) for heading, g in groups.items()
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 8}" width="{WIDTH}" height="{y + 8}" '
        f'font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="{escape(f"{title}. {label}")}">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>\n'
    )


def _bar(name: str, figure: float, said: str, y: int, width: float) -> list[str]:
    colour = _OURS if name == "odevents" else _FLOOR if name in _FLOORS else _OTHER
    middle = y + _BAR - 4
    return [
        f'<text x="{LEFT - 8}" y="{middle}" text-anchor="end">{escape(name)}</text>',
        f'<rect x="{LEFT}" y="{y}" width="{max(width, 1):.1f}" height="{_BAR}" fill="{colour}">'
        f"<title>{figure:g}</title></rect>",
        f'<text x="{LEFT + max(width, 1) + 6:.1f}" y="{middle}" fill="#323f4b">{escape(said)}</text>',
    ]
