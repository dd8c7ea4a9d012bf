"""Where the CPU time of an extraction goes, by step, beside trafilatura's own in the same run.

    python bench/extraction_profile.py CORPUS [--pages 200] [--seed 1] [--slow 300] [--steps-only]

CORPUS holds gold/dev.jsonl and pages/dev/ID.html.gz. One process; of each page first one then the other extraction, in
turns, so that the ratio holds on a busy machine; steps as `Extraction.spent` tells them (by the clock, so that what
else runs there is in them: their shares say more than their milliseconds). `--pages 0` takes all. `--slow`: pages that
took more milliseconds of CPU than this are named, with their longest steps; each is read again first, and counts by its
better time.
"""

from __future__ import annotations

import argparse
import collections
import gzip
import json
import logging
import random
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.extraction import FETCHED_AT, warm
from pipelines.extractor import extract
from storage.models import Extraction, Page, Profile


def page_of(gold: dict[str, Any], corpus: Path) -> Page:
    body = gzip.decompress((corpus / "pages" / "dev" / f"{gold['id']}.html.gz").read_bytes())
    url = gold.get("url") or f"https://{gold['site']}/{gold['id']}"
    return Page(url, url, body, FETCHED_AT, Profile(source=gold["site"], licensed=True), charset=gold.get("encoding"))


def timed(page: Page) -> tuple[Extraction, float]:
    """The extraction and its milliseconds of CPU."""
    began = time.process_time()
    extraction = extract(page)
    return extraction, (time.process_time() - began) * 1000


def theirs(page: Page) -> float:
    """Milliseconds of CPU of trafilatura's extraction with its metadata."""
    from trafilatura import bare_extraction

    began = time.process_time()
    bare_extraction(page.body, url=page.url, with_metadata=True)
    return (time.process_time() - began) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--pages", type=int, default=200, help="so many, drawn at random; 0 for all (default 200)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slow", type=float, default=300, help="name pages that took more ms of CPU (default 300)")
    parser.add_argument("--steps-only", action="store_true", help="leave trafilatura out: half the time")
    options = parser.parse_args()
    listing = options.corpus / "gold" / "dev.jsonl"
    if not listing.exists():
        parser.error(f"{options.corpus}: no gold/dev.jsonl there; give the folder of the corpus")
    rows = [json.loads(line) for line in listing.read_text(encoding="utf-8").splitlines()]
    random.Random(options.seed).shuffle(rows)
    rows = rows[: options.pages or None]
    logging.disable(logging.CRITICAL)
    warm()
    steps: collections.Counter[str] = collections.Counter()
    ours: list[float] = []
    peer = 0.0
    slow: list[tuple[float, str, int, Extraction]] = []
    for number, gold in enumerate(rows):
        page = page_of(gold, options.corpus)
        if number % 2 and not options.steps_only:
            peer += theirs(page)
        extraction, took = timed(page)
        if not number % 2 and not options.steps_only:
            peer += theirs(page)
        ours.append(took)
        steps.update(dict(extraction.spent))
        if took > options.slow and (again := min(took, timed(page)[1])) > options.slow:
            slow.append((again, gold["id"], len(page.body), extraction))
    total = sum(steps.values())
    print(f"{'step':20}{'ms a page':>10}{'share':>8}")
    for step, spent in steps.most_common():
        print(f"{step:20}{spent / len(rows):>10.2f}{spent / total:>8.1%}")
    ours.sort()
    print(
        f"CPU ms a page over {len(rows)} pages: mean {sum(ours) / len(ours):.1f}, median {ours[len(ours) // 2]:.1f}, "
        f"95 % {ours[int(len(ours) * 0.95)]:.1f}, most {ours[-1]:.0f}"
    )
    if not options.steps_only:
        print(f"trafilatura with its metadata: mean {peer / len(rows):.1f}; ratio {sum(ours) / peer:.3f}")
        others = 1 - steps["body"] / total
        print(f"all steps but the body: {sum(ours) * others / peer:.3f} of trafilatura's")
    print(f"pages over {options.slow:.0f} ms: {len(slow)}")
    for took, name, size, extraction in sorted(slow, key=lambda found: -found[0]):
        longest = sorted(extraction.spent, key=lambda step: -step[1])[:3]
        told = ", ".join(f"{step} {spent:.0f}" for step, spent in longest)
        print(f"  {took:.0f} ms  {name}  {size // 1000} kB: {told}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
