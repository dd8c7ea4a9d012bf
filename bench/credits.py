"""Measures which agency is found for texts whose origin a person read: found, missed and wrong, by kind of evidence.

    python bench/credits.py CORPUS [--all]

CORPUS holds gold/dev.jsonl, pages/dev/ID.html.gz and feeds/wire. The labels stand in tests/pipelines/credit_labels.toml, the
pages of our own in tests/pipelines/credit_cases.toml. `--all` also lists every text that was not judged right. Exit
status 1 where more than 1 in 50 is wrong or less than 85 % found.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.pipelines.credit_pages import Judged, cases, judge_case, judge_pages, judge_wire

KINDS = ("own writing", "corpus pages", "wire items")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--all", action="store_true", help="list what was not judged right")
    options = parser.parse_args()
    if not (options.corpus / "gold" / "dev.jsonl").exists():
        parser.error(f"{options.corpus}: no gold/dev.jsonl there; give the folder of the corpus")
    groups = dict(
        zip(
            KINDS,
            (
                [judge_case(*case) for case in cases()],
                list(judge_pages(options.corpus)),
                list(judge_wire(options.corpus)),
            ),
            strict=True,
        )
    )
    print(f"{'texts':<14}{'all':>6}{'credited':>10}{'found':>7}{'missed':>8}{'wrong':>7}{'found %':>9}{'wrong %':>9}")
    for name, judged in groups.items():
        _row(name, judged)
    everything = [one for judged in groups.values() for one in judged]
    _row("all", everything)
    print(f"\n{'evidence':<14}{'right':>6}{'wrong':>7}")
    kinds = Counter((one.kind or "none", one.right) for one in everything if one.found)
    for kind in sorted({kind for kind, _ in kinds}):
        print(f"{kind:<14}{kinds[kind, True]:>6}{kinds[kind, False]:>7}")
    print(f"\n{'confidence':<14}{'right':>6}{'wrong':>7}")
    sure = Counter((one.found.confidence, one.right) for one in everything if one.found)
    for confidence in ("high", "medium", "low"):
        print(f"{confidence:<14}{sure[confidence, True]:>6}{sure[confidence, False]:>7}")
    if options.all:
        for one in everything:
            if not one.right:
                print(f"{one.name}: {one.agency}, found {one.found}")
    credited = [one for one in everything if one.agency]
    good = sum(one.right for one in credited) >= 0.85 * len(credited)
    return 0 if good and sum(one.wrong for one in everything) <= len(everything) / 50 else 1


def _row(name: str, judged: list[Judged]) -> None:
    credited = [one for one in judged if one.agency]
    found, wrong = sum(one.right for one in credited), sum(one.wrong for one in judged)
    missed = sum(one.found is None for one in credited)
    print(
        f"{name:<14}{len(judged):>6}{len(credited):>10}{found:>7}{missed:>8}{wrong:>7}"
        f"{100 * found / len(credited):>9.1f}{100 * wrong / len(judged):>9.1f}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
