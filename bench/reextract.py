"""Re-extraction of a whole database, killed on its way: what changes, what does not, and whether all still hangs together.

    python bench/reextract.py [CORPUS] [--pages 800] [--kills 3] [--seed 1]

Imports the pages of CORPUS (by its `make_warc.py`), else made-up ones; rewrites the rows as an older extractor would have
left them (`bench/aged.py`); then `dateline reextract`, each in a process of its own: a dry run, runs that end by SIGKILL,
one to the end, one more, one with --all. At the end the database must say what it said after the import, but for the changes
`reextracted`, one a text; the runs after the first whole one change nothing; no revision came of it; search finds the new words
and not the old ones; every copy is found by its sketch as before. Exit status 1 where anything differs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.aged import LEFT_IN, age, write_warc  # noqa: E402
from storage.checks import damaged  # noqa: E402
from storage.reader import Reader  # noqa: E402

DATELINE = [sys.executable, "-c", "import sys; from crawler.cli import main; sys.argv[0] = 'dateline'; main()"]
TABLES = {
    "articles": "SELECT * FROM articles ORDER BY id",
    "revisions": "SELECT * FROM revisions ORDER BY article_id, revision",
    "stories": "SELECT * FROM stories ORDER BY story_id",
    "addresses": "SELECT source, url, article_id, claimed FROM address ORDER BY source, url",
    "order of search": "SELECT id, search_id FROM article ORDER BY id",
    "sketches": "SELECT id, sketch FROM article ORDER BY id",
    "keys of stories": "SELECT DISTINCT k.key, story_id FROM sketch AS k JOIN article ON id = article_id ORDER BY 1, 2",
    "fetches": "SELECT id, outcome, article_id, revision FROM fetches ORDER BY id",
    "changes": "SELECT * FROM changes ORDER BY seq",
    "bookkeeping": "SELECT * FROM meta WHERE key NOT LIKE 'sum:%' ORDER BY key",
}


@dataclass(frozen=True)
class Ended:
    """One process: seconds, its peak of memory in MB (the main process without its workers), its last JSON line."""

    status: int
    seconds: float
    peak: float
    summary: dict[str, object]


def state(database: Path) -> dict[str, str]:
    """A hash of each part of what the database says."""
    with Reader(database) as reader:
        return {
            name: hashlib.sha256(repr(reader.db.conn.execute(sql).fetchall()).encode()).hexdigest()
            for name, sql in TABLES.items()
        }


def unlike(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """The parts that differ."""
    return [name for name in one if one[name] != other[name]]


def faults(database: Path) -> list[str]:
    """What is wrong with a database that was extracted anew: damaged rows, words that are found and should not be, or the
    other way round, texts that were told of twice."""
    found = []
    with Reader(database) as reader:
        conn = reader.db.conn
        found += damaged(reader.db)
        if conn.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            found.append("integrity_check")
        if hits := reader.search(f'"{LEFT_IN}"'):
            found.append(f"search finds {len(hits)} texts by words that are in none of them")
        for article_id, title in conn.execute("SELECT id, title FROM articles WHERE id % 20 = 0"):
            words = [word for word in title.split() if word.isalnum()][:6]
            if words and article_id not in {hit.id for hit in reader.search(" ".join(words), limit=1000)}:
                found.append(f"search does not find article {article_id} by its headline")
        for row in conn.execute(
            "SELECT article_id, revision, count(*) FROM changes WHERE kind = 'reextracted' GROUP BY 1, 2 HAVING count(*) > 1"
        ):
            found.append(f"revision {row[1]} of article {row[0]} was told {row[2]} times")
        rows = conn.execute("SELECT count(*), count(search_id) FROM article").fetchone()
        (indexed,) = conn.execute("SELECT count(*) FROM search_docsize").fetchone()
        if not rows[0] == rows[1] == indexed:
            found.append(f"{rows[0]} articles, {indexed} texts in the index")
    return found


def call(database: Path, *arguments: str, kill_after: float | None = None) -> Ended:
    """`dateline … --json` on a database in a process of its own, which is killed after so many seconds."""
    command = [*DATELINE, *arguments, "--db", str(database), "--json"]
    began, peak = time.monotonic(), 0.0
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.DEVNULL)
        while process.poll() is None:
            peak = max(peak, _peak(process.pid))
            if kill_after is not None and time.monotonic() - began > kill_after:
                process.send_signal(signal.SIGKILL)
                process.wait()
            time.sleep(0.05)
        out.seek(0)
        lines = [line for line in out.read().splitlines() if line.startswith("{")]
    return Ended(process.returncode, time.monotonic() - began, peak, json.loads(lines[-1]) if lines else {})


def _peak(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return max((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), default=0.0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?", type=Path)
    parser.add_argument("--pages", type=int, default=800, help="made-up pages, where there is no corpus")
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory(prefix="dateline-reextract-") as name:
        database, warc = Path(name) / "news.db", Path(name) / "pages.warc.gz"
        if given.corpus:
            made = [sys.executable, str(given.corpus / "make_warc.py"), str(given.corpus), "dev", "--warc", str(warc)]
            subprocess.run([*made, "--map", str(Path(name) / "map")], check=True, stdout=subprocess.DEVNULL)
        else:
            write_warc(warc, given.pages, given.seed)
        return _measured(database, warc, given.kills, chance)


def _measured(database: Path, warc: Path, kills: int, chance: random.Random) -> int:
    problems: list[str] = []
    imported = call(database, "import", str(warc), "--all")
    print(f"import: {imported.seconds:.0f} s")
    fresh = state(database)
    aged = age(database)
    print(f"aged: {aged['texts']} texts, {aged['changed']} of them with other words or facts")
    before = state(database)
    rows: list[tuple[str, Ended]] = [("dry run", call(database, "reextract", "--dry-run"))]
    problems += [f"the dry run changed {name}" for name in unlike(before, state(database))]
    for number in range(kills):
        after = chance.uniform(0.3, 0.6) * rows[0][1].seconds
        rows.append((f"killed after {after:.0f} s", call(database, "reextract", kill_after=after)))
        with Reader(database) as reader:
            (done,) = reader.db.conn.execute("SELECT count(*) FROM changes WHERE kind = 'reextracted'").fetchone()
        print(f"kill {number + 1}: {done} texts changed so far")
        problems += damaged_names(database)
    rows.append(("to the end", call(database, "reextract")))
    whole = state(database)
    problems += [f"{name} is not what it was after the import" for name in unlike(fresh, whole) if name != "changes"]
    with Reader(database) as reader:
        (told,) = reader.db.conn.execute("SELECT count(*) FROM changes WHERE kind = 'reextracted'").fetchone()
    if told != aged["changed"]:
        problems.append(f"{told} changes `reextracted` of {aged['changed']} texts")
    if rows[0][1].summary.get("changed") != aged["changed"]:
        problems.append(f"the dry run told of {rows[0][1].summary.get('changed')} texts")
    for words in (("reextract",), ("reextract", "--all")):
        rows.append((" ".join(("again:", *words)), call(database, *words)))
        problems += [f"{' '.join(words)} changed {name}" for name in unlike(whole, state(database))]
    problems += faults(database)
    print(f"\n{'run':24} {'exit':>5} {'s':>6} {'peak MB':>8} {'texts':>6} {'changed':>8} {'refused':>8} {'failed':>7}")
    for what, ended in rows:
        told_of = [str(ended.summary.get(name, "-")) for name in ("texts", "changed", "refused", "failed")]
        numbers = f"{told_of[0]:>6} {told_of[1]:>8} {told_of[2]:>8} {told_of[3]:>7}"
        print(f"{what:24} {ended.status:>5} {ended.seconds:>6.1f} {ended.peak:>8.0f} {numbers}")
    print("\n" + "\n".join(problems or ["the database says what it said after the import; nothing else changed"]))
    return 1 if problems else 0


def damaged_names(database: Path) -> list[str]:
    """Rows that are not whole after a kill."""
    with Reader(database) as reader:
        return [f"after a kill: {name} is damaged" for name in damaged(reader.db)]


if __name__ == "__main__":
    sys.exit(main())
