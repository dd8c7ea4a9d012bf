"""Every kind of change that a wire and a paper make to their stories, and what the real crawl calls each.

    python bench/events.py [--stories 300] [--events 900] [--seed 1] [--keep FOLDER] [--list 20]

The grown demo agency (crawler/demo/grown) on loopback, crawled with the clock moved along, so that all looks of the schedule
(15 min, 1 h, 3 h, 6 h, 24 h, 3 d) come due. Prints a table kind of event -> right, wrong, and the wrong ones with what was
found. Exit status 1 when an event was called wrong, a story has two articles, or a revision stands for nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from crawler.demo.grown.kinds import KINDS  # noqa: E402
from crawler.demo.grown.plan import Plan, plan  # noqa: E402
from crawler.demo.grown.replay import Crawled, replay  # noqa: E402
from crawler.demo.grown.verdict import Judgement, judge  # noqa: E402
from crawler.loop import run_in_loop  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stories", type=int, default=300)
    parser.add_argument("--events", type=int, default=900)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder in which the database is left")
    parser.add_argument("--list", type=int, default=20, help="wrong events shown of each kind")
    given = parser.parse_args()
    laid = plan(given.stories, given.events, given.seed)
    with tempfile.TemporaryDirectory(prefix="dateline-events-") as name:
        folder = given.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        database = folder / "news.db"
        if database.exists():
            parser.error(f"{database} is there already; name another folder")
        crawled: list[Crawled] = []

        async def work(_: asyncio.Event) -> int:
            crawled.append(await replay(laid, database, told=_progress))
            return 0

        run_in_loop(work)
        judgement = judge(database, laid, crawled[0].site)
    return _report(laid, crawled[0], judgement, given.list)


def _progress(done: int, steps: int) -> None:
    if sys.stderr.isatty():
        print(f"\rlook {done} of {steps}", end="\n" if done == steps else "", file=sys.stderr, flush=True)


def _report(laid: Plan, crawled: Crawled, judgement: Judgement, listed: int) -> int:
    print(f"{'kind of event':20} {'right':>5} {'wrong':>5}  what it is")
    for kind, (right, wrong) in judgement.by_kind().items():
        print(f"{kind:20} {right:5} {wrong or '·':>5}  {KINDS[kind].what}")
    shown: Counter[str] = Counter()
    for verdict in judgement.wrong:
        event = verdict.event
        shown[event.kind] += 1
        if shown[event.kind] <= listed:
            step = (event.at - laid.base_time) / 1000
            print(
                f"  {event.kind} {event.number} of story {event.piece} at step {step:g}: {'; '.join(verdict.problems[:6])}"
            )
    for line in judgement.strays[:listed]:
        print(f"  {line}")
    failed = Counter(f"{r.source} {r.reason}: {r.detail}" for r in crawled.reports if r.reason != "finished")
    for what, times in failed.items():
        print(f"  a pass ended otherwise: {what}, {times} times")
    events = sum(1 for v in judgement.verdicts if v.event.number)
    wrong = sum(1 for v in judgement.wrong if v.event.number)
    print(
        f"{len(laid.publications)} stories, {events} events: {events - wrong} right, {wrong} wrong; "
        f"{len(judgement.wrong) - wrong} publications wrong, {len(judgement.strays)} strays; "
        f"{crawled.requests} requests in {crawled.seconds:.0f} s"
    )
    return 1 if judgement.wrong or judgement.strays or failed else 0


if __name__ == "__main__":
    sys.exit(main())
