"""Pages made to be slow, large or damaged, through the real pool of workers: what each ended with, CPU seconds, memory.

    python bench/hostile_pages.py [--seconds S] [--scale X] [--minutes M] [--out FILE] [NAME …]

Makers and sizes: tests/pipelines/hostile_pages.py (a NAME is a part of theirs). One worker with the pool's own limit of
memory (1.5 GB of address space); a good page is read after each. The pool's limit of time (10 s a page) is one of the
clock: here it is one of the worker's CPU time, so that what else the machine does counts for nothing, and the clock only
ends what takes four times as long. Memory: the peak of the worker, in MB, since it was started; a page that is killed has
none. Last the 30 control references in four spellings. FILE gets a line a page, as it ends; pages that it names already
are not read again, so a run that was ended (by --minutes, or by hand) goes on where it was. Exit status 1 where a page
ends neither as an article nor with a reason, or later than the limit, or with another reason than it must, where a page
that must keep its story loses it, or where a good page does not come back; 2 where pages are left.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipelines import walls
from pipelines.workers import FAILURES, MEMORY, SECONDS, ExtractionPool
from storage.models import Extraction, Page, Profile
from tests.pipelines.hostile_pages import CONTROLS, LAST_WORDS, SPELLINGS, HostilePage, pages, referenced, story

CLOCK = 4.0
"""Limit of the clock, in limits of CPU time."""


def page(body: bytes, charset: str | None = None) -> Page:
    url = "https://agency.test/news/port-reopens-118"
    return Page(url, url, body, "2026-09-01T00:00:00Z", Profile("agency"), charset=charset, content_type="text/html")


def fault(extraction: Extraction, hostile: HostilePage, cpu: float, limit: float) -> str | None:
    """Why an end is not as it must be, or None. `cpu`: seconds that the page took, of `limit`."""
    if extraction.reason == "extract_timeout" or cpu > limit:
        return "TOO SLOW"
    if hostile.reason is not None and extraction.reason != hostile.reason:
        return f"NOT {hostile.reason}"
    if extraction.article is None:
        if extraction.reason not in walls.REASONS | FAILURES:
            return "NEITHER AN ARTICLE NOR A KNOWN REASON"
        return "LOST" if hostile.keeps else None
    return "STORY LOST" if hostile.keeps and LAST_WORDS not in extraction.article.body else None


def done(out: Path | None) -> set[str]:
    """The names of the pages whose ends a file tells."""
    if out is None or not out.exists():
        return set()
    return {json.loads(line)["name"] for line in out.read_text(encoding="utf-8").splitlines() if line.strip()}


async def used(pool: ExtractionPool) -> tuple[float, int]:
    """(CPU seconds, peak of memory in MB) of the pool's only worker since it was started."""
    usage = await pool.run(resource.getrusage, resource.RUSAGE_SELF, seconds=30)
    return (0.0, 0) if isinstance(usage, str) else (usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024)


async def measure(arguments: argparse.Namespace) -> tuple[int, int]:
    """(pages at fault, pages that are left)."""
    bad, counted, left, began = 0, 0, 0, time.monotonic()
    known = done(arguments.out)
    for name, hostile in pages(arguments.scale).items():
        if name in known or (arguments.names and not any(part in name for part in arguments.names)):
            continue
        if arguments.minutes and time.monotonic() - began > 60 * arguments.minutes:
            left += 1
            continue
        body = hostile.make()
        pool = ExtractionPool(1, seconds=CLOCK * arguments.seconds, memory=MEMORY)
        try:
            await pool.extract(page(story().encode()))
            before, _ = await used(pool)
            extraction = await pool.extract(page(body, hostile.charset))
            after, memory = await used(pool)
            good = await pool.extract(page(story().encode()))
        finally:
            await pool.close()
        cpu = max(0.0, after - before)
        end = f"article of {extraction.article.word_count} words" if extraction.article else f"{extraction.reason}"
        why = fault(extraction, hostile, cpu, arguments.seconds)
        why = why or (None if good.article else "THE GOOD PAGE AFTER IT IS LOST")
        bad += why is not None
        counted += 1
        told = f" ({extraction.detail[:70]})" if extraction.detail and not extraction.article else ""
        # Of a worker that was killed nothing is known.
        spent = "     - " if extraction.reason in FAILURES else f"{cpu:6.2f} "
        print(f"{spent}s {memory:5} MB {len(body) / 1e6:6.2f} MB in  {name}: {why or ''} {end}{told}", flush=True)
        if arguments.out:
            line = {
                "name": name,
                "cpu": round(cpu, 2) if extraction.reason not in FAILURES else None,
                "memory": memory,
                "end": end,
                "fault": why,
            }
            with arguments.out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    print(f"{counted} pages, {bad} at fault" + (f", {left} left" if left else ""))
    return bad, left


async def references() -> int:
    lost = []
    pool = ExtractionPool(2)
    try:
        for number in CONTROLS:
            for spelling in SPELLINGS:
                extraction = await pool.extract(page(referenced(number, spelling)))
                text = extraction.article.body if extraction.article else ""
                if LAST_WORDS not in text or "master, who was there, said that the work was done." not in text:
                    lost.append(spelling.format(number))
    finally:
        await pool.close()
    print(f"{len(CONTROLS)} control references in {len(SPELLINGS)} spellings: {len(lost)} lost {lost}")
    return len(lost)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="the limit a page, of CPU time")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full sizes")
    parser.add_argument("--minutes", type=float, help="begin no page after this time")
    parser.add_argument("--out", type=Path, help="a line of JSON a page; those that it names are not read again")
    arguments = parser.parse_args()
    bad, left = asyncio.run(measure(arguments))
    if left:
        return 2
    return 1 if bad + asyncio.run(references()) else 0


if __name__ == "__main__":
    sys.exit(main())
