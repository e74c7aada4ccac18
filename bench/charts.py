"""Bars with whiskers and targets as SVG, readable on light and on dark. No library: it is text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LABEL, RIGHT, HEAD = 860, 290, 90, 62
ROW, GAP = 17, 12
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1b1f24 }
  .name { font-size: 16px; font-weight: 600 } .small { font-size: 11px; fill: #57606a }
  .ground { fill: #ffffff } .grid { stroke: #d0d7de } .whisker { stroke: #1b1f24; stroke-width: 1.5 }
  .aim { stroke: #b3261e; stroke-width: 2.5; stroke-dasharray: 4 2 } .aimed { fill: #b3261e; font-size: 11px }
  .s0 { fill: #1f6feb } .s1 { fill: #8c6d1f } .s2 { fill: #1a7f64 } .s3 { fill: #8250df } .s4 { fill: #bf5b04 }
  .s5 { fill: #57606a }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .small { fill: #9da7b3 } .ground { fill: #0d1117 } .grid { stroke: #30363d }
    .whisker { stroke: #e6edf3 } .aim { stroke: #ff8a80 } .aimed { fill: #ff8a80 }
    .s0 { fill: #58a6ff } .s1 { fill: #d4b44c } .s2 { fill: #3fb99a } .s3 { fill: #b392f0 } .s4 { fill: #f0883e }
    .s5 { fill: #8b949e }
  }
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure; ``low`` and ``high`` enclose the middle half of its samples; ``aim`` is drawn as a line."""

    series: str
    value: float
    low: float | None = None
    high: float | None = None
    aim: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    bars: tuple[Bar, ...]


def chart(title: str, unit: str, groups: Sequence[Group], *, log: bool = False) -> str:
    """The picture. Of one series the colour says nothing, so there is no legend."""
    aimed = any(bar.aim is not None for group in groups for bar in group.bars)
    series = list(dict.fromkeys(bar.series for group in groups for bar in group.bars))
    scale = Scale([value for group in groups for bar in group.bars for value in _reach(bar)], log=log)
    rows = list(_rows(groups, series, scale))
    legend = list(_legend(series)) if len(series) > 1 else []
    top = HEAD if legend else HEAD - 18
    height = top + sum(len(group.bars) * ROW + GAP for group in groups) + 34
    said = "; ".join(
        f"{group.label}, {bar.series}: {number(bar.value)} {unit}" for group in groups for bar in group.bars
    )
    kind = f"{unit}{', logarithmic' if log else ''}{'; dashed: the target' if aimed else ''}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="t d">',
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(said)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}" rx="6"/>',
        f'<text class="name" x="16" y="26">{escape(title)}</text>',
        *legend,
        *_grid(scale, top, height - 34, kind),
        f'<g transform="translate(0 {top})">',
        *rows,
        "</g></svg>",
    ]
    return "\n".join(parts) + "\n"


def number(value: float) -> str:
    """As many digits as are worth reading."""
    size = abs(value)
    places = 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2 if size >= 0.1 else 3
    return f"{value:,.{places}f}"


class Scale:
    """Values to pixels."""

    def __init__(self, values: Sequence[float], *, log: bool) -> None:
        most = max(values, default=1) or 1
        least = min((value for value in values if value > 0), default=1)
        self.log = log
        self.low = 10.0 ** math.floor(math.log10(least) - 0.01) if log else 0.0
        self.ticks = self._logarithmic(most) if log else self._even(most)
        self.high = self.ticks[-1]

    def at(self, value: float) -> float:
        if self.log:
            part = math.log10(max(value, self.low) / self.low) / math.log10(self.high / self.low)
        else:
            part = value / self.high
        return LABEL + max(0.0, part) * (WIDTH - LABEL - RIGHT)

    def _logarithmic(self, most: float) -> list[float]:
        first, last = round(math.log10(self.low)), math.ceil(math.log10(most))
        return [10.0**power for power in range(first, max(last, first + 1) + 1)]

    @staticmethod
    def _even(most: float) -> list[float]:
        step = 10.0 ** math.floor(math.log10(most))
        step = next(each for each in (step / 5, step / 2, step, 2 * step) if most / each <= 6)
        return [step * at for at in range(math.ceil(most / step) + 1)]


def _reach(bar: Bar) -> Iterator[float]:
    yield from (value for value in (bar.value, bar.high, bar.aim) if value is not None)


def _rows(groups: Sequence[Group], series: Sequence[str], scale: Scale) -> Iterator[str]:
    y = 0.0
    for group in groups:
        middle = y + len(group.bars) * ROW / 2 + 4
        yield f'<text x="{LABEL - 10}" y="{middle:.0f}" text-anchor="end">{escape(group.label)}</text>'
        for bar in group.bars:
            yield from _bar(bar, series.index(bar.series) % 6, y, scale)
            y += ROW
        aims = {bar.aim for bar in group.bars} - {None}
        if len(aims) == 1:  # one line through all bars it is for
            at, top = scale.at(aims.pop() or 0), y - len(group.bars) * ROW - 2
            yield f'<line class="aim" x1="{at:.1f}" x2="{at:.1f}" y1="{top:.1f}" y2="{y:.1f}"/>'
        y += GAP


def _bar(bar: Bar, colour: int, y: float, scale: Scale) -> Iterator[str]:
    start, end, middle = LABEL, scale.at(bar.value), y + (ROW - 3) / 2
    width = max(end - start, 1)
    yield f'<rect class="s{colour}" x="{start}" y="{y:.1f}" width="{width:.1f}" height="{ROW - 3}" rx="2"/>'
    reach = end
    if bar.low is not None and bar.high is not None:
        low, high = scale.at(bar.low), scale.at(bar.high)
        reach = max(end, high)
        yield (
            f'<path class="whisker" fill="none" d="M{low:.1f} {middle:.1f}H{high:.1f}M{low:.1f} {middle - 4:.1f}v8'
            f'M{high:.1f} {middle - 4:.1f}v8"/>'
        )
    yield f'<text class="small" x="{reach + 6:.1f}" y="{middle + 4:.1f}">{number(bar.value)}</text>'


def _grid(scale: Scale, top: float, bottom: float, kind: str) -> Iterator[str]:
    for tick in scale.ticks:
        x = scale.at(tick)
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 6}" y2="{bottom}"/>'
        shown = f"{tick:,.10g}" if tick < 1e4 else f"{tick:,.0f}"
        yield f'<text class="small" x="{x:.1f}" y="{bottom + 14}" text-anchor="middle">{shown}</text>'
    yield f'<text class="small" x="{LABEL}" y="{bottom + 28}">{escape(kind)}</text>'


def _legend(series: Sequence[str]) -> Iterator[str]:
    x = 16.0
    for at, name in enumerate(series):
        yield f'<rect class="s{at % 6}" x="{x:.0f}" y="36" width="11" height="11" rx="2"/>'
        yield f'<text class="small" x="{x + 15:.0f}" y="46">{escape(name)}</text>'
        x += 30 + 6.2 * len(name)
