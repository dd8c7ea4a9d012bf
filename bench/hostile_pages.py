"""Pages made to be slow, large or damaged, through the real pool of workers: what each ended with, seconds, memory.

    python bench/hostile_pages.py [--seconds S] [--scale X] [NAME …]

Makers and sizes: tests/pipelines/hostile_pages.py (a NAME is a part of theirs). One worker with the pool's own limits
(10 s a page, 1.5 GB of address space); a good page is read after each. Memory: the peak of the worker, in MB, since
it was started; a page that is killed has none. Then the 30 control references in four spellings. Exit status 1 where a
page ends neither as an article nor with a reason, where a page that must keep its story loses it, or where a good page
does not come back.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipelines import walls
from pipelines.workers import FAILURES, MEMORY, SECONDS, ExtractionPool
from storage.models import Extraction, Page, Profile
from tests.pipelines.hostile_pages import CONTROLS, LAST_WORDS, SPELLINGS, HostilePage, pages, referenced, story


def page(body: bytes, charset: str | None = None) -> Page:
    url = "https://agency.test/news/port-reopens-118"
    return Page(url, url, body, "2026-09-01T00:00:00Z", Profile("agency"), charset=charset, content_type="text/html")


def fault(extraction: Extraction, hostile: HostilePage) -> str | None:
    """Why an end is not as it must be, or None."""
    if extraction.article is None:
        if extraction.reason not in walls.REASONS | FAILURES:
            return "NEITHER AN ARTICLE NOR A KNOWN REASON"
        return "LOST" if hostile.keeps else None
    return "STORY LOST" if hostile.keeps and LAST_WORDS not in extraction.article.body else None


async def measure(arguments: argparse.Namespace) -> int:
    bad, counted = 0, 0
    for name, hostile in pages(arguments.scale).items():
        if arguments.names and not any(part in name for part in arguments.names):
            continue
        body = hostile.make()
        pool = ExtractionPool(1, seconds=arguments.seconds, memory=MEMORY)
        try:
            await pool.extract(page(story().encode()))
            began = time.perf_counter()
            extraction = await pool.extract(page(body, hostile.charset))
            took = time.perf_counter() - began
            used = await pool.run(resource.getrusage, resource.RUSAGE_SELF, seconds=30)
            memory = 0 if isinstance(used, str) else used.ru_maxrss // 1024
            good = await pool.extract(page(story().encode()))
        finally:
            await pool.close()
        end = f"article of {extraction.article.word_count} words" if extraction.article else f"{extraction.reason}"
        why = fault(extraction, hostile) or (None if good.article else "THE GOOD PAGE AFTER IT IS LOST")
        bad += why is not None
        counted += 1
        told = f" ({extraction.detail[:70]})" if extraction.detail and not extraction.article else ""
        print(f"{took:6.2f} s {memory:5} MB {len(body) / 1e6:6.2f} MB in  {name}: {why or ''} {end}{told}", flush=True)
    print(f"{counted} pages, {bad} at fault")
    return bad


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
    parser.add_argument("--seconds", type=float, default=SECONDS, help="the limit a page")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full sizes")
    arguments = parser.parse_args()
    return 1 if asyncio.run(measure(arguments)) + asyncio.run(references()) else 0


if __name__ == "__main__":
    sys.exit(main())
