"""A made-up world for the soak: many small agencies on loopback, their stories a function of a clock that the soak turns.

Every story has its address, time and text by its number. One in twelve prints another agency's text, one in ten is
corrected or continued later, some pages are hostile markup, some addresses fail once or twice, move, or are gone. The world
counts what it was asked for, so that what was missed and what was asked for twice shows.
"""

from __future__ import annotations

import random
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from bench.torture.hostile_host import ROBOTS, Asked, answer, reset, whole

if TYPE_CHECKING:
    from bench.torture.hostile_host import Behaviour

_SUBJECTS = """
    minister port strike harvest river council budget treaty pipeline railway court summit election storm refinery union
    bridge ferry bank inflation currency export tariff grain steel airport mission satellite museum vaccine hospital
    teacher school festival fishery border convoy parliament senator governor mayor village coast island valley desert
    reactor turbine dam drought flood earthquake rescue pilot captain league stadium record champion trainer auction
    painting orchestra novel archive library statue monument palace tower market merchant factory engine battery cable
    network software patent licence merger takeover creditor pension wage contract tender permit inspector customs
"""
WORDS = tuple(_SUBJECTS.split())
"""What the stories are about."""

GAP = 20.0
"""Seconds between two polls of one feed that are two runs and not one: no interval of a source is as short."""

ROUNDS = 12
"""Polls of each other feed on an average, between two of one feed: more, and that one was passed over."""

LISTED = 150
BAD_MARKUP = (
    "<p>" + "&#1;&#xFFFF;&#xD800;" * 50 + "</p>",
    "<div>" * 400,
    "<script type='application/ld+json'>" + "[" * 3000 + "</script>",
    "<p " + " ".join(f'a{n}="x"' for n in range(2000)) + ">",
    "<!--" * 500 + "-->",
    "<table>" + "<tr><td>" * 500,
)


@dataclass(frozen=True, slots=True)
class Story:
    """`odd`: what is wrong with its page or address: `markup`, `late` (fails at first), `reset`, `gone`, `moved`, or
    nothing; `copies`: the host whose text of the same number it prints; `changes`: seconds until its text changes."""

    host: str
    number: int
    at: float
    odd: str
    copies: str | None
    changes: float | None


@dataclass(slots=True)
class World:
    """`hosts` agencies, each with a story every `every` seconds from `begin` on; `now` is turned by the soak."""

    seed: int
    begin: float
    hosts: tuple[str, ...]
    every: float
    now: float = 0.0
    port: int = 0
    asked: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    polls: dict[str, float] = field(default_factory=dict)
    twice: list[str] = field(default_factory=list)
    longest: float = 0.0
    passed: Counter[str] = field(default_factory=Counter)
    """Polls of other feeds since the last of each."""
    silenced: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    true: float = 0.0
    """Seconds that have really passed in the world, whatever its clocks were set to: stories come by these."""

    def behaviour(self, asked: Asked) -> Behaviour:
        """Answer one request, and count it."""
        path = asked.target
        if path == "/robots.txt":
            return whole(answer(ROBOTS, kind="text/plain"))
        with self.lock:
            if path == "/feed.xml":
                self._polled(asked.host)
                return whole(self._feed(asked.host))
            kind, _, rest = path.strip("/").partition("/")
            if kind not in ("news", "moved") or not rest.isdecimal():
                return whole(answer(b"no such page", status="404 Not Found"))
            return self._page(asked.host, kind, int(rest))

    def published(self, host: str, *, before: float = 0.0) -> int:
        """How many stories an agency had out so many seconds ago."""
        first = self.hosts.index(host) * self.every / len(self.hosts)
        return max(0, int((self.true - before - first) // self.every) + 1)

    def waits(self) -> float:
        """Seconds since the feed that waits longest was polled."""
        with self.lock:
            return self.true - min(self.polls.get(host, 0.0) for host in self.hosts)

    def _polled(self, host: str) -> None:
        before = self.polls.get(host)
        if before is not None:
            self.longest = max(self.longest, self.true - before)
            if self.true - before < GAP:
                self.twice.append(f"{host}: polled {self.true - before:.0f} s after the poll before")
        self.polls[host] = self.true
        self.passed.update(self.hosts)
        self.passed[host] = 0
        for other in self.hosts:
            if self.passed[other] > ROUNDS * (len(self.hosts) - 1):
                self.silenced[other] = max(self.silenced.get(other, 0), self.passed[other])

    def _feed(self, host: str) -> bytes:
        last = self.published(host)
        items = []
        for number in range(last - 1, max(-1, last - 1 - LISTED), -1):
            at = datetime.fromtimestamp(self._story(host, number).at, UTC)
            link = f"http://{host}:{self.port}/news/{number}"
            items.append(
                f"<item><title>{title(self.seed, host, number)}</title><link>{link}</link><guid>{link}</guid>"
                f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
            )
        body = f"<rss version='2.0'><channel><title>{host}</title>{''.join(items)}</channel></rss>"
        return answer(body.encode(), kind="application/rss+xml")

    def _story(self, host: str, number: int) -> Story:
        chance = random.Random(f"{self.seed} {host} {number}")
        first = self.hosts.index(host) * self.every / len(self.hosts)
        drawn = chance.random()
        odd = next(
            (name for name, until in (("markup", 0.03), ("late", 0.06), ("reset", 0.07), ("gone", 0.08), ("moved", 0.1))
             if drawn < until), "")  # fmt: skip
        copies = (
            self.hosts[self.hosts.index(host) - 1]
            if not odd and host != self.hosts[0] and chance.random() < 0.08
            else None
        )
        changes = chance.uniform(120, 900) if not odd and not copies and chance.random() < 0.1 else None
        return Story(host, number, self.begin + first + number * self.every, odd, copies, changes)

    def _page(self, host: str, kind: str, number: int) -> Behaviour:
        story = self._story(host, number)
        if number >= self.published(host):
            return whole(answer(b"not yet", status="404 Not Found"))
        if kind == "news":
            times = self.asked[host]
            times[number] += 1
            if story.odd == "gone":
                return whole(answer(b"gone", status="410 Gone"))
            if story.odd == "late" and times[number] <= 1 + number % 2:
                return whole(answer(b"try again", status="500 Internal Server Error"))
            if story.odd == "reset" and times[number] == 1:
                return reset
            if story.odd == "moved":
                return whole(answer(b"", f"Location: /moved/{number}", status="301 Moved Permanently"))
        return whole(answer(self._html(story).encode()))

    def _html(self, story: Story) -> str:
        changed = story.changes is not None and self.true >= story.at - self.begin + story.changes
        of = story.copies or story.host
        number = story.number
        at = datetime.fromtimestamp(story.at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        head = title(self.seed, of, number)
        paragraphs = list(text(self.seed, of, number))
        if changed:
            paragraphs.insert(
                1, f"The figures were given anew by the {paragraphs[0].split()[1]} office after the first report."
            )
        body = "".join(f"<p>{each}</p>" for each in paragraphs)
        bad = BAD_MARKUP[number % len(BAD_MARKUP)] if story.odd == "markup" else ""
        return (
            f"<html lang='en'><head><title>{head} - {story.host}</title>"
            f"<meta property='og:title' content='{head}'><meta property='article:published_time' content='{at}'>"
            f"</head><body><nav><a href='/'>Home</a> <a href='/about'>About</a></nav>"
            f"<article><h1>{head}</h1>{body}{bad}</article><footer>All rights reserved</footer></body></html>"
        )


@lru_cache(maxsize=20_000)
def title(seed: int, host: str, number: int) -> str:
    """The headline of a story."""
    chance = random.Random(f"title {seed} {host} {number}")
    one, two, three, four = chance.sample(WORDS, 4)
    return f"{one.title()} {two} delays {three} {four} for {chance.randint(2, 900)} days"


def text(seed: int, host: str, number: int) -> tuple[str, ...]:
    """The paragraphs of a story, like no other's."""
    chance = random.Random(f"text {seed} {host} {number}")
    return tuple(
        " ".join(
            f"The {chance.choice(WORDS)} {chance.choice(WORDS)} told the {chance.choice(WORDS)} {chance.choice(WORDS)} that"
            f" {chance.randint(2, 9999)} {chance.choice(WORDS)} workers left the {chance.choice(WORDS)} near the"
            f" {chance.choice(WORDS)}."
            for _ in range(chance.randint(2, 4))
        )
        for _ in range(chance.randint(4, 7))
    )
