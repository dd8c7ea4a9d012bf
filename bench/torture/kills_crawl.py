"""SIGKILL to whole `dateline run`, `backfill` and `daemon` processes over the demo agency on loopback.

The agency has an archive, and updates, corrections, copies and a withdrawal to be found. The three commands take turns; each
is killed at a random moment of its start, so many requests after it, or while it ends at SIGTERM. Two seconds later no
process that it started may be alive. At the end there must be the same articles and texts as an undisturbed crawl of a twin
of the agency has, none lost, none twice, every fetch ended, and `dateline db check` must find no damage.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench.torture.part import Batch
from bench.torture.starved import starved, waits
from crawler.demo.project import opened, write_project
from crawler.demo.server import serving
from crawler.demo.site import Site
from storage import checks
from storage.reader import Reader

if TYPE_CHECKING:
    from crawler.demo.server import DemoServer

PROMISE = 1
TITLE = "SIGKILLs of `dateline run`, `backfill` and `daemon`"
TARGET = 500
BATCH = 50

DAYS, A_DAY = 12, 24
RECHECK = (15, 45, 90, 180, 300)
"""Seconds after which a story is looked at again: there is work at every start."""
GONE_SECONDS = 2.0
"""After so many seconds no process outlives the one that started it."""
PATIENCE = 10.0
"""Seconds after which a process that asks for nothing is killed all the same."""
LAST_WAIT = 400.0
"""Seconds that the end of a batch waits for what rests between its tries."""
POLLED_AGAIN = 31.0
"""Seconds after which the endpoints are due again."""
DATELINE = str(Path(sys.executable).parent / "dateline")
TEXTS = (
    "SELECT a.source, a.key, a.status, r.kind, r.content_hash"
    " FROM articles AS a JOIN revisions AS r ON r.article_id = a.id"
)


class Project:
    """A folder to crawl one server's agency from, and the commands that do so."""

    def __init__(self, folder: Path, server: DemoServer) -> None:
        self.folder, self.server = folder, server
        self.database = write_project(folder, server.port, recheck=RECHECK)
        self.said = folder / "said"
        since = (datetime.now(UTC) - timedelta(days=DAYS + 1)).date().isoformat()
        places = opened(server.port)
        self.run = [DATELINE, "run", *places]
        self.backfill = [DATELINE, "backfill", "demo", "--since", since, *places]
        self.daemon = [DATELINE, "daemon", *places]
        self.release = [DATELINE, "quarantine", "release", "--all"]

    def start(self, command: list[str]) -> subprocess.Popen[bytes]:
        """In a session of its own, by which all that it starts is known."""
        with self.said.open("wb") as said:
            return subprocess.Popen(
                command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
            )

    def finish(self, *commands: list[str]) -> list[str]:
        """Let commands come to their end; what went wrong."""
        wrong = []
        for command in commands:
            status = self.start(command).wait()
            if status:
                wrong.append(f"{command[1]} ended with status {status}: {self.last_words()}")
        return wrong

    def last_words(self) -> str:
        return " / ".join(self.said.read_text("utf-8", "replace").strip().splitlines()[-2:])

    def texts(self) -> list[tuple[str, ...]]:
        """Source, identity, status, kind and hash of every text; the port of the server left out."""
        with Reader(self.database) as reader:
            rows = reader.db.conn.execute(TEXTS).fetchall()
        return sorted(tuple(str(part).replace(f":{self.server.port}", "") for part in row) for row in rows)


def batch(seed: int, size: int, folder: Path) -> Batch:
    """So many kills on one database, beside an undisturbed crawl of a twin agency on another."""
    began, base = time.monotonic(), time.time()
    chance = random.Random(seed)
    sites = [Site.with_archive(DAYS, A_DAY, base_time=base) for _ in range(2)]
    with serving(sites[0]) as server, serving(sites[1]) as twin:
        killed, calm = Project(folder / "killed", server), Project(folder / "calm", twin)
        found = killed.finish(killed.run) + calm.finish(calm.run)
        for site in sites:
            site.publish(len(site.upcoming))
        due = time.monotonic() + POLLED_AGAIN

        def undisturbed() -> None:
            time.sleep(max(0.0, due - time.monotonic()))
            found.extend(calm.finish(calm.run, calm.backfill, calm.run))

        beside = threading.Thread(target=undisturbed)
        beside.start()
        kills, ends, slowest = 0, 0, 0.0
        while kills < size:
            command = (killed.run, killed.backfill, killed.daemon)[(kills + ends) % 3]
            process = killed.start(command)
            aim(process, server, chance)
            status = process.poll()
            process.kill()
            process.wait()
            kills, ends = (kills + 1, ends) if status is None else (kills, ends + 1)  # it may have come to its end
            if status:
                found.append(
                    f"seed {seed}, kill {kills}: {command[1]} ended with status {status}: {killed.last_words()}"
                )
            seconds = outlived(process.pid)
            slowest = max(slowest, seconds)
            if seconds >= GONE_SECONDS:
                found.append(
                    f"seed {seed}, kill {kills}: processes of {command[1]} {process.pid} are alive {seconds:.1f} s later"
                )
        time.sleep(max(0.0, due - time.monotonic()))
        # What was under way at several kills in a row is taken for a page that kills, and given up until a person looks.
        found += killed.finish(killed.release, killed.run, killed.backfill, killed.run)
        until = time.monotonic() + LAST_WAIT
        while (wait := rests(killed)) is not None and time.monotonic() + wait < until:
            time.sleep(wait)
            found += killed.finish(killed.run, killed.backfill)
        beside.join()
        wrong, figures = compared(killed, calm)
    figures |= {"max seconds a process outlived its parent": slowest, "sum seconds": time.monotonic() - began}
    return Batch(kills, found + [f"seed {seed}: {what}" for what in wrong], figures)


def rests(project: Project) -> float | None:
    """Seconds until the first article that was tried and never read is due: what was under way at several kills rests between
    its tries; None where there is none."""
    with Reader(project.database) as reader:
        (due,) = reader.db.conn.execute(
            "SELECT min(due) FROM link WHERE kind = 'article' AND state = 'pending' AND seen = 0 AND looked_at IS NULL"
            " AND (tries > 0 OR interrupted > 0)"
        ).fetchone()
    return None if due is None else float(max(1.0, due - time.time()))


def aim(process: subprocess.Popen[bytes], server: DemoServer, chance: random.Random) -> None:
    """Wait for the moment at which the process is to be killed."""
    drawn = chance.random()
    if drawn < 0.3:  # while it starts
        until, requests = time.monotonic() + chance.uniform(0.2, 3.0), 10**9
    else:
        until, requests = time.monotonic() + PATIENCE, len(server.log) + chance.randint(1, 12)
    while process.poll() is None and time.monotonic() < until and len(server.log) < requests:
        time.sleep(0.01)
    time.sleep(chance.uniform(0, 0.15))
    if drawn > 0.9 and process.poll() is None:  # while it ends
        process.send_signal(signal.SIGTERM)
        time.sleep(chance.uniform(0, 1.0))


def outlived(session: int) -> float:
    """Seconds until no process of a session is left, without those in which the last of them waited for a processor; more
    than GONE_SECONDS where some stay (they are ended)."""
    began, waited, first = time.monotonic(), 0.0, dict[int, dict[int, float]]()
    while left := alive(session):
        now = {pid: waits(pid) for pid in left}
        first = {**now, **first}
        waited = max(waited, *(starved(threads, first[pid]) for pid, threads in now.items()))
        if time.monotonic() - began - waited > GONE_SECONDS:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            break
        time.sleep(0.02)
    return time.monotonic() - began - waited


def alive(session: int) -> list[int]:
    """The processes of a session that have not ended (those that only wait to be asked for their status have)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_bytes().rpartition(b")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == session and fields[0] not in (b"Z", b"X"):
            found.append(int(stat.parent.name))
    return found


def compared(killed: Project, calm: Project) -> tuple[list[str], dict[str, float]]:
    """What the killed crawl has that it should not, and has not that it should; the figures."""
    texts, wanted = killed.texts(), calm.texts()
    with Reader(killed.database) as reader:
        outcomes = dict(reader.db.conn.execute("SELECT outcome, count(*) FROM fetches GROUP BY 1").fetchall())
    wrong = [f"lost: {text}; still waiting: {rests(killed)} s" for text in sorted(set(wanted) - set(texts))]
    wrong += [f"not in the undisturbed crawl: {text}" for text in sorted(set(texts) - set(wanted))]
    if len(texts) != len(set(texts)):
        wrong.append(f"{len(texts) - len(set(texts))} texts are there twice")
    if None in outcomes:
        wrong.append(f"{outcomes[None]} fetches have no outcome")
    wrong += [f"`dateline db check`: {damage}" for damage in checks.check(killed.database).damage]
    return wrong, {
        "sum texts": len(texts),
        "sum fetches interrupted": outcomes.get("interrupted", 0),
        "sum requests": len(killed.server.log),
    }
