"""SIGKILL at random moments, and within commits, of two processes at a time that crawl `wire` through the real store.

The processes are forked from this one, which has all modules loaded and opens no database itself: a kill and a new start
take some hundredths of a second. Half of the kills hit a process at any moment from its fork on, while it opens, recovers or
takes over; the others so many commits after its first lease, up to 3 ms into the commit. At the end, and at random between
two kills, the database must be whole (`wire_verdict`); what was acknowledged must be there.
"""

from __future__ import annotations

import gc
import mmap
import os
import random
import select
import signal
import sys
import time
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.torture import wire
from bench.torture.part import Batch
from bench.torture.starved import starved, waits
from bench.torture.wire_verdict import faults
from storage import checks, database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROMISE = 1
TITLE = "SIGKILLs of two processes at the store and frontier"
TARGET = 10_000
BATCH = 500

RESUME_SECONDS = 1.0
"""From opening the database that a killed process has left to the first leases' endings, at the most. The figure leaves out
the waits for a processor of that thread alone which waited longest; more is a fault where not even the waits of all threads,
one after another, explain it."""
AT_ONCE = 2
ANYWHERE = 0.12
"""Seconds from the fork within which half of the kills fall; a process is at its first commits after some 0.04."""
INTO_COMMIT = 0.003
CHECKS = 5
"""Looks at the whole database within a batch, besides the one at its end."""
LAST_SECONDS = 300.0


@dataclass(slots=True)
class Child:
    """A process at work and the pipe on which it tells when it has its first lease and when a commit begins. Until then its
    threads have waited for a processor, the one that did so longest for `longest` seconds, all `together`."""

    pid: int
    pipe: int
    begun: float = field(default_factory=time.monotonic)
    resumed: float | None = None
    longest: float = 0.0
    together: float = 0.0
    commits: int = 0
    status: int | None = None

    def listen(self, until: float) -> None:
        """Read what it tells until then, or until it tells something."""
        ready, _, _ = select.select([self.pipe], [], [], max(0.0, until - time.monotonic()))
        for word in os.read(self.pipe, 65536).split() if ready else ():
            if word == b"c":
                self.commits += self.resumed is not None
            else:
                self.resumed, self.longest, self.together = map(float, word.split(b"/"))

    def ended(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is not None

    def kill(self) -> None:
        if not self.ended():
            os.kill(self.pid, signal.SIGKILL)
            _, self.status = os.waitpid(self.pid, 0)

    def close(self) -> None:
        os.close(self.pipe)


def forked(work: Callable[[int], object]) -> Child:
    """A process that does `work`, given its end of the pipe; status 1 with a traceback when that raises."""
    read, write = os.pipe()
    pid = os.fork()
    if pid:
        os.close(write)
        return Child(pid, read)
    status = 1
    try:
        os.close(read)
        work(write)
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it is, this process must not go on with its parent's work
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def crawl(path: Path, acknowledged: Path, seed: str, more: mmap.mmap, dead: set[int], pipe: int) -> None:
    """One process's life: open, take over, lease, and on until nothing is left (it seldom comes so far)."""
    began = time.monotonic()
    told = os.open(acknowledged, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    at_work = wire.Crawl(
        path, random.Random(seed), lambda line: os.write(told, f"{line}\n".encode()), fresh=lambda: more[0] == 1
    )
    at_work.seed()
    held = at_work.store.writer.submit(
        lambda db: db.conn.execute(
            "SELECT o.pid FROM link AS l LEFT JOIN owner AS o ON o.id = l.owner WHERE l.state = 'leased'"
        ).fetchall(),
        writes=False,
    ).result()
    if left := {pid for (pid,) in held} & {*dead, None}:
        raise AssertionError(
            f"leases are left after `reclaim` of processes that were dead before this one began: {left}"
        )

    def commits(sql: str) -> None:
        if sql == "COMMIT":
            os.write(pipe, b"c ")

    at_work.store.writer.submit(lambda db: db.conn.set_trace_callback(commits), writes=False).result()
    going = at_work.step()
    threads = waits()
    os.write(pipe, f"{time.monotonic() - began:.4f}/{starved(threads):.4f}/{sum(threads.values()):.4f} ".encode())
    while going:
        going = at_work.step()
    at_work.close()


def look(path: Path, acknowledged: Path, finished: bool, pipe: int) -> None:
    """Tell what is wrong with the database at this moment."""
    told = acknowledged.read_text("utf-8").split("\n")[:-1] if acknowledged.exists() else []  # before the snapshot
    db = database.open_reader(path)
    db.conn.execute("BEGIN")
    for fault in faults(db, told, finished=finished):
        os.write(pipe, f"{fault}\n".encode())
    for damage in (
        checks.check(path).damage if finished else ()
    ):  # also what no rule here knows: sums, the full-text index
        os.write(pipe, f"`dateline db check`: {damage}\n".encode())
    (texts,) = db.conn.execute("SELECT count(*) FROM revision").fetchone()
    (lost,) = db.conn.execute("SELECT count(*) FROM fetch WHERE outcome = 'interrupted'").fetchone()
    os.write(pipe, f"{texts} {lost} {len(told)}".encode())
    db.close()


def looked(path: Path, acknowledged: Path, *, finished: bool) -> tuple[list[str], list[int]]:
    """`look` in a process of its own, since no process that forks may have the database open: faults, and the numbers of
    texts, interrupted fetches and acknowledged endings."""
    child = forked(lambda pipe: look(path, acknowledged, finished, pipe))
    said = b""
    while part := os.read(child.pipe, 65536):
        said += part
    child.close()
    _, status = os.waitpid(child.pid, 0)
    *found, last = said.decode().split("\n")
    if status:
        found.append(f"the look at the database ended with status {status}: {last}")
        return found, [0, 0, 0]
    return found, [int(part) for part in last.split()]


def batch(seed: int, size: int, folder: Path) -> Batch:
    """So many kills on one database; then two processes do what is left."""
    chance = random.Random(seed)
    path, acknowledged = folder / "news.db", folder / "acknowledged"
    more = mmap.mmap(-1, 1)
    more[0] = 1
    found: list[str] = []
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page that it shares with this process
    begun, slowest, own, resumes = time.monotonic(), 0.0, 0.0, 0
    dead: list[int] = []

    def start() -> Child:
        given, before = f"{seed} {chance.random()}", set(dead[-20:])
        return forked(lambda pipe: crawl(path, acknowledged, given, more, before, pipe))

    running = [start() for _ in range(AT_ONCE)]
    checks = sorted(chance.sample(range(1, max(size, CHECKS + 1)), CHECKS)) if size > CHECKS else []
    for kill in range(size):
        victim = running.pop(chance.randrange(AT_ONCE))
        aim(victim, chance)
        early = victim.ended()
        victim.kill()
        if early or victim.status != signal.SIGKILL:
            found.append(f"seed {seed}, kill {kill}: the process ended by itself, status {victim.status}")
        if victim.resumed is not None:
            resumes, slowest = resumes + 1, max(slowest, victim.resumed)
            own = max(own, victim.resumed - victim.longest)
            if (seconds := victim.resumed - victim.together) > RESUME_SECONDS:  # two may have waited one after another
                found.append(
                    f"seed {seed}, kill {kill}: resuming took {seconds:.2f} s without all waits for a processor"
                )
        victim.close()
        dead.append(victim.pid)
        running.append(start())
        if kill in checks and path.exists():  # the first kills may have hit its making
            found += [
                f"seed {seed}, after kill {kill}: {fault}" for fault in looked(path, acknowledged, finished=False)[0]
            ]
    more[0] = 0
    ends = time.monotonic() + LAST_SECONDS
    for child in running:
        while not child.ended() and time.monotonic() < ends:
            child.listen(time.monotonic() + 0.1)
        if not child.ended() or child.status:
            found.append(f"seed {seed}: the last processes did not end well: status {child.status}")
        child.kill()
        child.close()
    closing, (texts, interrupted, endings) = looked(path, acknowledged, finished=True)
    found += [f"seed {seed}, at the end: {fault}" for fault in closing]
    gc.unfreeze()
    return Batch(
        size,
        found,
        {
            "max seconds to resume": own,
            "max seconds to resume, waits for a processor included": slowest,
            "sum resumed": resumes,
            "sum texts": texts,
            "sum acknowledged endings": endings,
            "sum fetches interrupted": interrupted,
            "sum seconds": time.monotonic() - begun,
        },
    )


def aim(victim: Child, chance: random.Random) -> None:
    """Wait for the moment at which it is to be killed."""
    if chance.random() < 0.5:
        moment = max(victim.begun, time.monotonic() - ANYWHERE) + chance.uniform(0, ANYWHERE)
        while time.monotonic() < moment and not victim.ended():
            victim.listen(moment)
        return
    wanted, late = victim.commits + chance.randint(1, 4), time.monotonic() + 10
    while victim.commits < wanted and time.monotonic() < late and not victim.ended():
        victim.listen(late)
    time.sleep(chance.uniform(0, INTO_COMMIT))
