"""RFC 9309 as servers see it: the 21 groups of behaviour of google/robotstxt and the table of answers, by real crawls.

Each case has a host of its own on loopback, whose robots.txt is the case's and whose pages are all listed by one feed. The
server's log is the judge: what its robots.txt closes was never asked for, what it leaves open was. The clock is then put
forward by 23 and 25 hours.
"""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, Final, cast
from xml.sax.saxutils import escape

from bench.torture.listeners import Answer, Here, Listener, world
from bench.torture.part import Batch
from bench.torture.robots_cases import cases

PROMISE = 7
TITLE = "judgements of robots.txt (21 groups, status table)"
TARGET = 4_000
BATCH = 250

HOST: Final = "agency.test"
HANG, CLOSE = 1, 0
PLAIN: Final = {"Content-Type": "text/plain"}
DAY: Final = 86400.0


@dataclass(slots=True)
class Hosted:
    """A host: how its robots.txt is answered (attempt -> answer), and which of its pages may be asked for."""

    name: str
    what: str
    robots: Callable[[int, str], Answer]
    pages: tuple[tuple[str, bool], ...]
    asked: int = field(default=0)

    def answer(self, target: str) -> Answer:
        if target == "/robots.txt" or target.startswith("/hop/"):
            self.asked += target == "/robots.txt"
            return self.robots(self.asked, target)
        return 404, {}, b""


def body_of(text: bytes, status: int = 200, **headers: str) -> Callable[[int, str], Answer]:
    return lambda attempt, target: (
        status,
        PLAIN | {name.replace("_", "-"): value for name, value in headers.items()},
        text,
    )


def chain(length: int, text: bytes) -> Callable[[int, str], Answer]:
    """So many redirects before the rules; below 0: a circle."""

    def answer(attempt: int, target: str) -> Answer:
        here = int(target.rpartition("/")[2]) if target.startswith("/hop/") else 0
        if length < 0:
            return 302, {"Location": f"/hop/{(here + 1) % 3}"}, b""
        return (200, PLAIN, text) if here == length else (301, {"Location": f"/hop/{here + 1}"}, b"")

    return answer


def table(rng: Random, other: str) -> Iterator[tuple[str, Callable[[int, str], Answer], bool, bool]]:
    """(what, how robots.txt is answered, whether a page that its text closes may be asked for, and one that it leaves open).

    `other`: a host whose robots.txt closes the same page."""
    text = b"User-agent: *\nDisallow: /closed\n"
    for status in (200, 203, rng.choice((202, 206, 226))):
        yield f"{status}", body_of(text, status), False, True
    yield "204, which has no body", body_of(b"", 204), True, True
    for status in (400, 401, 403, 404, 410, 418, 451, rng.choice((405, 406, 411, 422, 431))):
        yield f"{status}", body_of(text, status), True, True
    for status in (429, 500, 501, 502, 503, 504, rng.choice((505, 520, 524, 530, 599))):
        yield f"{status}", body_of(b"User-agent: *\nAllow: /\n", status), False, False
    yield "304 to nothing", body_of(b"", 304), False, False
    for status in (301, 302, 303, 307, 308):
        yield f"{status} to another host", body_of(b"", status, Location=f"http://{other}/robots.txt"), False, True
    for length in range(1, 6):
        yield f"{length} redirects", chain(length, text), False, True
    yield "6 redirects", chain(6, text), True, True
    yield "a circle", chain(-1, text), True, True
    yield "a redirect to a file", body_of(b"", 302, Location="file:///etc/hosts"), False, False
    yield "a redirect to loopback", body_of(b"", 302, Location="http://127.0.0.1/robots.txt"), False, False
    yield (
        "a redirect to a name that there is not",
        body_of(b"", 302, Location="http://nobody.test/robots.txt"),
        False,
        False,
    )
    yield "a redirect without a place", body_of(text, 301), True, True
    yield "closed without a word", body_of(b"", CLOSE), False, False
    yield "no answer in time", body_of(b"", HANG), False, False
    yield "12 MB", body_of(text + b"#" * 12_000_000), False, True
    line = b"# " + b"x" * 97 + b"\n"
    yield (
        "its rule at 499 KiB",
        body_of(line * (499 * 1024 // 100) + text.replace(b"User", b"\nUser") + line * 9000),
        False,
        True,
    )
    yield "gzip", body_of(gzip.compress(text), Content_Encoding="gzip"), False, True
    yield "HTML", body_of(b"<!doctype html><html><body>Disallow: /closed</body></html>"), True, True
    yield "nothing", body_of(b""), True, True
    yield "random bytes", body_of(rng.randbytes(5000)), True, True


def hosts(rng: Random) -> list[Hosted]:
    made: list[Hosted] = []
    for case in cases(rng, "Dateline"):
        if case.agent == "Dateline":
            made.append(Hosted(f"c{len(made)}.{HOST}", case.group, body_of(case.body), case.allowed))
    other = f"other.{HOST}"
    closed = rng.randrange(10**6)
    for what, answer, shut, left in table(rng, other):
        pages = ((f"/closed/{closed}", shut), (f"/open/{closed}", left))
        made.append(Hosted(f"t{len(made)}.{HOST}", what, answer, pages))
    made.append(Hosted(other, "the other host", body_of(b"User-agent: *\nDisallow: /closed\n"), ()))
    return made


def batch(seed: int, size: int, folder: Path) -> Batch:
    """One crawl with all hosts, and the same database 23 and 25 hours later."""
    from crawler.loop import run_in_loop

    del size
    found: list[Batch] = []

    async def main(stop: asyncio.Event) -> int:
        found.append(await _tried(seed, folder, stop))
        return 0

    run_in_loop(main)
    return found[0]


async def _tried(seed: int, folder: Path, stop: asyncio.Event) -> Batch:
    from crawler.config import Config
    from crawler.passes import crawl
    from crawler.progress import Silent
    from crawler.start import Start, at_work
    from crawler.start_crawl import crawl_settings

    made = hosts(Random(seed))
    known = {one.name: one for one in made}
    later = {"path": ""}

    def answer(host: str, target: str) -> Answer:
        if host != HOST:
            return known[host].answer(target)
        if target != "/feed":
            return 404, {}, b""
        urls = [f"http://{one.name}{later['path'] or path}" for one in made for path, _ in one.pages]
        items = "".join(f"<item><title>t</title><link>{escape(url)}</link></item>" for url in dict.fromkeys(urls))
        return 200, {"Content-Type": "application/xml"}, f'<rss version="2.0"><channel>{items}</channel></rss>'.encode()

    ahead = [0.0]
    async with world(answer) as here:
        opened = dict.fromkeys((HOST, *known), ("127.0.0.1", here.site.port))
        config = replace(
            Config(database=folder / "news.db"), contact="a@agency.test", first_poll=0, delay_floor=0.0, workers=1
        )
        settings = crawl_settings(config, quiet=True) | {"LOG_ENABLED": False}
        source = _source(known)
        start = Start(config, {"agency": source}, settings, Silent(), opened, lambda: time.time() + ahead[0])
        async with at_work(start, stop) as (session, runner):
            session.pool = cast("Any", Here())
            await crawl(session, source, runner, patience=5.0)
            faults = _judged(seed, made, here.site)
            judged = sum(len(one.pages) for one in made)
            first = {one.name: one.asked for one in made}
            good = [
                one for one in made if one.what in ("200", "404", "5 redirects", "HTML") or one.name.startswith("c")
            ]
            for hours, again in ((23, 0), (25, 1)):
                ahead[0], later["path"] = hours * 3600.0, f"/later/{hours}"
                await crawl(session, source, runner, patience=5.0)
                wrong = [one for one in good if one.pages and one.asked - first[one.name] != again]
                faults += [
                    f"seed {seed}: {one.what}: after {hours} h robots.txt was asked {one.asked} times" for one in wrong
                ]
                judged += len(good)
    figures = {"sum requests": float(here.site.asked.total()), "sum hosts": float(len(made))}
    return Batch(judged, faults + [f"seed {seed}: {a} would have been dialled" for a in here.dialled], figures)


def _judged(seed: int, made: Sequence[Hosted], site: Listener) -> list[str]:
    """What was asked for though it is closed, and what was not though it is open."""
    from w3lib.url import safe_url_string

    from pipelines.urls import canonical

    faults = []
    for one in made:
        urls = {path: safe_url_string(f"http://{one.name}{path}").partition("#")[0] for path, _ in one.pages}
        targets = {path: url.partition(one.name)[2] or "/" for path, url in urls.items()}
        same = [canonical(url) for url in urls.values()]
        for path, allowed in one.pages:
            asked = site.asked[one.name, targets[path]] > 0
            if asked and not allowed and all(targets[p] != targets[path] for p, ok in one.pages if ok):
                faults.append(f"seed {seed}: {one.what}: {one.name}{path[:200]} is closed and was asked for")
            if allowed and not asked and same.count(canonical(urls[path])) == 1:
                faults.append(f"seed {seed}: {one.what}: {one.name}{path[:200]} is open and was not asked for")
    return faults


def _source(known: dict[str, Hosted]) -> Any:
    from crawler.source import Endpoint, Politeness, Source
    from storage.models import Profile

    return Source(
        name="agency", title="Agency", home=f"http://{HOST}", hosts=(HOST, *known), country=None, languages=("en",),
        profile=Profile("agency", recheck=()), endpoints=(Endpoint(f"http://{HOST}/feed", "feed"),),
        politeness=Politeness(delay=0.0, hourly=10**6, polls=10**6, timeout=2.0),
    )  # fmt: skip
