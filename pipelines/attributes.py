"""Elements of more attributes than any page gives them: libxml2 compares each with those before it, so that 60,000 of them,
on a page of 0.65 MB, take it longer than a worker has. The later ones are left out before it reads the page."""

from __future__ import annotations

import re

MOST = 500
"""Attributes of one element; of 873 real pages none has more than 73."""
STEP = 2_000
"""Bytes without a bracket that may be the inside of a long tag; shorter ones have too few attributes to be slow."""
NAME = re.compile(rb"<[A-Za-z][^\s>/]*+")
ATTRIBUTE = re.compile(rb"""[\s/]++[^\s>/=]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"']*+))?""")


def bound(data: bytes) -> bytes:
    """The markup, each element with its first MOST attributes."""
    kept: list[bytes] = []
    at = end = 0
    for place in range(STEP, len(data), STEP):
        if place < end or data.find(b"<", place, place + STEP) >= 0 or data.find(b">", place, place + STEP) >= 0:
            continue
        start = data.rfind(b"<", max(end, place - STEP), place)
        if start < 0 or data.find(b">", start, place) >= 0 or (name := NAME.match(data, start)) is None:
            continue
        end, count, last = name.end(), 0, 0
        while (one := ATTRIBUTE.match(data, end)) is not None:
            end, count = one.end(), count + 1
            if count == MOST:
                last = end
        if count > MOST:
            kept.append(data[at:last])
            at = end
    return b"".join((*kept, data[at:])) if kept else data
