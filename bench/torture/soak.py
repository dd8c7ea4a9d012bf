"""The daemon over many days of a made-up world in one process: memory stays flat, nothing is missed, nothing runs twice.

Twenty agencies on loopback publish a story a minute each. A batch is one life of the real daemon (scheduler, crawls, guard,
robots.txt, workers, judging, copies, search) with a clock that runs as fast as the crawl keeps up, through a night in which
summer time begins or ends, with the wall clock set an hour forward and back, and a machine that sleeps. A batch that takes
longer than `SECONDS` ends there and counts what it has read.

Faults: a story that was out for an hour and was never found, or was given up; one that was stored twice; two polls of a
feed, or two runs of a source, at once; a feed that is passed over while the others are polled again and again; a fetch without
an outcome; memory that grows. The clock waits for a crawl that is late, so that a busy machine makes no faults.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bench.torture.hostile_host import answer, serving, whole
from bench.torture.part import Batch
from bench.torture.soak_life import Plan
from bench.torture.soak_world import World
from storage.reader import Reader

if TYPE_CHECKING:
    from bench.torture.hostile_host import Asked, Behaviour

PROMISE = 15
TITLE = "pages of a soak in simulated days"
TARGET = 200_000
BATCH = 40_000

SECONDS = 1500.0
ROOT = Path(__file__).resolve().parents[2]
HOSTS, EVERY = 20, 60.0
NIGHTS = tuple(datetime(*day, tzinfo=UTC).timestamp() for day in ((2026, 10, 24, 22), (2026, 3, 28, 22)))
"""Two hours and three before the hands of Europe's clocks are set, back and forward."""
WARM, JUDGED = 0.5, 30_000
"""Share of a life after which its memory is measured, and the pages of the shortest life that is judged: until some 18,000
the heap still fills to its busiest moment."""
SLOPE = 1.0
"""MB in 10,000 pages."""
TURNS = (
    (0.2, "jump", 3600.0),
    (0.4, "jump", -3600.0),
    (0.5, "sleep", 5400.0),
    (0.6, "jump", -3600.0),
    (0.8, "jump", 3600.0),
)
"""(share of a life, what, seconds); of a short life the sleep is shorter, since its stories come all at once."""


def batch(seed: int, size: int, folder: Path) -> Batch:
    """One life of so many pages."""
    began = time.monotonic()
    world = World(seed, NIGHTS[seed % 2], tuple(f"wire{n}.test" for n in range(HOSTS)), EVERY)

    def behaviour(asked: Asked) -> Behaviour:
        if asked.target.startswith("/_world/"):
            world.true = float(asked.target.rpartition("/")[2])
            return whole(answer(str(world.waits()).encode(), kind="text/plain"))
        return world.behaviour(asked)

    with serving(behaviour) as server:
        world.port = server.port
        plan = Plan(str(folder / "news.db"), server.port, world.begin, world.hosts, size, SECONDS, turns=turns(size))
        file = folder / "plan.json"
        file.write_text(json.dumps(asdict(plan)), "utf-8")
        command = [sys.executable, "-m", "bench.torture.soak_life", str(file)]
        with (folder / "said").open("wb") as said:
            life = subprocess.run(
                command, cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=said, timeout=SECONDS + 240,
                env={**os.environ, "PYTHONWARNINGS": "default"},
            )  # fmt: skip
    lines = (folder / "said").read_text("utf-8", "replace").strip().splitlines()
    last = " / ".join([line for line in lines if "fetched," not in line][-3:])
    if life.returncode:
        return Batch(0, [f"seed {seed}: the daemon's life ended with status {life.returncode}: {last}"])
    seen = json.loads(life.stdout.splitlines()[-1])
    faults = [f"the daemon ended with status {seen['status']}: {last}"] if seen["status"] else []
    faults += [f"{host}: not polled while others were {count} times" for host, count in world.silenced.items()]
    faults += world.twice[:20] + broken(folder / "news.db", world)
    main, worker = slopes(seen["samples"], int(seen["pages"] * WARM))
    if seen["pages"] >= JUDGED:
        for who, grown in (("the daemon", main), ("the largest worker", worker)):
            if grown > SLOPE:
                faults.append(f"{who} grew by {grown:.2f} MB in 10,000 pages")
    figures = {
        "sum simulated hours": seen["clock"] / 3600,
        "sum seconds": time.monotonic() - began,
        "min pages a second": seen["pages"] / max(seen["seconds"], 1e-9),
        "max MB the daemon grew in 10,000 pages": main,
        "max MB the largest worker grew in 10,000 pages": worker,
        "max MB of the daemon": max((row[1] for row in seen["samples"]), default=0) / 2**20,
        "max seconds between two polls of a feed": max(world.longest, world.waits()),
        "sum turns of the clock": seen["turned"],
    }
    return Batch(seen["pages"], [f"seed {seed}: {fault}" for fault in faults], figures)


def turns(pages: int) -> tuple[tuple[float, str, float], ...]:
    """What is done to the clocks in a life of so many pages."""
    share = min(1.0, pages / BATCH)
    return tuple((at, kind, seconds * share if kind == "sleep" else seconds) for at, kind, seconds in TURNS)


def slopes(samples: list[list[int]], after: int) -> tuple[float, float]:
    """MB in 10,000 pages, by least squares over what was seen after so many pages: of the daemon, of the largest worker."""
    rows = [row for row in samples if row[0] >= after]
    if len(rows) < 3:
        return 0.0, 0.0
    mean = sum(row[0] for row in rows) / len(rows)
    spread = sum((row[0] - mean) ** 2 for row in rows)

    def slope(column: int) -> float:
        return sum((row[0] - mean) * row[column] for row in rows) / spread * 10_000 / 2**20

    return slope(1), slope(2)


def broken(database: Path, world: World) -> list[str]:
    """What the books and the tables have that they should not."""
    wrong = []
    with Reader(database) as reader:
        rows = reader.db.conn.execute
        if count := rows("SELECT count(*) FROM fetches WHERE outcome IS NULL").fetchone()[0]:
            wrong.append(f"{count} fetches have no outcome")
        if count := rows("SELECT count(*) FROM link WHERE state = 'leased'").fetchone()[0]:
            wrong.append(f"{count} addresses are leased to nobody")
        ran_out = rows("SELECT count(*) FROM fetches WHERE outcome = 'interrupted' AND detail LIKE '%lease ran out%'")
        if count := ran_out.fetchone()[0]:
            wrong.append(f"{count} leases ran out under a living process")
        twice = rows("SELECT source, url, count(*) FROM article GROUP BY 1, 2 HAVING count(*) > 1").fetchall()
        wrong += [f"{url} is stored {count} times" for _, url, count in twice[:5]]
        stored = {row[0] for row in rows("SELECT url FROM address").fetchall()}
        known = dict(
            rows("SELECT url, state || ' ' || coalesce(reason, '') FROM link WHERE kind = 'article'").fetchall()
        )
        for host in world.hosts:
            for number in range(world.published(host, before=3600.0)):
                url = f"http://{host}:{world.port}/news/{number}"
                story = world._story(host, number)
                # A life ends with a queue where the clock was quicker than the crawl: what waits is not lost.
                waits = known.get(url, "").startswith("pending")
                if url not in stored and not waits and story.odd not in ("gone", "markup", "late", "moved"):
                    wrong.append(f"{url} ({story.odd or 'plain'}) is not stored: {known.get(url)}")
        runs = rows("SELECT source, count(*) FROM run WHERE finished_at IS NULL GROUP BY 1").fetchall()
        wrong += [f"{count} runs of {source} never ended" for source, count in runs]
        (check,) = rows("PRAGMA quick_check").fetchone()
        if check != "ok":
            wrong.append(f"quick_check: {check}")
    return wrong[:40]
