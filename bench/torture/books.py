"""The ledger, looked at in random moments of crawls in which all goes wrong that can: every fetch in exactly one column.

The demo agency, with an archive and with changes, is crawled by `dateline run` and `backfill` while a quarter of its pages
are out of order (500, 429 and 503, connections that end, cut, slow, endless and huge answers, bombs), some bear hostile
markup or lead in circles, and its feed has rows that are no links. Workers are killed, and now and then the whole command. At
each look, in one snapshot: `ledger_rules`; no request is told of that the agency's own log has not; and each of the log is
told of, or is one of a fetch that is under way or was interrupted. In each batch 250 articles are also given to the store
at once, one of which cannot be stored.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.torture import poison
from bench.torture.books_site import REDIRECTS, faulty, hostile
from bench.torture.kills_crawl import A_DAY, DAYS, Project, alive
from bench.torture.ledger_rules import broken
from bench.torture.part import Batch
from crawler.demo.server import serving
from pipelines.fork_server import WORKER_NAME
from storage import checks, database

if TYPE_CHECKING:
    from sqlite_utils import Database

    from crawler.demo.server import DemoServer

PROMISE = 10
TITLE = "looks at the ledger of crawls with faults"
TARGET = 2_000
BATCH = 200

BETWEEN = 0.3
"""Seconds between two looks, at the most."""
IDLE = 3.0
"""Seconds after which there is a look though nothing was asked for."""
LOGGED_SECONDS = 5.0
"""After so many seconds the agency's log has every request of which the ledger knew."""
KILL_WORKER, KILL_COMMAND = 0.15, 0.03
"""How often, at a look, a worker or the command is killed."""


@dataclass(slots=True)
class Seen:
    """What the looks found, and what they looked at."""

    faults: dict[str, str] = field(default_factory=dict)
    """By rule, so that a row which breaks one does not break it at every look to come."""
    looks: int = 0
    requests: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)


def batch(seed: int, size: int, folder: Path) -> Batch:
    """So many looks at one database; the last one when everything has come to rest."""
    began, chance, seen = time.monotonic(), random.Random(seed), Seen()
    seen.faults |= {what: what for what in poison.faults(folder / "poison.db", chance)}
    site = hostile(DAYS, A_DAY, chance)
    with serving(site) as server:
        for place, fault in faulty(site, chance).items():
            server.faults.set(place, fault)
        project = Project(folder / "books", server)
        process: subprocess.Popen[bytes] | None = None
        killed = False
        while seen.looks < size:
            if process is None or process.poll() is not None:
                if process is not None and not killed and process.returncode not in (0, 1):
                    said = f"a command ended with status {process.returncode}: {project.last_words()}"
                    seen.faults.setdefault(said, said)
                process, killed = project.start(chance.choice((project.run, project.backfill))), False
                if seen.looks > size // 3:
                    site.publish(1)
            seen.requests = after(server, seen.requests, chance.uniform(0, BETWEEN))
            if project.database.exists():
                look(project.database, server, seen)
            if chance.random() < KILL_WORKER and (workers := workers_of(process.pid)):
                os.kill(chance.choice(workers), signal.SIGKILL)
                seen.killed["workers"] += 1
            elif chance.random() < KILL_COMMAND:
                process.kill()
                killed = True
                seen.killed["commands"] += 1
        assert process is not None
        process.terminate()
        process.wait()
        server.faults.clear()
        status = project.start(project.run).wait()  # takes back what the killed have left
        if status not in (0, 1):
            seen.faults["last"] = f"the last `dateline run` ended with status {status}: {project.last_words()}"
        look(project.database, server, seen, at_rest=True)
        for damage in checks.check(project.database).damage:
            seen.faults.setdefault(damage, f"at rest, `dateline db check`: {damage}")
    figures = {
        "sum requests": len(server.log),
        "sum fetches ended": sum(seen.outcomes.values()),
        "max kinds of outcome": len(seen.outcomes),
        "sum workers killed": seen.killed["workers"],
        "sum commands killed": seen.killed["commands"],
        "sum seconds": time.monotonic() - began,
    }
    return Batch(seen.looks - 1, [f"seed {seed}: {fault}" for fault in seen.faults.values()], figures)


def after(server: DemoServer, before: int, seconds: float) -> int:
    """Wait so long, and on until something was asked for since the last look; answers the requests so far."""
    time.sleep(seconds)
    late = time.monotonic() + IDLE
    while len(server.log) <= before and time.monotonic() < late:
        time.sleep(0.05)
    return len(server.log)


def look(path: Path, server: DemoServer, seen: Seen, *, at_rest: bool = False) -> None:
    """One look in one snapshot."""
    seen.looks += 1
    logged = Counter(request.url for request in server.log)
    db = database.open_reader(path)
    try:
        db.conn.execute("BEGIN")
        wrong = [*broken(db), *unexplained(db, logged, at_rest=at_rest)]
        told = requests_told(db)
        seen.outcomes = Counter(dict(db.conn.execute(
            "SELECT outcome || coalesce(':' || reason, ''), count(*) FROM fetch WHERE outcome IS NOT NULL GROUP BY 1"
        ).fetchall()))  # fmt: skip
    finally:
        db.close()
    late = time.monotonic() + LOGGED_SECONDS
    while (missing := told - Counter(request.url for request in server.log)) and time.monotonic() < late:
        time.sleep(0.05)
    if missing:
        wrong.append(f"requests are told of that the agency never had: {missing.most_common(3)}")
    for what in wrong:
        seen.faults.setdefault(what.partition(":")[0], f"look {seen.looks}{' (at rest)' if at_rest else ''}: {what}")


def requests_told(db: Database) -> Counter[str]:
    """Address -> requests to it of which the ledger tells."""
    told: Counter[str] = Counter()
    for (urls,) in db.conn.execute("SELECT urls FROM fetch WHERE urls IS NOT NULL"):
        told.update(json.loads(urls))
    return told


def unexplained(db: Database, logged: Counter[str], *, at_rest: bool) -> list[str]:
    """Requests in the agency's log beyond those told of, for which there is no fetch that nobody could count either."""
    uncounted: Counter[str] = Counter()
    for url, ended in db.conn.execute("SELECT url, outcome IS NOT NULL FROM fetch WHERE requests IS NULL"):
        if at_rest and not ended:
            return [f"a fetch of {url} has no end, and nobody is at work"]
        uncounted[url] += 1
        base, _, path = url.partition("/news/")
        for step in REDIRECTS.get(f"/news/{path}", ()):
            uncounted[f"{base}{step}"] += 1
    return [
        f"{url}: {count} requests more than are told, and {uncounted[url]} fetches of it under way or interrupted"
        for url, count in (logged - requests_told(db)).items()
        if count > uncounted[url]
    ]


def workers_of(session: int) -> list[int]:
    """The worker processes of a session's command."""
    return [pid for pid in alive(session) if called(pid) == WORKER_NAME]


def called(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
