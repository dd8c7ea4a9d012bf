"""`dateline run …` with an eye on its parts, for `bench/crawl_parts.py`: python bench/crawl_inside.py OUT.json run …

The crawl is the command's own; what is looked at is in `crawl_watch.py`."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pipelines.workers
from bench import crawl_watch, paired
from crawler import passes
from crawler.cli import main

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def begin(out: Path) -> None:
    """Watch the pass that the command makes; what was seen is written when the process ends."""
    pipelines.workers._extract = crawl_watch.extract
    threads, still = crawl_watch.Threads(), crawl_watch.Standstill()
    run_pass: Callable[..., Awaitable[Any]] = passes.run_pass
    seen: dict[str, Any] = {}

    async def watched(*given: Any, **named: Any) -> Any:
        seen["began"] = time.process_time(), time.thread_time()
        threads.spent.clear()  # of what was started before
        watching = asyncio.create_task(still.watch())
        try:
            return await run_pass(*given, **named)
        finally:
            watching.cancel()

    passes.run_pass = watched

    try:
        main()
    finally:
        if still.late:  # else there was no pass, and the command has said why
            began, loop = seen["began"]
            looking = threads.spent.pop(crawl_watch.LOOKING, 0.0)
            told = {
                "cpu": time.process_time() - began - looking,
                "loop": time.thread_time() - loop,
                "threads": dict(threads.spent),
                "late": max(still.late),
                "late_p99": paired.percentile(still.late, 0.99),
                "callback": still.longest,
            }
            out.write_text(json.dumps(told))


if __name__ == "__main__":
    out = Path(sys.argv.pop(1))
    begin(out)
