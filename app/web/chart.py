"""A chart drawn here, as SVG in the page: no script, no style of its own. Beside each stands the table it shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil

from markupsafe import Markup, escape

# Dark, light with an edge, middle with an edge: told apart without colour, and by their order in the legend.
_FILLS = ("#213458", "#b9c3d6", "#5f7db4", "#e6e9ef")
_WIDTH, _HEIGHT = 900, 330
_LEFT, _TOP, _BOTTOM = 56, 40, 52
_ROW, _NAMES = 32, 300  # of bars that lie: the height of each, and the room for their names
_INK = "#0b0c0c"


def stacked(id_: str, title: str, about: str, labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> Markup:
    """Bars, one a label, each the sum of the series upon each other; the sum stands above it.

    ``title`` and ``about`` are what a screen reader says of it. ``series``: name -> a number for each label.
    """
    sums = [sum(values[place] for values in series.values()) for place in range(len(labels))]
    top = scale(max(sums, default=0))
    parts = [
        Markup(
            '<svg class="app-chart" role="img" aria-labelledby="{0}-title {0}-about" viewBox="0 0 {1} {2}"'
            ' xmlns="http://www.w3.org/2000/svg" font-family="Helvetica, Arial, sans-serif" font-size="14">'
            '<title id="{0}-title">{3}</title><desc id="{0}-about">{4}</desc>'
        ).format(id_, _WIDTH, _HEIGHT, title, about),
        *_legend(series),
        *_lines(top),
        *_bars(labels, series, sums, top),
        Markup("</svg>"),
    ]
    return Markup("").join(parts)


def ranked(id_: str, title: str, about: str, rows: Sequence[tuple[str, int]]) -> Markup:
    """Bars that lie, one a row, the number behind each: for names that are too long to stand under a bar."""
    top = scale(max((number for _, number in rows), default=0))
    height = 20 + _ROW * len(rows)
    parts = [
        Markup(
            '<svg class="app-chart" role="img" aria-labelledby="{0}-title {0}-about" viewBox="0 0 {1} {2}"'
            ' xmlns="http://www.w3.org/2000/svg" font-family="Helvetica, Arial, sans-serif" font-size="14">'
            '<title id="{0}-title">{3}</title><desc id="{0}-about">{4}</desc>'
        ).format(id_, _WIDTH, height, title, about)
    ]
    for place, (label, number) in enumerate(rows):
        y, width = 10 + _ROW * place, (_WIDTH - _NAMES - 70) * number / top
        parts.append(_text(_NAMES - 10, y + 17, label if len(label) <= 38 else f"{label[:37]}…", "end"))
        parts.append(_bar(_NAMES, y, width, _ROW - 8, 0))
        parts.append(_text(_NAMES + width + 8, y + 17, f"{number:,}", "start"))
    return Markup("").join([*parts, Markup("</svg>")])


def scale(most: int) -> int:
    """A round number not below ``most``, and at least 4: the top of the axis, divided by four."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if 4 * step * factor >= most:
                return 4 * step * factor
        step *= 10


def _legend(series: Mapping[str, Sequence[int]]) -> Iterator[Markup]:
    for place, name in enumerate(series):
        left = _LEFT + place * 160
        yield _bar(left, 6, 16, 16, place)
        yield _text(left + 24, 19, name, "start")


def _lines(top: int) -> Iterator[Markup]:
    for quarter in range(5):
        value = top * quarter // 4
        y = _y(value, top)
        yield Markup('<line x1="{}" x2="{}" y1="{y}" y2="{y}" stroke="#7e8589" stroke-width="1"/>').format(
            _LEFT, _WIDTH - 8, y=y
        )
        yield _text(_LEFT - 8, y + 5, f"{value:,}", "end")


def _bars(
    labels: Sequence[str], series: Mapping[str, Sequence[int]], sums: Sequence[int], top: int
) -> Iterator[Markup]:
    slot = (_WIDTH - 8 - _LEFT) / max(1, len(labels))
    every = ceil(len(labels) / 13)  # more names than that run into each other
    for place, label in enumerate(labels):
        left, width, base = _LEFT + slot * place + slot * 0.15, slot * 0.7, 0
        for number, values in enumerate(series.values()):
            if values[place]:
                upper = _y(base + values[place], top)
                yield _bar(left, upper, width, _y(base, top) - upper, number)
                base += values[place]
        middle = left + width / 2
        if sums[place] and every == 1:
            yield _text(middle, _y(base, top) - 6, f"{sums[place]:,}", "middle")
        if place % every == 0:
            for row, word in enumerate(label.split(" ", 1)):
                yield _text(middle, _HEIGHT - _BOTTOM + 20 + 17 * row, word, "middle")


def _y(value: int, top: int) -> float:
    return round(_HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * value / top, 2)


def _bar(x: float, y: float, width: float, height: float, place: int) -> Markup:
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}" stroke-width="1"/>').format(
        round(x, 2), round(y, 2), round(width, 2), round(height, 2), _FILLS[place % len(_FILLS)], _INK
    )


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}" fill="{}">{}</text>').format(
        round(x, 2), round(y, 2), anchor, _INK, escape(text)
    )
