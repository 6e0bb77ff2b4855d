"""Small charts as inline SVG, each with its words for whoever does not see it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

_HEIGHT = 32
_GAP = 0.25
_FEW = 5


def bars(values: Sequence[float], words: str) -> Markup:
    """One bar a value, oldest on the left."""
    top = max([*values, 1])
    shapes = "".join(
        f'<rect x="{index + _GAP / 2:.2f}" y="{_HEIGHT - height:.1f}" width="{1 - _GAP}" height="{height:.1f}"/>'
        for index, value in enumerate(values)
        if (height := _HEIGHT * value / top) > 0
    )
    base = f'<line class="base" x1="0" x2="{len(values)}" y1="{_HEIGHT - 0.5}" y2="{_HEIGHT - 0.5}"/>'
    return Markup(  # noqa: S704  numbers only; the words are escaped
        f'<svg class="chart" viewBox="0 0 {len(values)} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(words)}">{base}{shapes}</svg>'
    )


def strip(values: Sequence[int], words: str) -> Markup:
    """One cell a value, darker for more, oldest on the left."""
    shapes = "".join(
        f'<rect class="{_shade(value)}" x="{index + 0.06:.2f}" y="0" width="0.88" height="10"/>'
        for index, value in enumerate(values)
    )
    return Markup(  # noqa: S704  numbers only; the words are escaped
        f'<svg class="strip" viewBox="0 0 {len(values)} 10" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(words)}">{shapes}</svg>'
    )


def _shade(value: int) -> str:
    if value <= 0:
        return "c0"
    return "c1" if value == 1 else "c2" if value <= _FEW else "c3"
