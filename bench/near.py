"""The stories that `dateline stories` finds in a dataset, beside those that `dateline load` makes of it: which pairs of pages
are in one story by both, only by the one, only by the other; and what the stage costs.

    python bench/near.py CORPUS [--originals 300] [--digests] [--again] [--parts 20] [--seed 1] [--dask local:2]
        [--keep FOLDER] [--record]

CORPUS holds gold/dev.jsonl and pages/dev/ID.html.gz. Of so many of its texts copies are made in 13 kinds (`making.py`); the
other texts stand among them; `--digests`: articles that print four originals each; `--again`: a tenth of the pages twice, half
of these with a paragraph more. All is shuffled, put into parts, and taken by both commands, each in a process of its own. A
pair of pages counts where both are articles of one story; pages that the load ends otherwise (an alias, a text taken back)
belong to the article that their fetch names. `truth`: of the pairs in one story by a way, those that tell one original.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import copies, making, paired, record  # noqa: E402
from crawler.cluster import part  # noqa: E402
from pipelines import fingerprint  # noqa: E402

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Hashable, Mapping, Sequence
else:
    from sqlite_utils.utils import sqlite3

CAPTURED = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(copies.NOON))
STORED = "SELECT f.record, a.story_id FROM fetch AS f JOIN article AS a ON a.id = f.article_id"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Pairs in one story: by both ways, only by the first, only by the second."""

    same: int
    only_one: int
    only_other: int


def agreement(one: Mapping[str, Hashable], other: Mapping[str, Hashable]) -> Agreement:
    """How two partings of the same records into stories agree. Records that only one of them has stand alone in the other."""
    records = one.keys() | other.keys()
    both = Counter((one.get(each, ("alone", each)), other.get(each, ("alone", each))) for each in records)
    ones, others = Counter[Any](), Counter[Any]()
    for (first, second), number in both.items():
        ones[first] += number
        others[second] += number
    same = _pairs(both)
    return Agreement(same, _pairs(ones) - same, _pairs(others) - same)


def _pairs(counts: Counter[Any]) -> int:
    return sum(number * (number - 1) // 2 for number in counts.values())


def made(given: argparse.Namespace) -> list[copies.Made]:
    """The articles, in the order in which they are put into parts."""
    rng = random.Random(given.seed)
    every = making.texts(given.corpus)
    rng.shuffle(every)
    originals, others = every[: given.originals], every[given.originals :]
    spare = [p for text in others for p in text.paragraphs if 15 <= len(p.split()) <= 120]
    found = [
        copies.Made(t.id, kind, copies.article(t.title, t.body, source, rng))
        for texts, kind, source in ((originals, "original", "outlet-0"), (others, "unrelated", "outlet-1"))
        for t in texts
    ]
    found += copies.copies(originals, spare, rng)
    if given.digests:
        found += copies.digests(originals, 4, rng)
    if given.again:
        for number, each in enumerate(rng.sample(found, len(found) // 10)):
            body = each.article.body + (f"\n{rng.choice(spare)}" if number % 2 else "")
            text_hash = fingerprint.content_hash(each.article.title, None, body)
            article = replace(each.article, body=body, content_hash=text_hash, sketch=fingerprint.sketch(body))
            found.append(replace(each, article=article))
    rng.shuffle(found)
    return found


def put(folder: Path, articles: Sequence[copies.Made], parts: int) -> dict[str, str]:
    """Write the dataset; record -> family."""
    size = -(-len(articles) // parts)
    (folder / "parts").mkdir(parents=True)
    families = {}
    for number in range(parts):
        rows = []
        for offset, each in enumerate(articles[number * size : (number + 1) * size]):
            name, own = f"warc:made-{number:03}#{offset}", replace(each.article, fetched_at=CAPTURED)
            families[name] = each.family
            rows.append(part.Row(name, offset, own.source, own.url, CAPTURED, 200, 9, 1, part.ARTICLE, article=own))
        facts = {"url": f"made-{number:03}", "rows": str(len(rows))}
        (folder / "parts" / f"made-{number:03}.parquet").write_bytes(part.packed(rows, facts))
    return families


def command(*words: str, cwd: Path) -> tuple[float, float]:
    """Seconds by the clock and of CPU that a command of ours takes. Raises CalledProcessError."""
    began, before = time.monotonic(), paired.cpu()
    script = "import sys; sys.argv[0] = 'dateline'; from crawler.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", script, *words], cwd=cwd, capture_output=True, check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(cwd)},
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"dateline {' '.join(words)}: status {done.returncode}: {done.stderr.decode()[-2000:]}")
    return time.monotonic() - began, paired.cpu() - before


def by_load(file: Path) -> dict[str, Hashable]:
    """Record -> story, of the database."""
    conn = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        return dict(conn.execute(STORED).fetchall())
    finally:
        conn.close()


def by_stage(folder: Path) -> dict[str, Hashable]:
    """Record -> story, of the dataset."""
    from pyarrow import parquet

    tables = [parquet.read_table(file) for file in sorted((folder / "stories").glob("*.parquet"))]
    return {
        record: story
        for table in tables
        for record, story in zip(table["record"].to_pylist(), table["story"].to_pylist(), strict=True)
    }


def report(given: argparse.Namespace, folder: Path) -> list[dict[str, object]]:
    """A row for each way."""
    articles = made(given)
    families = put(folder / "set", articles, given.parts)
    load_s, load_cpu = command("load", "set", "--db", "load.db", cwd=folder)
    dask = ("--dask", given.dask) if given.dask else ()
    stage_s, stage_cpu = command("stories", "set", *dask, cwd=folder)
    counts = json.loads((folder / "set" / "stories.json").read_text())
    theirs, ours = by_load(folder / "load.db"), by_stage(folder / "set")
    found = agreement(ours, theirs)
    print(
        f"{len(articles)} pages of {len(set(families.values()))} texts in {given.parts} parts; {counts['pairs']} pairs looked"
        f" at, {counts['stories']} stories\npairs in one story: {found.same} by both, {found.only_one} only by `stories`,"
        f" {found.only_other} only by `load`"
    )
    rows: list[dict[str, object]] = []
    for way, stories, only, seconds, cpu in (
        ("load", theirs, found.only_other, load_s, load_cpu),
        ("stories", ours, found.only_one, stage_s, stage_cpu),
    ):
        true = agreement(stories, families)
        rows.append(
            {
                "way": way,
                "pairs in one story": true.same + true.only_one,
                "only by this way": only,
                "of one original": true.same,
                "s": round(seconds, 1),
                "CPU ms a page": round(1000 * cpu / len(articles), 2),
            }
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--originals", type=int, default=300)
    parser.add_argument("--parts", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--digests", action="store_true", help="put digests of four originals among them, too")
    parser.add_argument("--again", action="store_true", help="have a tenth of the pages twice")
    parser.add_argument("--dask", help="do the stage by Dask: local:2")
    parser.add_argument("--keep", type=Path, help="a folder for dataset and database, which must not be there yet")
    record.option(parser)
    given = parser.parse_args()
    if given.keep:
        given.keep.mkdir()
        rows = report(given, given.keep)
    else:
        with tempfile.TemporaryDirectory() as folder:
            rows = report(given, Path(folder))
    same = f"seed {given.seed}, {given.originals} originals in 14 versions each{', digests' * given.digests}"
    record.present(
        record.Figures(
            "near",
            "Stories of a dataset, without a database and in one",
            (record.Table("Pairs of pages in one story", rows, None),),
            (),
            (f"{same}{', a tenth of the pages twice' * given.again}",),
        ),
        keep=given.record,
    )


if __name__ == "__main__":
    main()
