"""Charts of a bench's rows as SVG: bars and lines, written here, so that a chart needs no library and the same rows give the
same bytes.

Text stays text; a chart has a title and a description with its values. It is drawn on a ground of its own, light or dark as
the reader prefers, so that it can be read on any page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Row = dict[str, Any]

WIDTH = 760
_LETTER = 6.9
"""Pixels of a letter, roughly, at 13 pixels: what a label needs of room."""
_BAR, _GAP = 18, 10
_HUES = (("#0b62a4", "#6cb4f0"), ("#b4520a", "#f0a05a"), ("#2b7a4b", "#72c795"), ("#7a3f98", "#c79be0"),
         ("#6b5b00", "#d8c34a"), ("#5f6b76", "#a9b4bf"))  # fmt: skip
"""Of each series: in the light, in the dark; each at least 3 to 1 against its ground (WCAG 2.2, 1.4.11)."""
_STYLE = "".join(
    (
        "text{font:13px system-ui,-apple-system,'Segoe UI',sans-serif;fill:#1b1f24}",
        ".title{font-weight:600;font-size:15px}.small{font-size:12px;fill:#4a5560}.ground{fill:#fff}",
        ".rule{stroke:#c9d1d9}.limit{stroke:#b3261e;stroke-dasharray:5 4;stroke-width:1.5}.least{fill:#b3261e}",
        *(f".s{at}{{fill:{light}}}.l{at}{{stroke:{light}}}" for at, (light, _) in enumerate(_HUES)),
        "@media (prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#aab6c2}.ground{fill:#15191e}",
        ".rule{stroke:#3a434d}.limit{stroke:#ff8a80}.least{fill:#ff8a80}",
        *(f".s{at}{{fill:{dark}}}.l{at}{{stroke:{dark}}}" for at, (_, dark) in enumerate(_HUES)),
        "}",
    )
)


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar for each row: `label` is the column of names, `values` the columns drawn (several: beside one another, or
    `stacked`). `limit`: where the target lies."""

    title: str
    label: str
    values: tuple[str, ...]
    unit: str = ""
    limit: float | None = None
    stacked: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """A line for each of the columns `values` over the column `x`; with `logarithmic` on both axes."""

    title: str
    x: str
    values: tuple[str, ...]
    unit: str = ""
    limit: float | None = None
    logarithmic: bool = False


Chart = Bars | Lines


def shown(value: Any) -> str:
    """A value of a table as it is written: three digits that say something."""
    if value is None:
        return "-"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:,.0f}"
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(digits, 5)}f}"


def draw(chart: Chart, rows: Sequence[Row]) -> str:
    """The chart as a document of its own. Raises ValueError where no row has a value for it."""
    if not any(_number(row.get(name)) is not None for row in rows for name in chart.values):
        raise ValueError(f"chart {chart.title!r}: no row has a number in {', '.join(chart.values)}")
    body, height = _bars(chart, rows) if isinstance(chart, Bars) else _lines(chart, rows)
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
            ' role="img" aria-labelledby="title told">',
            f'<title id="title">{escape(chart.title)}</title>',
            f'<desc id="told">{escape(told(chart, rows))}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect class="ground" width="{WIDTH}" height="{height}" rx="6"/>',
            _text(16, 26, chart.title + (f" ({chart.unit})" if chart.unit else ""), "title"),
            *body,
            "</svg>\n",
        )
    )


def told(chart: Chart, rows: Sequence[Row]) -> str:
    """What the chart shows, in words."""
    label = chart.label if isinstance(chart, Bars) else chart.x
    unit = f" {chart.unit}" if chart.unit else ""
    parts = []
    for row in rows:
        values = [f"{name} {shown(row[name])}" for name in chart.values if _number(row.get(name)) is not None]
        if values:
            parts.append(f"{shown(row.get(label))}: {', '.join(values)}{unit}")
    limit = f". Target: {shown(chart.limit)}{unit}" if chart.limit is not None else ""
    return "; ".join(parts) + limit + "."


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    placed = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{named}{placed}>{escape(text)}</text>'


def _legend(names: Sequence[str], y: float) -> list[str]:
    """The names of the series, each beside its colour; none where there is only one."""
    found, x = [], 16.0
    for at, name in enumerate(names if len(names) > 1 else ()):
        found.append(f'<rect class="s{at % len(_HUES)}" x="{x:.1f}" y="{y - 10:.1f}" width="11" height="11"/>')
        found.append(_text(x + 16, y, name, "small"))
        x += 34 + len(name) * _LETTER
    return found


def _bars(chart: Bars, rows: Sequence[Row]) -> tuple[list[str], int]:
    given = [row for row in rows if any(_number(row.get(name)) is not None for name in chart.values)]
    totals = [sum(_number(row.get(name)) or 0.0 for name in chart.values) for row in given]
    each = totals if chart.stacked else [_number(row.get(name)) or 0.0 for row in given for name in chart.values]
    top = max((*each, chart.limit or 0.0)) or 1.0
    left = min(320.0, 24 + max(len(shown(row.get(chart.label))) for row in given) * _LETTER)
    scale = (WIDTH - left - 90) / top
    y = 64.0 if len(chart.values) > 1 else 44.0
    first, found = y, _legend(chart.values, 48)
    for row, total in zip(given, totals, strict=True):
        high = _BAR if chart.stacked or len(chart.values) == 1 else (_BAR - 4) * len(chart.values)
        found.append(_text(left - 8, y + high / 2 + 5, shown(row.get(chart.label)), anchor="end"))
        x = left
        for at, name in enumerate(chart.values):
            value = _number(row.get(name))
            if value is None:
                continue
            size = f'width="{max(0.5, value * scale):.1f}"'
            if chart.stacked:
                found.append(
                    f'<rect class="s{at % len(_HUES)}" x="{x:.1f}" y="{y:.1f}" {size} height="{_BAR}"><title>'
                    f"{escape(name)}: {shown(value)}</title></rect>"
                )
                x += value * scale
                continue
            low = y + at * (_BAR - 4) if len(chart.values) > 1 else y
            thick = _BAR - 5 if len(chart.values) > 1 else _BAR
            found.append(f'<rect class="s{at % len(_HUES)}" x="{left:.1f}" y="{low:.1f}" {size} height="{thick}"/>')
            found.append(_text(left + value * scale + 6, low + thick / 2 + 4.5, shown(value), "small"))
        if chart.stacked:
            found.append(_text(x + 6, y + _BAR / 2 + 4.5, shown(total), "small"))
        y += high + _GAP
    if chart.limit is not None:
        at_x = left + chart.limit * scale
        found.append(f'<line class="limit" x1="{at_x:.1f}" x2="{at_x:.1f}" y1="{first - 6:.1f}" y2="{y:.1f}"/>')
        found.append(_text(at_x, y + 14, f"target {shown(chart.limit)}", "small least", "middle"))
        y += 18
    return found, round(y + 8)


def _lines(chart: Lines, rows: Sequence[Row]) -> tuple[list[str], int]:
    given = [row for row in rows if _number(row.get(chart.x)) is not None]
    xs = [float(row[chart.x]) for row in given]
    ys = [value for row in given for name in chart.values if (value := _number(row.get(name))) is not None]
    left, right, top, foot = 76.0, WIDTH - 24.0, 66.0, 326.0
    high = max((*ys, chart.limit or 0.0)) or 1.0
    least = min(value for value in (*ys, *([chart.limit] if chart.limit else ())) if value > 0)
    low = 10 ** math.floor(math.log10(least)) if chart.logarithmic else 0.0
    ceiling = 10 ** math.ceil(math.log10(high)) if chart.logarithmic else high * 1.08
    across, along = (
        _axis(min(xs), max(xs), left, right, chart.logarithmic),
        _axis(low, ceiling, foot, top, chart.logarithmic),
    )
    found = _legend(chart.values, 48)
    for tick in _ticks(low, ceiling, chart.logarithmic):
        y = along(tick)
        found.append(f'<line class="rule" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        found.append(_text(left - 8, y + 4, shown(tick), "small", "end"))
    free = right  # labels from the right: where two would lie on one another, the greater number is written
    for value in sorted(set(xs), reverse=True):
        text, x = shown(int(value) if value.is_integer() else value), across(value)
        if x + len(text) * _LETTER / 2 <= free or value == max(xs):
            found.append(_text(x, foot + 20, text, "small", "end" if value == max(xs) else "middle"))
            free = x - len(text) * _LETTER - 6
    found.append(_text((left + right) / 2, foot + 40, chart.x, "small", "middle"))
    if chart.limit is not None:
        y = along(chart.limit)
        found.append(f'<line class="limit" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        found.append(_text(right, y - 5, f"target {shown(chart.limit)}", "small least", "end"))
    for at, name in enumerate(chart.values):
        points = [
            (across(float(row[chart.x])), along(max(value, low)))
            for row in given
            if (value := _number(row.get(name))) is not None
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        hue = at % len(_HUES)
        found.append(f'<polyline class="l{hue}" fill="none" stroke-width="2" points="{path}"/>')
        found += [f'<circle class="s{hue}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in points]
    return found, round(foot + 52)


def _axis(low: float, high: float, start: float, end: float, logarithmic: bool) -> Callable[[float], float]:
    """Where a value lies between two pixels."""

    def scaled(value: float) -> float:
        return math.log10(value) if logarithmic else value

    first = scaled(low)
    span = (scaled(high) - first) or 1.0
    return lambda value: start + (scaled(value) - first) / span * (end - start)


def _ticks(low: float, high: float, logarithmic: bool) -> list[float]:
    if logarithmic:
        first, last = round(math.log10(low)), round(math.log10(high))
        return [10.0**power for power in range(first, last + 1)]
    step = 10 ** math.floor(math.log10(high))
    step = next(each for each in (step / 5, step / 2, step, step * 2) if high / each <= 6)
    return [step * number for number in range(int(high / step) + 1)]


def as_data(chart: Chart) -> Row:
    """What `from_data` makes the chart of again."""
    kind = {"kind": "bars", "label": chart.label, "stacked": chart.stacked} if isinstance(chart, Bars) else {
        "kind": "lines", "x": chart.x, "logarithmic": chart.logarithmic}  # fmt: skip
    return {**kind, "title": chart.title, "values": list(chart.values), "unit": chart.unit, "limit": chart.limit}


def from_data(data: Mapping[str, Any]) -> Chart:
    """The chart that `as_data` wrote down."""
    given = {**data, "values": tuple(data["values"])}
    return Bars(**given) if given.pop("kind") == "bars" else Lines(**given)
