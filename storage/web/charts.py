"""Small charts as SVG, drawn on the server: no script, no style attribute, and what they show said in words, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from storage.web.times import span

if TYPE_CHECKING:
    from collections.abc import Sequence

HEIGHT: Final = 32
_STEP: Final = 4
_GAP: Final = 1

DELAYS: Final = ((60, "1 min"), (300, "5 min"), (900, "15 min"), (3600, "1 h"), (21600, "6 h"), (float("inf"), "more"))
"""Upper ends of the classes of delays, in seconds, and their words."""


def spread(delays: Sequence[float]) -> list[int]:
    """How many delays (seconds) are in each class of `DELAYS`; one before its publication counts as none."""
    counts = [0] * len(DELAYS)
    for delay in delays:
        counts[next(i for i, (end, _) in enumerate(DELAYS) if delay < end or end == float("inf"))] += 1
    return counts


def median(values: Sequence[float]) -> float | None:
    """The middle one, or the mean of the two middle ones; None without any."""
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def bars(values: Sequence[float | None], words: str, tips: Sequence[str] = (), *, step: int = _STEP) -> Markup:
    """A bar a value, as high as its share of the greatest; None: nothing is known there. `words`: what the chart shows and what
    of it matters, for those who do not see it; `tips`: of each bar. Without them the bars of a kind are one shape, a tenth of
    the bytes: a page of the sources has thousands."""
    top = max((value for value in values if value is not None), default=0) or 1
    drawn: list[str] = []  # put together by hand: `Markup.format` took half a second for a page of 130 sources
    shapes: dict[str, str] = {}
    for place, value in enumerate(values):
        height = 0.0 if not value or value <= 0 else max(1.5, value / top * (HEIGHT - 2))
        kind = "bar" if height else "none" if value is None else "zero"
        height = max(height, 1)
        if tips:
            tip = f"<title>{escape(tips[place])}</title>" if place < len(tips) else ""
            size = f'width="{step - _GAP}" height="{height:.1f}"'
            drawn.append(f'<rect class="{kind}" x="{place * step}" y="{HEIGHT - height:.1f}" {size}>{tip}</rect>')
        elif value is not None:
            shapes[kind] = f"{shapes.get(kind, '')}M{place * step} {HEIGHT}v-{height:.1f}h{step - _GAP}v{height:.1f}z"
    drawn += [f'<path class="{kind}" d="{shape}"/>' for kind, shape in shapes.items()]
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}" preserveAspectRatio="none">'
        "{}</svg>"
    ).format(len(values) * step - _GAP, HEIGHT, len(values) * step - _GAP, HEIGHT, words, Markup("".join(drawn)))  # noqa: S704 - numbers, and tips that are escaped


def stories(counts: Sequence[int], hours: Sequence[str], *, told: bool = True) -> Markup:
    """New articles an hour; `hours`: `2026-11-22T14`, UTC, of each. `told`: each bar says what it is."""
    if not counts or not max(counts):
        words = f"No new article in {len(counts)} hours"
    else:
        busiest = max(range(len(counts)), key=lambda place: counts[place])
        words = (
            f"{sum(counts)} new articles in {len(counts)} hours; the most, {counts[busiest]}, in the hour from "
            f"{hours[busiest][11:]}:00 UTC; {counts[-1]} in this hour"
        )
    tips = (
        [f"{hour[:10]} {hour[11:]}:00 UTC: {count}" for hour, count in zip(hours, counts, strict=True)] if told else []
    )
    return bars(counts, words, tips)


def delays(counts: Sequence[int], *, told: bool = True) -> Markup:
    """Articles by their delay from publication to storage, in the classes of `DELAYS`. `told`: each bar says what it is."""
    known = [f"{count} {_within(place)}" for place, count in enumerate(counts) if count]
    words = f"Delay from publication to storage: {', '.join(known)}" if known else "No delay known"
    tips = [f"{_within(place)}: {count}" for place, count in enumerate(counts)]
    return bars(counts, words, tips if told else (), step=14)


def medians(values: Sequence[float | None], hours: Sequence[str]) -> Markup:
    """The median delay of each hour, in seconds."""
    known = [(value, hour) for value, hour in zip(values, hours, strict=True) if value is not None]
    if known:
        worst, hour = max(known)
        words = f"Median delay an hour: the longest, {span(worst)}, in the hour from {hour[11:]}:00 UTC of {hour[:10]}"
    else:
        words = "No delay known"
    tips = [
        f"{hour[:10]} {hour[11:]}:00 UTC: {'none' if value is None else span(value)}"
        for hour, value in zip(hours, values, strict=True)
    ]
    return bars(values, words, tips)


def _within(place: int) -> str:
    return f"within {DELAYS[place][1]}" if place < len(DELAYS) - 1 else f"later than {DELAYS[place - 1][1]}"
