"""Sites that have a new address for every look: what each trap answers, at whatever moment it is asked."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Final

from bench.torture.bombs import GOOD
from bench.torture.hostile_host import Asked, Behaviour, answer, whole
from storage.models import LinkKind

PER_LOOK: Final = 60
ROBOTS: Final = whole(answer(b"User-agent: *\nAllow: /\n", kind="text/plain"))


def _feed(home: str, paths: list[str]) -> Behaviour:
    items = "".join(f"<item><title>{p}</title><link>{home}{p}</link></item>" for p in paths)
    return whole(
        answer(f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode(), kind="text/xml")
    )


def _map(home: str, paths: list[str]) -> Behaviour:
    items = "".join(f"<url><loc>{home}{p}</loc></url>" for p in paths)
    return whole(answer(f"<urlset>{items}</urlset>".encode(), kind="application/xml"))


def _index(home: str, paths: list[str]) -> Behaviour:
    items = "".join(f"<sitemap><loc>{home}{p}</loc></sitemap>" for p in paths)
    return whole(answer(f"<sitemapindex>{items}</sitemapindex>".encode(), kind="application/xml"))


class Site:
    """One trap. `kind` of its endpoint at `/start`, and whether all its pages are one article."""

    kind: LinkKind = "feed"
    same = False

    def __init__(self, home: Callable[[], str], seed: int) -> None:
        self.home, self.draw, self.number = home, random.Random(seed), itertools.count(1)

    def paths(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> Behaviour:
        return _feed(self.home(), self.paths())

    def other(self, target: str) -> Behaviour:
        """What is behind an address that the trap gave."""
        number = "one" if self.same else f"{target.strip('/')} "
        return whole(answer(GOOD.format(n=f"{self.draw.random() if not self.same else ''}{number}").encode()))

    def __call__(self, asked: Asked) -> Behaviour:
        if asked.target == "/robots.txt":
            return ROBOTS
        return self.start() if asked.target == "/start" else self.other(asked.target)


class Calendar(Site):
    """The next sixty days, for ever."""

    def paths(self) -> list[str]:
        days = [next(self.number) for _ in range(PER_LOOK)]
        return [f"/calendar/{2000 + d // 365}/{d % 365 // 31 + 1:02}/{d % 31 + 1:02}/{d}.html" for d in days]


class Sessions(Site):
    """A session of its own in every link to the one article."""

    same = True

    def paths(self) -> list[str]:
        return [f"/story.html?visit={self.draw.randrange(10**12)}" for _ in range(PER_LOOK)]


class Growing(Site):
    """Relative links that pile up."""

    def paths(self) -> list[str]:
        return ["/news" * (1 + next(self.number)) + "/1.html" for _ in range(PER_LOOK)]


class Deep(Site):
    """Ever deeper paths of ever new words."""

    def paths(self) -> list[str]:
        depth = next(self.number) * 5
        return [
            "/" + "/".join(f"w{self.draw.randrange(10**6)}" for _ in range(depth + n % 3)) + ".html"
            for n in range(PER_LOOK)
        ]


class Copies(Site):
    """One page under any path."""

    same = True

    def paths(self) -> list[str]:
        return [f"/{self.draw.randrange(10**9)}/story.html" for _ in range(PER_LOOK)]


class Indexes(Site):
    """An index of indexes of indexes, each with new ones, and maps of new pages."""

    kind: LinkKind = "sitemap"

    def paths(self) -> list[str]:
        return [f"/map-{next(self.number)}.xml" for _ in range(PER_LOOK)]

    def start(self) -> Behaviour:
        return _index(self.home(), self.paths())

    def other(self, target: str) -> Behaviour:
        if not target.endswith(".xml"):
            return super().other(target)
        if self.draw.random() < 0.5:
            return self.start()
        return _map(self.home(), [f"/p/{next(self.number)}.html" for _ in range(PER_LOOK)])


class Busy(Site):
    """No trap: an agency of 3,000 stories a day, all in a sitemap of the last 50,000."""

    kind: LinkKind = "sitemap"
    stories = 50_000

    def start(self) -> Behaviour:
        self.stories += 125
        return _map(self.home(), [f"/story/{n}.html" for n in range(self.stories - 50_000, self.stories)])


TRAPS: Final[tuple[type[Site], ...]] = (Calendar, Sessions, Growing, Deep, Copies, Indexes)
