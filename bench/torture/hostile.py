"""Hostile pages, feeds, sitemaps and listings through the real pool of workers, good pages beside them all the time.

Faults: a worker that dies; an input that ends neither as an article (or links) nor with a known reason; one that takes more
CPU time or memory than a page may; a story that must be kept and is not; a good page that does not come back.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING

from bench.torture.hostile_inputs import LAST_WORDS, Cost, Input, discovered, drawn, extracted, good, page
from bench.torture.part import Batch
from crawler.discovery.read import PROBLEMS, Discovery
from pipelines import walls
from pipelines.workers import FAILURES, MEMORY, SECONDS, ExtractionPool

if TYPE_CHECKING:
    from pathlib import Path

PROMISE = 3
TITLE = "hostile inputs"
TARGET = 500
BATCH = 50

WORKERS = 2
DOCUMENT_SECONDS = 20.0
"""What the crawler gives a document of discovery (`crawler.spiders.agency.DISCOVERY_SECONDS`, which needs Scrapy)."""
BESIDE = 4
"""Good pages on their way at any moment."""


def batch(seed: int, size: int, folder: Path) -> Batch:
    """So many inputs, one after the other, beside good pages."""
    del folder
    return asyncio.run(_tried(seed, size))


async def _tried(seed: int, size: int) -> Batch:
    pool = ExtractionPool(WORKERS)
    tally, faults, over = Counter[str](), list[str](), asyncio.Event()
    slowest, largest, began = 0.0, 0, time.monotonic()
    beside = [asyncio.ensure_future(_good_pages(pool, over)) for _ in range(BESIDE)]
    try:
        for number, given in enumerate(drawn(seed, size)):
            cost = await _read(pool, given)
            why = fault(cost, given)
            if why:
                faults.append(f"seed {seed}, input {number} ({given.name}): {why}")
            tally[ended(cost)] += 1
            if isinstance(cost, Cost):
                slowest, largest = max(slowest, cost.seconds), max(largest, cost.memory)
    finally:
        over.set()
        asked, lost = map(sum, zip(*await asyncio.gather(*beside), strict=True))
        await pool.close()
    if lost:
        faults.append(f"seed {seed}: {lost} of {asked} good pages beside the hostile ones were lost")
    figures = {
        "sum good pages beside them": asked,
        "sum articles or links": tally["read"],
        "sum known reasons": tally["reason"],
        "sum ended at the limit of time": tally["extract_timeout"],
        "sum ended at the limit of memory": tally["extract_memory"],
        "max CPU seconds": slowest,
        "max MB of a worker": largest / 2**20,
        "sum seconds": time.monotonic() - began,
    }
    return Batch(size, faults, figures)


async def _read(pool: ExtractionPool, given: Input) -> Cost | str:
    body = given.make()
    if given.kind is None:
        told = await pool.run(extracted, page(body, given.charset), seconds=SECONDS)
        return told if isinstance(told, str) else Cost(*told)
    read = await pool.run(discovered, given.kind, body, given.charset, seconds=DOCUMENT_SECONDS)
    return read if isinstance(read, str) else Cost(*read)


async def _good_pages(pool: ExtractionPool, over: asyncio.Event) -> tuple[int, int]:
    """(asked, lost) until it is over."""
    asked = lost = 0
    while not over.is_set():
        result = await pool.extract(page(good()))
        asked += 1
        lost += result.article is None or LAST_WORDS not in result.article.body
        await asyncio.sleep(0.05)
    return asked, lost


def ended(cost: Cost | str) -> str:
    """How an input ended, in a word."""
    if isinstance(cost, str):
        return cost
    if isinstance(cost.result, Discovery):
        return "read" if cost.result.links else "reason"
    return "read" if cost.result.article else "reason"


def fault(cost: Cost | str, given: Input) -> str | None:
    """What is wrong with how an input ended."""
    if isinstance(cost, str):
        return None if cost in ("extract_timeout", "extract_memory") and not given.keeps else f"ended as {cost}"
    if cost.seconds > SECONDS:
        return f"took {cost.seconds:.1f} s of CPU time"
    if cost.memory > MEMORY:
        return f"the worker took {cost.memory / 2**20:.0f} MB"
    if isinstance(cost.result, Discovery):
        told = cost.result
        if told.problem is not None and told.problem not in PROBLEMS:
            return f"ended with an unknown problem, {told.problem}"
        return (
            None if told.links or told.problem or told.refused or told.total == 0 else "nothing is told of its entries"
        )
    if cost.result.article is None:
        if cost.result.reason not in walls.REASONS | FAILURES:
            return f"ended neither as an article nor with a known reason: {cost.result.reason}"
        return f"its story is lost: {cost.result.reason} {cost.result.detail or ''}"[:200] if given.keeps else None
    return "its story is cut" if given.keeps and LAST_WORDS not in cost.result.article.body else None
