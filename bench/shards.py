"""A hundred simulated sources crawled over one, two, three and four shards, merged, and compared with the unsharded crawl.

    python bench/shards.py [--sources 100] [--shards 4] [--kills 20] [--seed 1] [--keep FOLDER]

The sites are made up and served on loopback (`bench/shards_world.py`): some share a host, some print the same texts, some
revise them between the two rounds of crawling. Each shard is `dateline run --shard K/N` with a database of its own; then
`dateline merge` makes one of them. Compared with the database of `dateline run` without shards (`bench/shards_same.py`):
articles, versions, changes, outcomes by address, addresses, stories, links, hosts, runs, verdicts, kept pages, what a search
finds, row by row but for numbers and times of seeing. Also: no host is asked by two shards, or twice at once; of the articles
of a story one is new and all others are copies; a second merge writes nothing; a merge that is killed (kill -9, `--kills`
times at random moments) ends with the same rows; `dateline db check` finds nothing. Exit status 1 where any of this is not so.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.shards_same import differences, facts, first_texts, spanning  # noqa: E402
from bench.shards_world import World, serving  # noqa: E402
from crawler import shards  # noqa: E402
from crawler.registry import load, packaged  # noqa: E402
from storage.checks import check  # noqa: E402

DATELINE = str(Path(sys.executable).parent / "dateline")
POLL_SECONDS = 31.0
"""After which a feed is due again."""
FAILED = 3
"""Exit status of a database that failed; a source that failed gives 1."""


def main() -> int:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=100)
    parser.add_argument("--shards", type=int, default=4, help="compare 1 to so many shards")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="leave the databases in this folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dateline-shards-") as name:
        folder = given.keep or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        wrong = _all(folder, given.sources, given.shards, given.kills, random.Random(given.seed))
    for line in wrong:
        print(f"WRONG: {line}")
    print("all as it should be" if not wrong else f"{len(wrong)} things are wrong")
    return int(bool(wrong))


def _all(folder: Path, count: int, most: int, kills: int, rng: random.Random) -> list[str]:
    world = World(datetime.now(UTC).replace(microsecond=0), count=count)
    world.write(folder / "sources")
    chosen = ", ".join(f'"{name}"' for name in world.names())
    (folder / "dateline.toml").write_text(
        f'contact = "bench@example.org"\nsources_dir = "sources"\nsources = [{chosen}]\ndelay_floor = 0.1\nworkers = 2\n',
        encoding="utf-8",
    )
    crawls = [
        (f"{number}/{of}", folder / f"{of}-{number}.db") for of in range(1, most + 1) for number in range(1, of + 1)
    ]
    crawls.insert(0, ("", folder / "whole.db"))
    wrong: list[str] = []
    ended: dict[Path, float] = {}
    with serving(world) as port:
        opened = [f"--at={host}=127.0.0.1:{port}" for host in sorted({world.host(name) for name in world.names()})]
        for world.round in (1, 2):
            began, world.turned = time.monotonic(), datetime.now(UTC).replace(microsecond=0)
            for shard, path in crawls:
                time.sleep(max(0.0, ended.get(path, 0.0) + POLL_SECONDS - time.monotonic()))
                world.run = shard or "whole"
                said = _dateline(folder, "run", "--db", path, *(["--shard", shard] if shard else []), *opened)
                if said.returncode:
                    wrong.append(f"dateline run {shard}: status {said.returncode}: {said.stderr[-300:]}")
                ended[path] = time.monotonic()
            print(f"round {world.round}: {len(crawls)} crawls in {time.monotonic() - began:.0f} s", flush=True)
    print(f"{world.requests} requests, at most {world.most} at once to a host", flush=True)
    if world.most > 1:
        wrong.append(f"a host was asked {world.most} times at once")
    for host, runs in sorted(world.asked.items()):
        for of in range(1, most + 1):
            asked_by = sorted(run for run in runs if run.endswith(f"/{of}"))
            if len(asked_by) != 1:
                wrong.append(f"{host} was asked by {asked_by or 'no shard'} of {of}")
    whole = facts(folder / "whole.db")
    print({what: len(rows) for what, rows in whole.items()}, flush=True)
    wrong += [f"unsharded: {line}" for line in first_texts(folder / "whole.db")]
    registry = load(packaged(), folder / "sources")
    seconds = 2.0
    for of in range(1, most + 1):
        parts, target = [folder / f"{of}-{number}.db" for number in range(1, of + 1)], folder / f"merged-{of}.db"
        places = shards.numbers(registry.values(), of)
        lines, seconds = _merged(
            folder, parts, target, whole, [rng.uniform(0.1, seconds) for _ in range(kills if of == most else 0)]
        )
        wrong += lines
        print(f"{of} shards: {spanning(target, places)} stories of several", flush=True)
    return wrong


def _merged(
    folder: Path, parts: list[Path], target: Path, whole: dict[str, list[object]], kills: list[float]
) -> tuple[list[str], float]:
    """Merge, killed after so many seconds each, and compare; what is wrong, and the seconds of the merge that ended."""
    label, wrong, killed = f"{len(parts)} shards", list[str](), 0
    words = [DATELINE, "merge", *map(str, parts), "--db", str(target)]
    for after in kills:
        process = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=after)
            target.unlink()  # it has ended: from the beginning again
        except subprocess.TimeoutExpired:
            process.kill()
            killed += 1
            process.wait()
    began = time.monotonic()
    said = _dateline(folder, *words[1:])
    seconds = time.monotonic() - began
    if said.returncode:
        return [f"{label}: dateline merge: status {said.returncode}: {said.stderr[-600:]}"], seconds
    found = facts(target)
    print(f"{label}: merged in {seconds:.1f} s{f', after {killed} kills' if killed else ''}", flush=True)
    for what, lines in differences(whole, found).items():
        wrong.append(f"{label}: {what} differ: " + "\n   ".join(lines))
    wrong += [f"{label}: {line}" for line in first_texts(target)]
    wrong += [f"{label}: {line}" for line in check(target).damage]
    again = _dateline(folder, *words[1:])
    if again.returncode or again.stdout.count("nothing new") != len(parts):
        wrong.append(f"{label}: merged again: {again.stdout} {again.stderr[-300:]}")
    if facts(target) != found:
        wrong.append(f"{label}: merged again, the rows are others")
    return wrong, seconds


def _dateline(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    alone = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    return subprocess.run(
        [DATELINE, *map(str, words)], cwd=folder, capture_output=True, text=True, timeout=600, env=alone, check=False
    )


if __name__ == "__main__":
    sys.exit(main())
