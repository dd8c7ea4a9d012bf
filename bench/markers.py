"""What it costs to read the marks of headlines and texts, on real pages and on hostile ones.

    python bench/markers.py [--corpus ../shared/corpus] [--rounds 7]

Prints processor time a page (best of the rounds) over the titles and bodies of the corpus' gold, and the worst of texts and
titles made to be slow. The bound is that of the design: below 0.1 ms a page. Exit status 1 when it is above.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pipelines.markers import read  # noqa: E402

BOUND_MS = 0.1
TEXTS = {
    "sentences that begin like a note": "this story " + "a " * 340,
    "earlier versions": "an earlier version of this " + "a " * 330,
    "brackets": "(" * 700,
    "advisories": "(adds " + ", corrects" * 60 + ")",
    "Russian notes": "новость " + "а " * 330,
    "Japanese notes": "この記事" + "あ" * 690,
}
TITLES = {"stacked marks": "RPT-" * 499 + "x", "brackets": "(UPDATE) " * 220 + "x", "dashes": "- " * 999 + "a"}


def milliseconds(pairs: Sequence[tuple[str, str]], rounds: int) -> float:
    """Processor time of one pair, the best of `rounds`."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        for title, body in pairs:
            read(title, body)
        best = min(best, time.process_time() - started)
    return best / len(pairs) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--corpus", type=Path, default=Path(os.environ.get("DATELINE_CORPUS", ROOT / "../shared/corpus"))
    )
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    gold = options.corpus / "gold/dev.jsonl"
    worst = 0.0
    if gold.exists():
        pages = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
        pairs = [(page.get("title") or "", page.get("body") or "") for page in pages]
        worst = milliseconds(pairs, options.rounds)
        print(f"{len(pairs)} pages of the corpus: {worst:.3f} ms a page, titles alone ", end="")
        print(f"{milliseconds([(title, '') for title, _ in pairs], options.rounds):.3f} ms")
    else:
        print(f"{gold}: not here (--corpus, DATELINE_CORPUS); only the hostile ones are measured")
    for name, line in TEXTS.items():
        print(
            f"hostile text, {name}, 1 MB: {milliseconds([('x', (line + chr(10)) * (1_000_000 // len(line)))], 3):.2f} ms"
        )
    for name, title in TITLES.items():
        print(f"hostile title, {name}, {len(title)} characters: {milliseconds([(title, '')], 3):.2f} ms")
    return int(worst > BOUND_MS)


if __name__ == "__main__":
    raise SystemExit(main())
