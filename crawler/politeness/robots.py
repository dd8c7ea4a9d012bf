"""robots.txt by RFC 9309: what an answer means, how long it holds, and whether an address may be asked for. Pure."""

from __future__ import annotations

import codecs
from urllib.parse import urlsplit

from crawler.politeness.robots_groups import group_of
from storage.models import HostRules

TOKEN = "Dateline"  # noqa: S105  # a product token, not a secret
"""Our product token: what a robots.txt names to speak to us."""

BODY_LIMIT = 500 * 1024
"""Bytes that are read; RFC 9309 2.5 asks for at least these."""

KEEP_SECONDS = 24 * 3600.0
"""How long an answer holds (RFC 9309 2.4: at most 24 hours)."""

CLOSED_SECONDS = {429: 3600.0, 503: 1800.0}
CLOSED_SECONDS_OTHERWISE = 900.0
"""How long a host stays closed whose robots.txt could not be read, before it is asked again."""

_NO_RULES = frozenset({304, 429})

CRAWL_DELAY_LIMIT = 300.0
"""Seconds; a larger Crawl-delay is kept as this: beyond it the figure is a slip more often than a wish."""


def read(status: int | None, body: bytes, *, now: float, host: str, agent: str) -> HostRules:
    """The rules that an answer to `/robots.txt` gives until `until` (RFC 9309 2.3.1).

    `status` None: no answer (name, connection, time-out, a redirect that must not be followed). 2xx: its rules. 3xx that
    led on too far and 4xx: unavailable, all is allowed. 429, 5xx, 304 (of rules that nobody sent along) and no answer:
    all is disallowed until it is asked again, soon.
    `crawl_delay` is what our group asks for by Crawl-delay or Request-rate, in seconds, at most CRAWL_DELAY_LIMIT.
    """
    if status is not None and 200 <= status < 300:
        text = _decode(body)
        wish = group_of(text, agent.lower()).delay
        return HostRules(host, "ok", text, now + KEEP_SECONDS, wish and min(wish, CRAWL_DELAY_LIMIT))
    if status is not None and 300 <= status < 500 and status not in _NO_RULES:
        return HostRules(host, "allow_all", "", now + KEEP_SECONDS)
    closed = CLOSED_SECONDS.get(status or 0, CLOSED_SECONDS_OTHERWISE)
    return HostRules(host, "disallow_all", "", now + closed)


def allowed(rules: HostRules, url: str, agent: str) -> bool:
    """Whether `agent` may ask for `url`. Where robots.txt was never read (status None), nothing but itself is allowed.

    The longest matching rule decides, Allow on a tie; `/robots.txt` itself is always allowed (RFC 9309 2.2.2)."""
    if rules.status == "allow_all" or ("/robots.txt" in url and urlsplit(url).path == "/robots.txt"):
        return True
    if rules.status != "ok":
        return False
    return group_of(rules.body, agent.lower()).allows(url)


def stale(rules: HostRules, now: float) -> bool:
    """Whether robots.txt must be asked for again before anything else of its host."""
    return rules.status is None or now >= rules.until


def asked_delay(rules: HostRules, agent: str) -> float | None:
    """The delay that robots.txt asks for before the limit: for people, where `crawl_delay` was cut."""
    return group_of(rules.body, agent.lower()).delay if rules.status == "ok" else None


def _decode(body: bytes) -> str:
    """UTF-8 with or without a (broken) byte order mark; UTF-16 by its mark; NULs dropped, so that rules in
    mis-saved files are found rather than overlooked. What was cut at BODY_LIMIT ends with its last whole line: half of
    `Disallow: /archive/` may read `Disallow: /`."""
    text = _text(body[:BODY_LIMIT]).replace("\x00", "")
    return text[: max(text.rfind("\n"), text.rfind("\r")) + 1] if len(body) >= BODY_LIMIT else text


def _text(body: bytes) -> str:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace")
    for length in (3, 2, 1):
        if body.startswith(codecs.BOM_UTF8[:length]):
            body = body[length:]
            break
    return body.decode("utf-8", "replace")
