"""Rights that a page reserves: `X-Robots-Tag` and robots meta (noindex, noarchive, none), and TDMRep. Pure.

X-Robots-Tag is de facto (draft-illyes-repext); `tdm-reservation: 1` is the W3C community group's TDMRep of 2024-05-10,
the opt-out of article 4 of the EU's directive on copyright. Where one speaks, no text of the page is kept. TDMRep's third
form, a file at /.well-known/tdmrep.json, is not asked for (docs/design.md says why).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.politeness.fields import Fields, pairs
from pipelines.unavailable import unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

AGENT = "dateline"

_RESERVING = frozenset({"noindex", "noarchive", "nocache", "none"})
"""What forbids keeping a copy; nosnippet, nofollow and noimageindex do not."""

_WITH_VALUE = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
_PREFIX = re.compile(r"\s*([A-Za-z0-9_-]+)\s*:\s*(.*)", re.DOTALL)


def reserved(headers: Fields, html_meta: Fields | None = None, *, at: str = "") -> str | None:
    """The words by which a page reserves its text, for all robots or ours (`X-Robots-Tag: noarchive`); else None.

    `headers`: best as pairs; in a mapping of joined values, a rule after another robot's name counts as that robot's.
    `html_meta`: (name, content) of its meta tags, if read. TDMRep in the page goes before the header's. `at`: when it was
    fetched, which an `unavailable_after` is measured by.
    """
    fields = pairs(headers)
    meta = pairs(html_meta or ())
    for name, value in fields:
        if name == "x-robots-tag" and (word := _reserving(list(_for_us(value)), at)):
            return f"X-Robots-Tag: {word}"
    for name, value in meta:
        if name in {"robots", AGENT} and (word := _reserving(value.split(","), at)):
            return f"meta {name}: {word}"
    return _tdm(meta, "meta tdm-reservation: 1") if _has_tdm(meta) else _tdm(fields, "tdm-reservation: 1")


def _for_us(value: str) -> Iterable[str]:
    """The rules of one header line that are for every robot or for ours; `bot:` speaks for what follows it."""
    ours = True
    for part in value.split(","):
        rule = part
        if (found := _PREFIX.match(part)) and found.group(1).lower() not in _WITH_VALUE:
            ours = found.group(1).lower() in {AGENT, "*", "robots"}
            rule = found.group(2)
        if ours:
            yield rule


def _reserving(rules: Sequence[str], at: str) -> str | None:
    return next((word for rule in rules if (word := rule.strip().lower()) in _RESERVING), unavailable(rules, at))


def _has_tdm(fields: tuple[tuple[str, str], ...]) -> bool:
    return any(name == "tdm-reservation" and value in {"0", "1"} for name, value in fields)


def _tdm(fields: tuple[tuple[str, str], ...], words: str) -> str | None:
    """Reserved by `1`; the policy's address, where one is given, goes along for people."""
    value = next((value for name, value in fields if name == "tdm-reservation" and value in {"0", "1"}), None)
    if value != "1":
        return None
    policy = next((value for name, value in fields if name == "tdm-policy" and value), None)
    return f"{words} (policy {policy[:300]})" if policy else words
