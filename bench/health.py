"""Health told rightly and in time: made-up sources, undisturbed and broken, through the real tables, facts and judge.

    python bench/health.py [--seed 1] [--sources 100] [--days 30] [--processes 2] [--only silence]
    python bench/health.py --cost 1000000

Each of `--sources` sources is broken once, on a day after the tenth (bench/health_world.py has the ways); as many are left
alone. Their fetches, articles and polls are written as a crawl would write them, by a clock that is simulated, and each source
is judged at the end of its crawls as `crawler/checkup.py` does it (a crawl that brought nothing and failed at nothing once an
hour). Right is: the expected state and no other, told in time and never before. In time is:

- a redesign, a wall, a block, lost times or headlines: at the first poll by which five new articles have come (the galleries
  that the source always had are none);
- half of the articles empty: within twenty;
- an endpoint that gives nothing: within three hours;
- silence: never before it is less likely than 1 in 1,000, and at the latest when it is less likely than 1 in 1,000,000, or 24
  hours after 1 in 1,000 where that is later (one day may be a holiday). The chance is that of the very process that makes the
  source's pages: its true hourly rates, over the luck of its days and holidays, which nobody knows before. Told at once at 1
  in 1,000, an undisturbed source of 3,000 gaps a month would give false alarms every month; hence the room. The lag after
  1 in 1,000 is printed, and that after the earlier moment at which the hourly rates alone, without days' luck, say so.

An alarm before a source is broken makes it wrong, too. Exit status 1 when fewer than 95 in 100 are right or more than one
false alarm comes in a hundred undisturbed months.

`--cost`: what a judgement and the view cost beside so many articles and three times as many fetches.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.health_world import DAY, EXPECTED, MUTATIONS, Page, World  # noqa: E402
from crawler import health  # noqa: E402
from storage import clock, database  # noqa: E402
from storage import health as facts  # noqa: E402

if TYPE_CHECKING:
    from sqlite_utils import Database

BEGIN = 1_788_220_800.0  # 2026-09-01, a Tuesday
IDLE = 3600.0
"""A poll without news is judged this often: nothing but a silence can have grown."""

ENDPOINT_LIMIT, SILENCE_LIMIT = 3 * 3600.0, DAY
RARE, SURE = 1e-3, 1e-6


@dataclass
class Told:
    """What was told of one source: (when, state), and how many pages had come since it broke; what was right."""

    source: str
    mutation: str | None
    states: list[tuple[float, str, str | None]] = field(default_factory=list)
    verdict: str = ""
    detail: str = ""
    hours: float | None = None
    after_rates: float | None = None
    pages: int | None = None


def text(at: float) -> str:
    """As `clock.text`, in a tenth of its time: most of the bench would be that."""
    return datetime.fromtimestamp(int(at), UTC).isoformat()[:19] + "Z"


class Player:
    """Writes one world into a database as crawls would, poll by poll, and judges it."""

    def __init__(self, db: Database, world: World, name: str) -> None:
        self.db, self.world, self.name = db, world, name
        self.chance = Random(world.seed * 7 + 1)
        self.execute = db.conn.execute
        self.standing: facts.Standing | None = None
        self.judged_at = 0.0
        self.queue: list[tuple[float, Page, int]] = []
        self.fresh = self.refused = 0
        self.tries = dict.fromkeys((f"https://{name}.test/feed-{n}.xml" for n in range(world.endpoints)), 0)
        self.execute("INSERT INTO source VALUES (?, ?)", (name, text(world.begin)))
        for url in self.tries:
            self.execute(
                "INSERT INTO link (source, url, kind, host, found_at, seeded, state, rank, due)"
                " VALUES (?, ?, 'feed', 'h', ?, 1, 'pending', 1, ?)",
                (name, url, world.begin, world.begin),
            )

    def play(self) -> Told:
        world = self.world
        told = Told(self.name, world.mutation)
        pages = world.pages()
        # At the first poll the feed holds what it published before; half a day's pages stand for it.
        now, place = world.begin + 43200.0 + self.chance.uniform(0, 600), 0
        end = world.begin + world.days * DAY
        if world.mutation == "silence":
            end = max(end, world.breaks_at + 8 * DAY)
        while now < end:
            if any(a <= now < b for a, b in world.off):
                now = next(b for a, b in world.off if a <= now < b)
            if self._poll(now):
                while place < len(pages) and pages[place].at <= now:
                    self.queue.append((now, pages[place], 0))
                    place += 1
            news = self._look(now)
            if world.backfilled is not None and now >= world.backfilled:
                self._backfill(now)
            if news or any(self.tries.values()) or now - self.judged_at >= IDLE:
                self._judge(now, told)
                if told.verdict and now > world.breaks_at + 2 * DAY:
                    break
            now += world.interval + self.chance.uniform(0, 5)
        return told

    def _poll(self, now: float) -> bool:
        """Poll each endpoint; whether one gave its links."""
        world, good = self.world, False
        broken = now >= world.breaks_at
        down = any(a <= now < b for a, b in world.outages)
        for url in self.tries:
            outcome = "listed" if self.chance.random() < 0.3 else "not_modified"
            if broken and world.mutation == "block_all":
                outcome = self.chance.choice(("blocked:http_403", "failed:http_429"))
            elif broken and world.mutation == "endpoint":
                outcome = "failed:not_a_feed" if world.seed % 2 else "failed:empty_feed"
            elif down:
                outcome = "failed:timeout"
            elif self.chance.random() < world.failing:
                outcome = self.chance.choice(("failed:timeout", "failed:http_502", "failed:empty_feed"))
            fine = ":" not in outcome
            self._fetch(now, url, "feed", outcome)
            self.tries[url] = 0 if fine else self.tries[url] + 1
            self.refused += broken and not fine
            good = good or fine
            self.execute(
                "UPDATE link SET seen = seen + ?, tries = ?, reason = ?, looked_at = CASE WHEN ? THEN ? ELSE looked_at END"
                " WHERE source = ? AND url = ? AND scope = 0",
                (fine, self.tries[url], outcome, fine, now, self.name, url),
            )
        return good

    def _look(self, now: float) -> bool:
        """Fetch the pages that are due; whether one was new. Stored ones are looked at again, like rejected ones."""
        due = [item for item in self.queue if item[0] <= now]
        self.queue = [item for item in self.queue if item[0] > now]
        news = False
        for number, (_, page, looks) in enumerate(due):
            at, url = now + 1 + number * 2, f"https://{self.name}.test/{page.number}"
            if looks == 0 and self.chance.random() < self.world.failing:
                self._fetch(at, url, "article", "failed:timeout")
                self.queue.append((now + 900, page, 0))
                continue
            fine = page.outcome == "new"
            if looks == 0:
                news = True
                self.fresh += page.article and page.at >= self.world.breaks_at
            if fine and looks == 0:
                self._store(at, url, page)
            elif fine:
                self._fetch(at, url, "article", self.chance.choice(("unchanged", "not_modified")))
            else:
                self._fetch(at, url, "article", page.outcome)
            if looks < 2:
                self.queue.append((now + (900, 3600)[looks], page, looks + 1))
        return news

    def _backfill(self, now: float) -> None:
        """A backfill meets old layouts, and an import brings pages: neither says anything about the present."""
        self.world.backfilled = None
        for number in range(60):
            url = f"https://{self.name}.test/old/{number}"
            self._fetch(now, url, "article", "rejected:no_text" if number % 2 else "gone", backfill=1)
            self._fetch(now, url, "article", "rejected:consent_wall", record=f"warc:{self.name}#{number}")

    def _fetch(
        self, at: float, url: str, kind: str, outcome: str, article: int | None = None, backfill: int = 0,
        record: str | None = None,
    ) -> None:  # fmt: skip
        name, _, reason = outcome.partition(":")
        self.execute(
            "INSERT INTO fetch (source, url, kind, at, outcome, reason, article_id, backfill, record) VALUES (?, ?, ?, ?, ?, ?,"
            " ?, ?, ?)",
            (self.name, url, kind, text(at), name, reason or None, article, backfill, record),
        )

    def _store(self, at: float, url: str, page: Page) -> None:
        seen = text(at)
        published = (text(page.at), "second") if page.timed else (text(page.at)[:10], "day")
        cursor = self.execute(
            "INSERT INTO article (source, key, url, canonical_url, authors, tags, form, rights, access, word_count, extractor,"
            " status, revision, story_id, first_seen_at, last_checked_at, row_hash, published_at, published_precision)"
            " VALUES (?, ?, ?, ?, '[]', '[]', 'article', 'open', 'open', ?, 'x', 'live', 1, 1, ?, ?, x'', ?, ?)",
            (self.name, url, url, url, page.words, seen, seen, *published),
        )
        article = cursor.lastrowid
        self.execute(
            "INSERT INTO revision (article_id, revision, kind, title, body, subheads, content_hash, seen_at, extractor,"
            " row_hash) VALUES (?, 1, 'first', ?, '', '[]', '', ?, 'x', x'')",
            (article, page.title, seen),
        )
        self.execute("INSERT INTO address VALUES (?, ?, ?, ?, 0)", (self.name, url, article, seen))
        self._fetch(at, url, "article", "new", article)

    def _judge(self, now: float, told: Told) -> None:
        now += 120
        self.judged_at = now
        before = facts.standing(self.db, self.name)
        since = before.since if before is not None and before.state in health.BAD else None
        present = facts.present(self.db, self.name, now=now, trouble_since=since)
        wanted = health.wants_past(present, before, now)
        past = None
        if wanted is not None:
            past = facts.past(
                self.db, self.name, looks_until=wanted.looks_until, until=wanted.until, apart=wanted.apart
            )
        self.standing = health.judge(present, before, past, now=now)
        facts.write(self.db, self.name, self.standing)
        state = self.standing.state
        if state in health.BAD and (before is None or before.state != state):
            told.states.append((now, state, self.standing.why))
            if told.pages is None and now >= self.world.breaks_at:
                told.pages = self.refused if self.world.mutation == "block_all" else self.fresh
        self._in_time(now, told, state)

    def _in_time(self, now: float, told: Told, state: str) -> None:
        """Whether the state was right at the judgement by which it had to be told."""
        world = self.world
        if world.mutation is None or now < world.breaks_at or told.verdict:
            return
        if state in health.BAD:
            told.verdict = "right" if state == EXPECTED[world.mutation] else "wrong"
            told.detail = f"{state}: {self.standing.why}" if self.standing else state
            told.hours = (now - world.breaks_at) / 3600
            if world.mutation == "silence":
                self._silence_told(now, told)
            return
        match world.mutation:
            case "silence":
                return
            case "half":
                late = self.fresh >= 20
            case "endpoint":
                late = now > world.breaks_at + ENDPOINT_LIMIT
            case "block_all":
                late = self.refused >= 5 * world.endpoints
            case _:
                late = self.fresh >= 5
        if late:
            told.verdict, told.detail = "late", state

    def _silence_told(self, now: float, told: Told) -> None:
        """Whether a silence is told in time, and how long after it was told by the two measures."""
        begin = self._silent_since()
        rare = self.world.unlikely_at(begin, RARE)
        limit = max(rare + SILENCE_LIMIT, self.world.unlikely_at(begin, SURE))
        told.hours = (now - rare) / 3600
        told.after_rates = (now - self.world.unlikely_by_rates(begin, RARE)) / 3600
        if told.verdict == "right":
            told.verdict = "early" if now < rare else "late" if now > limit else "right"
        if told.verdict != "right":
            told.detail += f"; 1 in 1,000 at {text(rare)}, to be told by {text(limit)}, told {text(now)}"

    def _silent_since(self) -> float:
        row = self.execute("SELECT max(at) FROM fetch WHERE source = ? AND outcome = 'new'", (self.name,)).fetchone()
        return clock.epoch(row[0]) or self.world.begin


def worlds(seed: int, sources: int, days: int, only: str | None = None) -> list[World]:
    """`sources` broken ones (in the way `only`, or each way in turn), then as many undisturbed."""
    chance = Random(seed)
    broken = [
        World(
            seed * 100_000 + n,
            BEGIN + chance.randrange(7) * DAY,
            days,
            only or MUTATIONS[n % len(MUTATIONS)],
            BEGIN + 7 * DAY + chance.uniform(10, days - 10) * DAY,
        )
        for n in range(sources)
    ]
    return [
        *broken,
        *(World(seed * 100_000 + 50_000 + n, BEGIN + chance.randrange(7) * DAY, days) for n in range(sources)),
    ]


def played(given: list[World]) -> list[Told]:
    """What is told of each world, in a database of its own."""
    with tempfile.TemporaryDirectory(prefix="dateline-health-") as folder:
        db = database.open_writer(Path(folder) / "news.db")
        db.conn.execute("PRAGMA synchronous = OFF")  # nothing here is to outlive the bench
        db.conn.execute("INSERT INTO story (story_id) VALUES (1)")
        found = []
        for world in given:
            db.conn.execute("BEGIN")
            player = Player(db, world, f"s{world.seed}")
            told = player.play()
            db.conn.execute("COMMIT")
            before = [state for at, state, _ in told.states if at < world.breaks_at]
            if world.mutation is not None:
                told.verdict = "false alarm" if before else told.verdict or "late"
            found.append(told)
        db.close()
        return found


def false_alarms(told: list[Told]) -> list[tuple[str, float, str, str | None]]:
    """What was told of undisturbed sources."""
    return [
        (each.source, (at - BEGIN) / DAY, state, why)
        for each in told
        if each.mutation is None
        for at, state, why in each.states
    ]


def table(told: list[Told]) -> str:
    """A line a mutation: right of how many, and when all of them were told, right or not: hours after it broke, or after the
    silence was less likely than 1 in 1,000."""
    kinds: dict[str, list[Told]] = defaultdict(list)
    for each in told:
        if each.mutation is not None:
            kinds[each.mutation].append(each)
    lines = [f"{'broken by':16} {'right':>10}  {'told after (median, 95 %, most)':34} articles since (median, most)"]
    for kind, those in kinds.items():
        right = sum(each.verdict == "right" for each in those)
        pages = sorted(each.pages for each in those if each.pages is not None)
        when = _quantiles([each.hours for each in those])
        many = f"{pages[len(pages) // 2]}, {pages[-1]}" if pages and kind not in {"silence", "endpoint"} else ""
        lines.append(f"{kind:16} {right:>3} of {len(those):>3}  {when:34} {many}".rstrip())
    if silent := kinds.get("silence"):
        lines.append(f"{'silence':16} {'by rates':>10}  {_quantiles([each.after_rates for each in silent])}")
    return "\n".join(lines)


def _quantiles(hours: list[float | None]) -> str:
    known = sorted(each for each in hours if each is not None)
    if not known:
        return ""
    return ", ".join(f"{known[min(len(known) * of // 100, len(known) - 1)]:.1f} h" for of in (50, 95, 100))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sources", type=int, default=100)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--only", choices=MUTATIONS)
    parser.add_argument("--cost", type=int, metavar="ARTICLES")
    given = parser.parse_args()
    if given.cost:
        from bench.health_cost import cost

        return cost(given.cost)
    began = time.monotonic()
    every = worlds(given.seed, given.sources, given.days, given.only)
    parts = [every[n :: given.processes * 4] for n in range(given.processes * 4)]
    with ProcessPoolExecutor(given.processes, mp_context=get_context("spawn")) as pool:
        told: list[Told] = [each for part in pool.map(played, parts) for each in part]
    broken = [each for each in told if each.mutation is not None]
    right = sum(each.verdict == "right" for each in broken)
    alarms = false_alarms(told)
    print(table(told))
    for each in sorted(broken, key=lambda each: each.source):
        if each.verdict != "right":
            print(f"  {each.verdict}: {each.source} {each.mutation}: {each.detail} {_states(each)}")
    for source, day, state, why in alarms:
        print(f"  false alarm: {source} day {day:.1f}: {state}: {why}")
    undisturbed = len(told) - len(broken)
    print(
        f"seed {given.seed}: {right} of {len(broken)} right, {len(alarms)} false alarms in {undisturbed} undisturbed"
        f" source-months of {given.days} days; {time.monotonic() - began:.0f} s"
    )
    return int(right < 0.95 * len(broken) or len(alarms) > undisturbed / 100)


def _states(told: Told) -> Any:
    return [(round((at - BEGIN) / DAY, 2), state, why) for at, state, why in told.states][:2]


if __name__ == "__main__":
    sys.exit(main())
