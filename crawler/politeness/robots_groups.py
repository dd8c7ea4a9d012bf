"""From the text of a robots.txt to the rules of one crawler, and what they say of a path (RFC 9309 2.2). Pure.

Bounded by design, since the text is a stranger's: one expression finds the lines that count, and a pattern with stars is
matched piece by piece from the left, so that 500 KiB of the worst rules cost some tens of milliseconds, never minutes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

LINE_LIMIT = 2083 * 8
"""Characters of a line that count (google/robotstxt's figure)."""

_LINE = re.compile(
    r"^[^\S\n]*(?P<key>user-agent|useragent|user agent|disallow|dissallow|dissalow|disalow|diasllow|disallaw|allow"
    r"|crawl-delay|crawl delay|request-rate|request rate)(?:[^\S\n]*:[^\S\n]*(?P<value>[^\n#]*)|[^\S\n]+(?P<word>[^\s#:]+)"
    r"[^\S\n]*(?=[\n#]|\Z))",
    re.IGNORECASE | re.MULTILINE,
)
"""A line that belongs to a group: `key: value`, or `key value` without a colon if it is just that. Others (Sitemap, Host,
unknown ones) neither end a list of agents nor stand in a group."""

_RATE = re.compile(r"(\d{1,9})/(\d{1,9})\s*([smh]?)", re.IGNORECASE)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
_PRODUCT = re.compile(r"[A-Za-z_-]+")
_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
_ASCII = "".join(chr(code) for code in range(0x21, 0x7F))
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_BARE_IN_QUERIES = frozenset(":/?@")
"""What may stand in a query as it is (RFC 3986 3.4): there its encoded form means the same (RFC 9309 2.2.2)."""


@dataclass(frozen=True, slots=True)
class Group:
    """What a robots.txt says to one crawler. `plain`: pattern without signs -> whether it allows; `lengths`: of these patterns,
    the longest first; `signs`: (length, whether it allows, pattern) of the others, the deciding ones first; `delay`: the
    longest wish, in seconds."""

    plain: Mapping[str, bool]
    lengths: tuple[int, ...]
    signs: tuple[tuple[int, bool, str], ...]
    delay: float | None

    def allows(self, url: str) -> bool:
        """The longest rule that matches decides, Allow on a tie; where none does, all is allowed."""
        path = path_of(url)
        paths = _forms(path.replace("*", "%2A").replace("$", "%24"))
        found = [(0, True), *(match for path in paths if (match := self._plain(path)))]
        for length, allow, pattern in self.signs:
            if length < max(found)[0]:
                break
            if any(_matches(pattern, path) for path in paths):
                found.append((length, allow))
                break
        return max(found)[1]

    def _plain(self, path: str) -> tuple[int, bool] | None:
        """The longest beginning of `path` that is a rule."""
        for length in self.lengths:
            if length <= len(path) and (allow := self.plain.get(path[:length])) is not None:
                return length, allow
        return None


@lru_cache(maxsize=64)
def group_of(text: str, agent: str) -> Group:
    """The rules of all groups that name `agent` (lower case); where none does, of all groups for `*` (RFC 9309 2.2.1)."""
    ours: list[tuple[str, str]] = []
    everyones: list[tuple[str, str]] = []
    named = naming = False
    addressed: set[str] = set()
    for key, value in _lines(text):
        if key == "useragent":
            if not naming:
                addressed.clear()
            naming = True
            product = _product(value)
            addressed.add(product)
            named = named or product == agent
        else:
            naming = False
            if value and agent in addressed:
                ours.append((key, value))
            if value and "*" in addressed:
                everyones.append((key, value))
    lines = ours if named else everyones
    plain: dict[str, bool] = {}
    signs: set[tuple[int, bool, str]] = set()
    for key, value in lines:
        if key in {"allow", "disallow"}:
            _note(plain, signs, value, allow=key == "allow")
    ordered = sorted(signs, key=lambda rule: (-rule[0], not rule[1], rule[2]))
    delays = [seconds for key, value in lines if (seconds := _seconds(key, value))]
    lengths = sorted(set(map(len, plain)), reverse=True)
    return Group(plain, tuple(lengths), tuple(ordered), max(delays, default=None))


def path_of(url: str) -> str:
    """Path and query of an address, as robots.txt patterns see them: `/` where there is none, without the fragment."""
    rest = url.partition("#")[0].partition("://")[2] or url.partition("#")[0]
    starts = [at for at in (rest.find("/"), rest.find("?")) if at >= 0]
    path = rest[min(starts) :] if starts else ""
    return path if path.startswith("/") else f"/{path}"


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """(key, value) of every line that counts; keys as `useragent`, `allow`, `disallow`, `crawldelay`, `requestrate`."""
    for found in _LINE.finditer(text.replace("\r\n", "\n").replace("\r", "\n")):
        key = found["key"].lower().replace("-", "").replace(" ", "")
        value = found["value"] if found["word"] is None else found["word"]
        key = "disallow" if key[0] == "d" else key
        yield key, value[: max(0, LINE_LIMIT - (found.start("value") - found.start()))].strip()


def _product(value: str) -> str:
    """`Dateline/0.1 (…)` -> `dateline`; `*` stays; what begins with neither is nobody (``)."""
    if value == "*" or value.startswith("* "):
        return "*"
    match = _PRODUCT.match(value)
    return match.group().lower() if match else ""


def _seconds(key: str, value: str) -> float | None:
    """The delay that a Crawl-delay or a Request-rate (`1/10`, `30/1m`) asks for; None where it cannot be read."""
    if key == "requestrate":
        found = _RATE.match(value)
        if found is None or not int(found[1]):
            return None
        return int(found[2]) * _UNITS[found[3].lower()] / int(found[1])
    if key != "crawldelay" or not re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?|\.\d{1,9}", value):
        return None
    return float(value)


def _note(plain: dict[str, bool], signs: set[tuple[int, bool, str]], value: str, *, allow: bool) -> None:
    """Take one rule up; an allowed `…/index.html` allows its folder, too (google/robotstxt)."""
    end = "$" if value.endswith("$") else ""
    pattern = (value[:-1] if end else value).replace("$", "%24") + end
    first, *others = _forms(pattern)
    if "*" in first or end:
        signs.add((len(first), allow, first))
    else:
        plain[first] = plain.get(first, False) or allow
    signs.update((len(first), allow, other) for other in others)
    folder, slash, page = first.rpartition("/")
    if allow and slash and page.startswith("index.htm"):
        signs.add((len(folder) + 2, True, f"{folder}/$"))


def _forms(text: str) -> tuple[str, ...]:
    """`text` in one spelling: what need not be encoded bare, all else encoded with capitals; and once more with what a
    query may hold bare, where that is another."""
    text = text if text.isascii() and " " not in text else quote(text, safe=_ASCII)
    if "%" not in text:
        return (text,)
    plain = _ENCODED.sub(lambda found: _respelled(found[1], _UNRESERVED), text)
    path, mark, query = plain.partition("?")
    bare = path + mark + _ENCODED.sub(lambda found: _respelled(found[1], _BARE_IN_QUERIES), query)
    return (plain,) if bare == plain else (plain, bare)


def _respelled(code: str, bare: frozenset[str]) -> str:
    character = chr(int(code, 16))
    return character if character in bare else f"%{code.upper()}"


def _matches(pattern: str, path: str) -> bool:
    """Whether `path` begins with `pattern`; `*` stands for anything, `$` at the end for the path's end."""
    if "*" not in pattern:
        return path == pattern[:-1] if pattern.endswith("$") else path.startswith(pattern)
    end = pattern.endswith("$")
    first, *pieces = (pattern[:-1] if end else pattern).split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    last = pieces.pop()
    for piece in pieces:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return path.endswith(last) and len(path) - len(last) >= at if end else path.find(last, at) >= 0
