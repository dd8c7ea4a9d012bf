"""robots.txt by RFC 9309: what an answer means, and whether an address may be asked for. Pure; Protego matches.

What Protego leaves open is done here: the status table, the groups (an exact product token, as RFC 9309 2.2.1 and
google/robotstxt have it; Protego would take `User-agent: Date` for Dateline), and the cut at 500 KiB.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

from protego import Protego

from storage.models import HostRules

TOKEN = "Dateline"  # noqa: S105  # a product token, not a secret
"""Our product token: what a robots.txt names to speak to us."""

BODY_LIMIT = 500 * 1024
"""Bytes that are read; RFC 9309 2.5 asks for at least these."""

LINE_LIMIT = 2083 * 8
"""Characters of a line that count (google/robotstxt's figure)."""

KEEP_SECONDS = 24 * 3600.0
"""How long an answer holds (RFC 9309 2.4: at most 24 hours)."""

CLOSED_SECONDS = {429: 3600.0, 503: 1800.0}
CLOSED_SECONDS_OTHERWISE = 900.0
"""How long a host stays closed whose robots.txt could not be read, before it is asked again."""

CRAWL_DELAY_LIMIT = 300.0
"""Seconds; a larger Crawl-delay is kept as this: beyond it the figure is a slip more often than a wish."""

_AGENT = ("user-agent", "useragent", "user agent")
_DISALLOW = ("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw")
_RULES = {
    **dict.fromkeys(_DISALLOW, "Disallow"),
    "allow": "Allow",
    "crawl-delay": "Crawl-delay",
    "crawl delay": "Crawl-delay",
    "request-rate": "Request-rate",
    "request rate": "Request-rate",
}
"""Lines that belong to a group and end its list of agents. Others (Sitemap, Host, unknown ones) do neither."""

_PRODUCT = re.compile(r"[A-Za-z_-]+")
_BREAK = re.compile(r"\r\n|\r|\n")
_ASCII = "".join(chr(code) for code in range(0x20, 0x7F))


def read(status: int | None, body: bytes, *, now: float, host: str, agent: str) -> HostRules:
    """The rules that an answer to `/robots.txt` gives until `until` (RFC 9309 2.3.1).

    `status` None: no answer (name, connection, time-out). 2xx: its rules. 3xx that was not followed further and 4xx:
    unavailable, all is allowed. 429, 5xx and no answer: all is disallowed until it is asked again, soon.
    `crawl_delay` is what our group asks for by Crawl-delay or Request-rate, in seconds, at most CRAWL_DELAY_LIMIT.
    """
    if status is not None and 200 <= status < 300:
        text = _decode(body)
        return HostRules(host, "ok", text, now + KEEP_SECONDS, _crawl_delay(text, agent))
    if status is not None and 300 <= status < 500 and status != 429:
        return HostRules(host, "allow_all", "", now + KEEP_SECONDS)
    closed = CLOSED_SECONDS.get(status or 0, CLOSED_SECONDS_OTHERWISE)
    return HostRules(host, "disallow_all", "", now + closed)


def allowed(rules: HostRules, url: str, agent: str) -> bool:
    """Whether `agent` may ask for `url`. Where robots.txt was never read (status None), nothing but itself is allowed.

    The longest matching rule decides, Allow on a tie; `/robots.txt` itself is always allowed (RFC 9309 2.2.2)."""
    if urlsplit(url).path == "/robots.txt":
        return True
    if rules.status == "allow_all":
        return True
    if rules.status != "ok":
        return False
    return bool(_parser(rules.body, agent.lower()).can_fetch(url, "*"))


def stale(rules: HostRules, now: float) -> bool:
    """Whether robots.txt must be asked for again before anything else of its host."""
    return rules.status is None or now >= rules.until


def asked_delay(rules: HostRules, agent: str) -> float | None:
    """The delay that robots.txt asks for before the limit: for people, where `crawl_delay` was cut."""
    return _wish(_parser(rules.body, agent.lower())) if rules.status == "ok" else None


def _decode(body: bytes) -> str:
    """UTF-8 with or without a (broken) byte order mark; UTF-16 by its mark; NULs dropped, so that rules in
    mis-saved files are found rather than overlooked."""
    body = body[:BODY_LIMIT]
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return body.decode("utf-16", "replace").replace("\x00", "")
    for length in (3, 2, 1):
        if body.startswith(codecs.BOM_UTF8[:length]):
            body = body[length:]
            break
    return body.decode("utf-8", "replace").replace("\x00", "")


def _crawl_delay(text: str, agent: str) -> float | None:
    wish = _wish(_parser(text, agent.lower()))
    return None if wish is None else min(wish, CRAWL_DELAY_LIMIT)


def _wish(parser: Protego) -> float | None:
    delays = [parser.crawl_delay("*") or 0.0]
    if rate := parser.request_rate("*"):
        delays.append(rate.seconds / rate.requests)
    return max(delays) or None


@lru_cache(maxsize=256)
def _parser(text: str, agent: str) -> Protego:
    return Protego.parse("User-agent: *\n" + "\n".join(_our_lines(text, agent)))


def _our_lines(text: str, agent: str) -> list[str]:
    """The rules of all groups that name `agent` (lower case); where none does, of all groups for `*`."""
    ours: list[str] = []
    everyones: list[str] = []
    named = False
    addressed: set[str] = set()
    naming = False
    for line in _BREAK.split(text):
        key, value = _split(line[:LINE_LIMIT])
        if key in _AGENT:
            if not naming:
                addressed.clear()
            naming = True
            addressed.add(_product(value))
            named = named or _product(value) == agent
        elif rule := _RULES.get(key):
            naming = False
            if value and agent in addressed:
                ours.append(f"{rule}: {value}")
            if value and "*" in addressed:
                everyones.append(f"{rule}: {value}")
    return ours if named else everyones


def _split(line: str) -> tuple[str, str]:
    """Key in lower case and value in ASCII, without the comment; also `key value` without a colon, if just that."""
    line = line.partition("#")[0].strip()
    key, colon, value = line.partition(":")
    if not colon:
        words = line.split()
        if len(words) != 2:
            return "", ""
        key, value = words
    return key.strip().lower(), quote(value.strip(), safe=_ASCII)


def _product(value: str) -> str:
    """`Dateline/0.1 (…)` -> `dateline`; `*` stays; what begins with neither is nobody (``)."""
    if value == "*" or value.startswith("* "):
        return "*"
    match = _PRODUCT.match(value)
    return match.group().lower() if match else ""
