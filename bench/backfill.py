"""A backfill of the demo agency's archive beside a daemon on its live feeds, killed and started again.

    python bench/backfill.py [--days 90] [--per-day 56] [--kills 5] [--every 3] [--seed 1] [--oldest-first] [--no-twin]

Two copies of the agency stand on loopback, each with a `dateline daemon` on its live feeds, and each publishes a story
every `--every` seconds, the same at the same moment. Over one of them runs `dateline backfill` in a process of its own, which
gets SIGKILL at seeded moments and is started again until it is done. Told at the end:

* span: the stories of the span that the server has and that are stored, and what the backfill stored outside it;
* twice: the articles that the server was asked for more than once. One that was under way at a kill, answered but not
  committed, has to be asked for again, since nobody can know what came of it: those are counted apart;
* live: seconds from publication to the row, with the backfill and, at the copy, without it, and their ratio.

Exit status 1 when the span is not exact, anything else was asked twice, or live stories came later by more than a tenth.
`--no-twin`: no second copy; live delays are then told, not compared. `--feed-only`: of the live endpoints the feed alone, whose
30 stories leave more of a short archive to the backfill.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from crawler.demo import log as logs  # noqa: E402
from crawler.demo.project import opened, write_project  # noqa: E402
from crawler.demo.site import Site  # noqa: E402
from crawler.demo.stories import MOSCOW  # noqa: E402
from storage.reader import Reader  # noqa: E402

DATELINE = str(Path(sys.executable).parent / "dateline")
NO_RECHECK = (30 * 86400,)
"""Ages at which stored articles are looked at again: not within the bench, since a look would be a second request."""

LATER = 1.1


@dataclass
class Agency:
    """One copy of the demo agency, the folder it is crawled from, and its daemon."""

    folder: Path
    days: int
    per_day: int
    base_time: float
    feed_only: bool
    published: dict[str, float] = field(default_factory=dict)
    stored: dict[str, float] = field(default_factory=dict)

    def __enter__(self) -> Agency:
        self.folder.mkdir()
        self.log = self.folder / "server.log"
        ready = self.folder / "ready.json"
        command = [
            sys.executable, "-m", "crawler.demo", "--control", "--generated-only", "--log", str(self.log),
            "--ready-file", str(ready), "--base-time", str(self.base_time), "--archive-days", str(self.days),
            "--per-day", str(self.per_day),
        ]  # fmt: skip
        self.processes = [subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)]
        self.port = _port(ready, self.processes[0])
        self.database = write_project(self.folder, self.port, names=("demo",), recheck=NO_RECHECK)
        if self.feed_only:
            source = self.folder / "sources" / "demo.toml"
            head, *endpoints = source.read_text().split("[[endpoint]]")
            kept = [each for each in endpoints if "/rss/" in each or 'role = "archive"' in each]
            source.write_text("[[endpoint]]".join([head, *kept]))
        return self

    def __exit__(self, *reason: object) -> None:
        for process in reversed(self.processes):
            if process.poll() is None:
                process.terminate()
            process.wait(30)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """`dateline …` over this copy; its lines go to a file in the folder."""
        with (self.folder / f"{arguments[0]}.txt").open("ab") as lines:
            command = [DATELINE, *arguments, *opened(self.port)]
            self.processes.append(subprocess.Popen(command, cwd=self.folder, stderr=lines, env=os.environ))
        return self.processes[-1]

    def publish(self) -> None:
        """One more story, now."""
        url = f"http://127.0.0.1:{self.port}/_control/fresh"
        with urllib.request.urlopen(urllib.request.Request(url, method="POST"), timeout=10) as answer:
            path = json.loads(answer.read())["path"]
        self.published[f"id:{path.rpartition('/')[2]}"] = time.monotonic()

    def rows(self, query: str) -> list[tuple[str, ...]]:
        if not self.database.exists() or self.database.stat().st_size < 10_000:
            return []
        with Reader(self.database) as reader:
            return reader.db.conn.execute(query).fetchall()

    def look(self) -> int:
        """Note which live stories are stored by now; answers how many articles are."""
        keys = {key for (key,) in self.rows("SELECT key FROM articles WHERE source = 'demo'")}
        for key in keys & self.published.keys() - self.stored.keys():
            self.stored[key] = time.monotonic()
        return len(keys)

    def delays(self) -> list[float]:
        """Seconds from publication to the row, of the live stories, rising."""
        return sorted(self.stored[key] - at for key, at in self.published.items() if key in self.stored)


def _port(ready: Path, server: subprocess.Popen[bytes]) -> int:
    """The port of a server that is starting, once it has written its file to the end."""
    end = time.monotonic() + 120.0
    while server.poll() is None and time.monotonic() < end:
        text = ready.read_text() if ready.exists() else ""
        with suppress(json.JSONDecodeError):  # it is being written
            return int(json.loads(text)["port"])
        time.sleep(0.05)
    server.kill()
    raise SystemExit(f"the demo agency did not start: status {server.wait()}, no {ready}")


class Clock:
    """Publishes at every copy in the same moment, and looks what is stored."""

    def __init__(self, agencies: list[Agency], every: float) -> None:
        self.agencies = agencies
        self.every = every
        self.next = time.monotonic()
        self.publishes = True

    def tick(self) -> int:
        """Answers the articles of the first copy."""
        if self.publishes and time.monotonic() >= self.next:
            self.next += self.every
            for agency in self.agencies:
                agency.publish()
        counts = [agency.look() for agency in self.agencies]
        time.sleep(0.1)
        return counts[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--per-day", type=int, default=56)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--every", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--oldest-first", action="store_true")
    parser.add_argument("--no-twin", action="store_true")
    parser.add_argument("--feed-only", action="store_true")
    given = parser.parse_args()
    chance = random.Random(given.seed)
    base = time.time()
    # One day more on the server than is asked for: nothing of it may be stored.
    world = Site.with_archive(given.days + 1, given.per_day, base_time=base, scripted=False)
    today = datetime.fromtimestamp(base, MOSCOW).date()
    first, last = today - timedelta(days=given.days), today - timedelta(days=1)
    wanted = {
        f"id:{story.id}"
        for story in world.stories.values()
        if first <= datetime.fromtimestamp(story.published, MOSCOW).date() <= last
    }
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="dateline-backfill-"))
        made = [
            stack.enter_context(Agency(Path(name) / copy, given.days + 1, given.per_day, base, given.feed_only))
            for copy in (("beside",) if given.no_twin else ("beside", "alone"))
        ]
        for agency in made:
            agency.start("daemon")
        while any(agency.look() < min(len(wanted), 30) for agency in made):
            time.sleep(0.2)
        clock = Clock(made, given.every)
        began = time.monotonic()
        before = {key for (key,) in made[0].rows("SELECT key FROM articles")}
        kills = backfill(made[0], clock, given, chance, (str(first), str(last)), len(wanted - before))
        took = time.monotonic() - began
        clock.publishes = False
        end = time.monotonic() + 45
        while any(len(a.stored) < len(a.published) for a in made) and time.monotonic() < end:
            clock.tick()
        words = (made[0].folder / "backfill.txt").read_text()
        print("\n".join(line for line in words.splitlines() if not line.startswith("database"))[-3000:])
        print(f"{len(wanted)} stories in {given.days} days, {took:.0f} s, killed {kills} times")
        good = [told_span(made[0], wanted, first), told_twice(made[0], wanted, kills), told_live(made)]
        return 0 if all(good) else 1


def backfill(
    agency: Agency, clock: Clock, given: argparse.Namespace, chance: random.Random, span: tuple[str, str], stories: int
) -> int:
    """Run the backfill to its end over `given.kills` kills at seeded moments; answers how many came."""
    arguments = ["backfill", "demo", "--since", span[0], "--until", span[1], *(["--oldest-first"] * given.oldest_first)]
    moments = sorted(chance.uniform(0.1, 0.9) for _ in range(given.kills))
    before, kills = agency.look(), 0
    for moment in moments:
        process = agency.start(*arguments)
        while process.poll() is None and clock.tick() - before < moment * stories:
            pass
        later = time.monotonic() + chance.uniform(0.0, 1.0)
        while process.poll() is None and time.monotonic() < later:
            clock.tick()
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
    process = agency.start(*arguments)
    while process.poll() is None:
        clock.tick()
    if process.returncode != 0:
        print(f"the last backfill ended with status {process.returncode}")
    return kills


def told_span(agency: Agency, wanted: set[str], first: object) -> bool:
    """Say what of the span is stored, and what lies outside it."""
    found = dict(agency.rows("SELECT key, published_at FROM articles WHERE source = 'demo'"))
    missing = wanted - found.keys()
    # The live feeds hold the newest stories: those are theirs. Nothing older than the span may be there.
    older = [
        key for key, at in found.items()
        if key not in wanted and str(datetime.fromisoformat(at).astimezone(MOSCOW).date()) < str(first)
    ]  # fmt: skip
    print(f"span: {len(wanted) - len(missing)} of {len(wanted)} stored, {len(missing)} missing, {len(older)} outside")
    return not missing and not older


def told_twice(agency: Agency, wanted: set[str], kills: int) -> bool:
    """Say which articles of the span the server was asked for twice; and which live ones, which is the daemon's doing."""
    asked = Counter(request.path for request in logs.read(agency.log) if request.path.rpartition("/")[2].isdigit())
    archived = {path for path in asked if f"id:{path.rpartition('/')[2]}" in wanted}
    twice = {path for path in archived if asked[path] > 1}
    urls = agency.rows("SELECT url FROM fetches WHERE outcome = 'interrupted' AND kind = 'article'")
    under_way = {f"/{url.split('/', 3)[3]}" for (url,) in urls}
    print(
        f"twice: {len(twice & under_way)} of the span's {len(archived)} articles, each under way at a kill ({kills} kills,"
        f" {len(under_way)} fetches cut off); {len(twice - under_way)} others"
    )
    live = [
        request
        for request in logs.read(agency.log)
        if request.path in asked.keys() - archived and asked[request.path] > 1
    ]
    again = sum(request.conditional for request in live)
    print(
        f"       live stories: {len({request.path for request in live})} looked at again, {again} times conditionally"
    )
    return not twice - under_way and len(twice) <= kills


def told_live(agencies: list[Agency]) -> bool:
    """Say how late live stories were stored, with and without the backfill."""
    good, figures = True, []
    for agency, what in zip(agencies, ("with the backfill", "without it"), strict=False):
        delays = agency.delays()
        good &= len(delays) == len(agency.published)
        if delays:
            figures.append((median(delays), delays[int(len(delays) * 0.95)]))
            print(
                f"live, {what}: {len(delays)} of {len(agency.published)} stories, median {figures[-1][0]:.1f} s,"
                f" 95th percentile {figures[-1][1]:.1f} s"
            )
    if len(figures) == 2:
        ratios = [with_it / without for with_it, without in zip(*figures, strict=True)]
        print(f"live, ratio: median {ratios[0]:.2f}, 95th percentile {ratios[1]:.2f}")
        good &= max(ratios) <= LATER
    return good


if __name__ == "__main__":
    sys.exit(main())
