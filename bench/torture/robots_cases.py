"""What a robots.txt says to one crawler, case by case: the 21 groups of behaviour that google/robotstxt tests, with texts,
paths and crawlers made by a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final
from urllib.parse import quote

LETTERS: Final = "abcdefghijklmnoprstuvwxyz"
FOREIGN: Final = ("новости", "ニュース", "nyhetsbrev-å", "أخبار", "überblick", "新闻")


@dataclass(frozen=True, slots=True)
class Case:
    """`allowed`: path (with query) -> whether `agent` may ask for it under `body`."""

    group: str
    body: bytes
    agent: str
    allowed: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Seeded:
    """Words of one case."""

    rng: Random
    agent: str

    def word(self) -> str:
        return "".join(self.rng.choice(LETTERS) for _ in range(self.rng.randint(3, 9)))

    def path(self) -> str:
        return "/" + "/".join(self.word() for _ in range(self.rng.randint(1, 3)))

    def other(self) -> str:
        return self.word().capitalize() + "Bot"

    def cased(self, text: str) -> str:
        return "".join(self.rng.choice((c.lower(), c.upper())) for c in text)

    def end(self) -> str:
        return self.rng.choice(("\n", "\r\n", "\r"))

    def case(self, group: str, lines: list[str] | bytes, *allowed: tuple[str, bool], agent: str | None = None) -> Case:
        body = (
            lines if isinstance(lines, bytes) else (self.end().join(lines) + self.rng.choice(("", self.end()))).encode()
        )
        return Case(group, body, agent or self.agent, allowed)


def cases(rng: Random, agent: str) -> Iterator[Case]:
    """Each group some times over."""
    for make in GROUPS:
        yield from make(Seeded(rng, agent))


def _empty(s: Seeded) -> Iterator[Case]:
    p = s.path()
    yield s.case("nothing said", b"", (p, True), ("/", True))
    yield s.case("nothing said", [f"user-agent: {s.other()}", "disallow: /"], (p, True))


def _lines(s: Seeded) -> Iterator[Case]:
    p = s.path()
    yield s.case("a line's form", [f"User-agent: {s.agent}", "Disallow: /"], (p, False))
    yield s.case("a line's form", [f"{s.word()}: {s.agent}", f"{s.word()}: /"], (p, True))
    yield s.case("a line's form", [f"user-agent {s.agent}", f"disallow {p}"], (p, False), (p[:-1], True))
    yield s.case("a line's form", [f"  user-agent  :  {s.agent}  # us", f"\tdisallow\t:{p} # this"], (p, False))


def _groups(s: Seeded) -> Iterator[Case]:
    a, b, c = s.path() + "1", s.path() + "2", s.path() + "3"
    lines = [f"allow: {a}", f"disallow: {a}", "", f"user-agent: {s.agent}", "disallow: /", f"allow: {b}", ""]
    lines += [f"user-agent: {s.other()}", "disallow: /", f"allow: {c}", "", "", f"user-agent: {s.other()}"]
    lines += [f"user-agent: {s.agent}", f"user-agent: {s.other()}", f"allow: {c}x"]
    yield s.case("groups", lines, (b, True), (a, False), (c, False), (c + "x", True))
    yield s.case(
        "groups", [f"user-agent: {s.agent}", f"disallow: {a}", "user-agent: *", f"disallow: {b}"], (a, False), (b, True)
    )


def _between(s: Seeded) -> Iterator[Case]:
    for line in (f"Sitemap: https://{s.word()}.test/{s.word()}.xml", f"{s.word()}: {s.word()}", "Host: agency.test"):
        lines = [f"User-agent: {s.agent}", line, "User-agent: *", "Disallow: /"]
        yield s.case("other lines between agents", lines, (s.path(), False))
        yield s.case("other lines between agents", lines, (s.path(), False), agent=s.word())


def _keys(s: Seeded) -> Iterator[Case]:
    p = s.path()
    lines = [f"{s.cased('user-agent')}: {s.agent}", f"{s.cased('allow')}: {p}", f"{s.cased('disallow')}: /"]
    yield s.case("keys in any case", lines, (p, True), ("/", False))


def _tokens(s: Seeded) -> Iterator[Case]:
    p = s.path()
    for name in (
        s.agent[:-1],
        f"{s.agent}s",
        f"{s.agent}-{s.word()}",
        f"{s.agent}_x",
        f"x{s.agent}",
        f"1{s.agent}",
        "ツ",
        "",
    ):
        yield s.case("what is a product token", [f"User-agent: {name}", "Disallow: /"], (p, True))
    for name in (f"{s.agent}/{s.rng.randint(1, 9)}.1", f"{s.agent}*", f"{s.agent};"):
        yield s.case("what is a product token", [f"User-agent: {name}", "Disallow: /"], (p, False))


def _agent_case(s: Seeded) -> Iterator[Case]:
    p = s.path()
    yield s.case("agents in any case", [f"User-agent: {s.cased(s.agent)}", f"Disallow: {p}"], (p, False), ("/", True))


def _first_word(s: Seeded) -> Iterator[Case]:
    p = s.path()
    lines = ["User-agent: *", "Disallow: /", f"User-agent: {s.agent} {s.word()} {s.word()}", f"Disallow: {p}"]
    yield s.case("an agent up to its first blank", lines, (p, False), ("/", True))


def _everyone(s: Seeded) -> Iterator[Case]:
    a, b = s.path() + "1", s.path() + "2"
    own = [f"user-agent: {s.agent}", f"disallow: {b}"]
    everyone = ["user-agent: *", f"disallow: {a}"]
    for lines in ([*everyone, *own], [*own, *everyone]):
        yield s.case("everyone's group is second", lines, (a, True), (b, False))
        yield s.case("everyone's group is second", lines, (a, False), (b, True), agent=s.word())


def _path_case(s: Seeded) -> Iterator[Case]:
    p = s.path()
    yield s.case(
        "paths in their case",
        ["user-agent: *", f"disallow: {p.upper()}/"],
        (p.lower() + "/", True),
        (p.upper() + "/", False),
    )


def _longest(s: Seeded) -> Iterator[Case]:
    p, page = s.path(), s.word()
    for order in (1, -1):
        rules = [f"allow: {p}/", f"disallow: {p}/{page}"][::order]
        yield s.case("the longest match", [f"user-agent: {s.agent}", *rules], (f"{p}/{page}", False), (f"{p}/", True))
        tie = [f"allow: {p}", f"disallow: {p}"][::order]
        yield s.case("the longest match", [f"user-agent: {s.agent}", *tie], (p, True), (f"{p}x", True))
        stars = [f"disallow: /*.{page}", f"allow: {p}"][::order]
        longer = len(f"/*.{page}") > len(p)
        yield s.case("the longest match", [f"user-agent: {s.agent}", *stars], (f"{p}.{page}", not longer))


def _encoding(s: Seeded) -> Iterator[Case]:
    word = s.rng.choice(FOREIGN)
    p = s.path()
    coded = quote(word)
    for rule in (word, coded, coded.lower()):
        yield s.case(
            "percent-encoding",
            [f"user-agent: {s.agent}", "disallow: /", f"allow: {p}/{rule}"],
            (f"{p}/{coded}", True),
            (p, False),
        )
    letters = "".join(f"%{ord(c):02x}" for c in p[1:] if c.isalpha())
    plain = "".join(c for c in p[1:] if c.isalpha())
    yield s.case(
        "percent-encoding",
        [f"user-agent: {s.agent}", f"disallow: /{letters}"],
        (f"/{plain}", False),
        (f"/{letters}", False),
    )
    yield s.case(
        "percent-encoding", [f"user-agent: {s.agent}", f"disallow: {p}%2Fx"], (f"{p}/x", True), (f"{p}%2fx", False)
    )
    address = f"https://{s.word()}.test/{s.word()}"
    for rule, asked in ((address, quote(address, safe="")), (quote(address, safe=""), address), (address, address)):
        yield s.case(
            "percent-encoding",
            [f"user-agent: {s.agent}", f"disallow: {p}?u={rule}"],
            (f"{p}?u={asked}", False),
            (p, True),
        )


def _signs(s: Seeded) -> Iterator[Case]:
    a, b, c = s.word(), s.word(), s.word()
    head = f"user-agent: {s.agent}"
    yield s.case(
        "stars and ends", [head, f"disallow: /{a}*{b}"], (f"/{a}{b}", False), (f"/{a}/q/{b}z", False), (f"/{a}", True)
    )
    yield s.case("stars and ends", [head, f"disallow: /{a}$"], (f"/{a}", False), (f"/{a}/", True), (f"/{a}?q", True))
    yield s.case(
        "stars and ends",
        [head, f"disallow: *.{c}$"],
        (f"/{a}/{b}.{c}", False),
        (f"/{b}.{c}x", True),
        (f"/.{c}/.{c}", False),
    )
    yield s.case("stars and ends", [head, f"disallow: /{a}#{b}"], (f"/{a}", False))
    yield s.case("stars and ends", [head, f"disallow: /{a}%2A{b}"], (f"/{a}*{b}", False), (f"/{a}q{b}", True))
    yield s.case("stars and ends", [head, f"disallow: /{a}*{a}*{a}$"], (f"/{a}{a}", True), (f"/{a}{a}{a}", False))
    yield s.case("stars and ends", [head, f"disallow: /{a}$x"], (f"/{a}", True), (f"/{a}$x", False))


def _index(s: Seeded) -> Iterator[Case]:
    p = s.path()
    lines = [f"user-agent: {s.agent}", f"allow: {p}/index.html", "disallow: /"]
    yield s.case(
        "an index is its folder", lines, (f"{p}/", True), (f"{p}/index.html", True), (f"{p}/x", False), (p, False)
    )


def _long(s: Seeded) -> Iterator[Case]:
    p = s.path()
    long = f"{p}/{'x' * 2083 * 8}"
    yield s.case(
        "a line that is too long",
        [f"user-agent: {s.agent}", f"disallow: {long}/{s.word()}"],
        (p, True),
        (f"{long[: 2083 * 8]}/y", False),
    )


def _examples(s: Seeded) -> Iterator[Case]:
    a = s.word()
    for rule in (f"/{a}", f"/{a}*"):
        good = ((f"/{a}{end}", False) for end in ("", "/", "s", ".htm", "?id=1", "/x"))
        yield s.case(
            "prefixes", [f"user-agent: {s.agent}", f"disallow: {rule}"], *good, (f"/q{a}", True), (f"/q?{a}", True)
        )
    yield s.case("prefixes", [f"user-agent: {s.agent}", f"disallow: /{a}/"], (f"/{a}", True), (f"/{a}/x", False))


def _breaks(s: Seeded) -> Iterator[Case]:
    a, b = s.path() + "1", s.path() + "2"
    for end in ("\n", "\r\n", "\r"):
        text = end.join([f"User-agent: {s.agent}", f"Disallow: {a}", "", "", f"Disallow: {b}"])
        yield s.case("ends of lines", text.encode(), (a, False), (b, False))
    mixed = f"User-agent: {s.agent}\r\nDisallow: {a}\rDisallow: {b}\n".encode()
    yield s.case("ends of lines", mixed, (a, False), (b, False), ("/", True))


def _marks(s: Seeded) -> Iterator[Case]:
    p = s.path()
    text = f"User-agent: {s.agent}\nDisallow: {p}\n".encode()
    for mark in (b"\xef\xbb\xbf", b"\xef\xbb", b"\xef"):
        yield s.case("byte order marks", mark + text, (p, False), ("/", True))
    yield s.case("byte order marks", b"\xef\x11\xbf" + text, (p, True))
    yield s.case("byte order marks", text.decode().encode("utf-16"), (p, False))
    yield s.case("byte order marks", b"\x00" + text.replace(b"e", b"e\x00"), (p, False))


def _sitemaps(s: Seeded) -> Iterator[Case]:
    p, line = s.path(), f"sitemap: https://{s.word()}.test/{s.word()}.xml"
    for lines in (
        [line, f"user-agent: {s.agent}", f"disallow: {p}"],
        [f"user-agent: {s.agent}", f"disallow: {p}", line],
    ):
        yield s.case("sitemaps", lines, (p, False), ("/", True))


def _queries(s: Seeded) -> Iterator[Case]:
    p, a = s.path(), s.word()
    yield s.case(
        "path and query",
        [f"user-agent: {s.agent}", f"disallow: {p}?{a}="],
        (f"{p}?{a}=1", False),
        (p, True),
        (f"{p}?x&{a}=1", True),
    )
    yield s.case(
        "path and query",
        [f"user-agent: {s.agent}", f"disallow: /*?{a}"],
        (f"/?{a}", False),
        (f"{p}?{a}#f", False),
        (f"/{a}", True),
    )


def _escapes(s: Seeded) -> Iterator[Case]:
    p = s.path()
    yield s.case(
        "escaped patterns",
        [f"user-agent: {s.agent}", f"disallow: {p}%aa"],
        (f"{p}%AA", False),
        (f"{p}%aA", False),
        (f"{p}%ab", True),
    )
    yield s.case("escaped patterns", [f"user-agent: {s.agent}", f"disallow: {p}%zz"], (f"{p}%zz", False), (p, True))


GROUPS: Final[tuple[Callable[[Seeded], Iterator[Case]], ...]] = (
    _empty, _lines, _groups, _between, _keys, _tokens, _agent_case, _first_word, _everyone, _path_case, _longest, _encoding,
    _signs, _index, _long, _examples, _breaks, _marks, _sitemaps, _queries, _escapes,
)  # fmt: skip
