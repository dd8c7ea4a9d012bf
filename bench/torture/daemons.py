"""Processes before, beside and after one another: one daemon a database, no worker without its parent, ends within ten seconds.

By turns: a second daemon beside a first, which is then killed, and a third that goes on; SIGKILL to `run`, `daemon`,
`import`, `reextract` and `learn` at random moments, also while their workers start; SIGTERM or SIGINT to a daemon beside hosts
that are slow or never answer; workers of a `run` that are killed or hang, beside which it must come to its end.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import time
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from bench.torture.kills_crawl import DATELINE, GONE_SECONDS, Project, alive, outlived
from bench.torture.part import Batch
from crawler.demo.faults import Fault
from crawler.demo.project import opened
from crawler.demo.server import serving
from crawler.demo.site import Site
from storage.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.demo.server import DemoServer

PROMISE = 12
TITLE = "daemons and commands started beside others, killed, ended; workers killed and hung"
TARGET = 300
BATCH = 12

REFUSED_SECONDS, ENDED_SECONDS = 2.0, 10.0
STUCK_SECONDS = 60.0
HURT = 5
"""Workers that are killed or stopped in one pass."""
SLOW = ("slow.test", "silent.test")
REFUSAL = re.compile(
    r"a daemon already works on this database \(process (\d+), on \S+, since \d{4}-\d\d-\d\dT[\d:]+Z\)"
)


class Lives:
    """One project and what was found wrong with its processes."""

    def __init__(self, folder: Path, server: DemoServer, chance: random.Random) -> None:
        self.project, self.server, self.chance = Project(folder, server), server, chance
        self.faults: list[str] = []
        self.figures: dict[str, float] = {}
        self._slow_sources()
        places = opened(server.port, *SLOW)
        self.daemon = [DATELINE, "daemon", "demo", "demo-outlet", "slow", "silent", *places]
        self.commands = [
            self.project.run,
            self.daemon,
            [DATELINE, "import", str(_archive(folder, server)), "--all"],
            [DATELINE, "reextract", "--all", "--from-start"],
            [DATELINE, "learn", "demo", "--dry-run"],
        ]

    def _slow_sources(self) -> None:
        folder = self.project.folder / "sources"
        text = (folder / "demo.toml").read_text("utf-8")
        for host in SLOW:
            mirrored = text.replace("agency.test", host).replace(r"agency\.test", host.replace(".", r"\."))
            (folder / f"{host.partition('.')[0]}.toml").write_text(mirrored, "utf-8")

    def at_most(self, name: str, value: float) -> None:
        self.figures[name] = max(self.figures.get(name, 0.0), value)

    def handover(self) -> None:
        """A second daemon is refused; the first is killed; a third goes on by itself and ends as it should."""
        first = self.project.start(self.daemon)
        self._until_at_work(first, "the first daemon")
        began, file = time.monotonic(), self.project.folder / "second"
        with file.open("wb") as stderr:
            second = subprocess.Popen(
                self.daemon, cwd=self.project.folder, stdout=subprocess.DEVNULL, stderr=stderr, start_new_session=True
            )
        ended, status, usage = os.wait4(second.pid, os.WNOHANG)
        while not ended and time.monotonic() - began < STUCK_SECONDS:
            time.sleep(0.02)
            ended, status, usage = os.wait4(second.pid, os.WNOHANG)
        second.returncode = os.waitstatus_to_exitcode(status) if ended else None
        if not ended:
            self.kill(second, "a second daemon, which was not refused,")
        said = file.read_text("utf-8", "replace")
        seconds, work = time.monotonic() - began, usage.ru_utime + usage.ru_stime
        self.at_most("max seconds until a second daemon was refused", seconds)
        self.at_most("max CPU seconds of a second daemon", work)
        # On a machine that does much else the clock says little; a wait of its own would show all the same.
        if work > REFUSED_SECONDS or seconds > 10 * REFUSED_SECONDS:
            self.faults.append(f"a second daemon was refused after {seconds:.1f} s ({work:.1f} s of CPU time)")
        named = REFUSAL.search(said)
        if second.returncode != 3 or named is None or int(named[1]) != first.pid:
            self.faults.append(f"a second daemon ended with {second.returncode}: {said[-300:]}")
        self.kill(first, "daemon")
        third = self.project.start(self.daemon)
        self._until_at_work(third, "a daemon after one that was killed")
        self.end(third, signal.SIGTERM)

    def killed(self) -> None:
        """A command is killed at a random moment, most of them while it and its workers start."""
        command = self.chance.choice(self.commands)
        process = self.project.start(command)
        time.sleep(self.chance.uniform(0.0, 6.0))
        if process.poll() not in (None, 0, 1):
            self.faults.append(f"{command[1]} ended with {process.returncode}: {self.project.last_words()}")
        self.kill(process, command[1])

    def told_to_end(self) -> None:
        """A daemon is told to end, at its start or at its work."""
        process = self.project.start(self.daemon)
        if self.chance.random() < 0.5:
            self._until_at_work(process, "a daemon")
        time.sleep(self.chance.uniform(0.0, 3.0))
        self.end(process, self.chance.choice((signal.SIGTERM, signal.SIGINT)))

    def workers_lost(self) -> None:
        """A pass of whose workers some are killed or stopped comes to its end, with an outcome for each page."""
        self.project.server.site.publish_fresh()
        process = self.project.start(self.project.run)
        until, left = time.monotonic() + STUCK_SECONDS * 5, HURT
        while process.poll() is None and time.monotonic() < until:
            time.sleep(self.chance.uniform(0.3, 1.5))
            if not left:
                continue
            workers = [pid for pid in alive(process.pid) if pid != process.pid]
            if workers and process.poll() is None:
                hurt = self.chance.choice(workers)
                try:
                    os.kill(hurt, self.chance.choice((signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV)))
                except ProcessLookupError:
                    continue
                left -= 1
        if process.poll() is None:
            self.faults.append("a pass whose workers are killed and stopped does not end")
        elif process.returncode not in (0, 1):
            self.faults.append(
                f"a pass whose workers are killed ended with {process.returncode}: {self.project.last_words()}"
            )
        self.kill(process, "run")

    def kill(self, process: subprocess.Popen[bytes], what: str) -> None:
        process.kill()
        process.wait()
        seconds = outlived(process.pid)
        self.at_most("max seconds a process outlived its parent", seconds)
        if seconds >= GONE_SECONDS:
            self.faults.append(f"processes of {what} are alive {seconds:.1f} s after it was killed")

    def end(self, process: subprocess.Popen[bytes], number: signal.Signals) -> None:
        began = time.monotonic()
        process.send_signal(number)
        try:
            status = process.wait(STUCK_SECONDS)
        except subprocess.TimeoutExpired:
            status = None
        seconds = time.monotonic() - began
        self.at_most(f"max seconds until {number.name} ended a daemon", seconds)
        early = (-number, 130)  # Python itself ends while it still imports; nothing is under way then
        if seconds > ENDED_SECONDS or (status != 0 and status not in early):
            self.faults.append(f"{number.name}: status {status} after {seconds:.1f} s: {self.project.last_words()}")
        self.kill(process, "daemon")

    def _until_at_work(self, process: subprocess.Popen[bytes], what: str) -> None:
        before, until = len(self.server.log), time.monotonic() + STUCK_SECONDS
        while len(self.server.log) <= before and time.monotonic() < until and process.poll() is None:
            time.sleep(0.05)
        if len(self.server.log) <= before:
            self.faults.append(f"{what} did not set to work (status {process.poll()}): {self.project.last_words()}")


def batch(seed: int, size: int, folder: Path) -> Batch:
    """So many lives and deaths on one database."""
    began = time.monotonic()
    chance = random.Random(seed)
    with serving(Site(), faults={"slow.test": Fault("slow", seconds=8.0)}) as server:
        server.site.crawl_delay["slow.test"] = 60.0
        server.site.publish_every(2.0)
        lives = Lives(folder, server, chance)
        turns: tuple[Callable[[], None], ...] = (
            lives.handover, lives.killed, lives.killed, lives.told_to_end, lives.workers_lost, lives.killed,
        )  # fmt: skip
        for number in range(size):
            known = len(lives.faults)
            turns[number % len(turns)]()
            lives.faults[known:] = [f"seed {seed}, life {number}: {fault}" for fault in lives.faults[known:]]
        lives.faults += [f"seed {seed}: {fault}" for fault in _left(lives.project)]
    return Batch(size, lives.faults, lives.figures | {"sum seconds": time.monotonic() - began})


def _left(project: Project) -> list[str]:
    """What is wrong after one more pass, which takes back what the dead left."""
    status = project.start(project.run).wait()
    found = [] if status in (0, 1) else [f"the last pass ended with {status}: {project.last_words()}"]
    with Reader(project.database) as reader:
        rows = reader.db.conn.execute
        (unended,) = rows("SELECT count(*) FROM fetches WHERE outcome IS NULL").fetchone()
        (leased,) = rows("SELECT count(*) FROM link WHERE state = 'leased'").fetchone()
    found += [f"{unended} fetches have no outcome"] if unended else []
    return found + ([f"{leased} addresses are leased to nobody"] if leased else [])


def _archive(folder: Path, server: DemoServer) -> Path:
    """A WARC file of the agency's pages."""
    file = folder / "pages.warc.gz"
    with file.open("wb") as out:
        writer = WARCWriter(out, gzip=True)
        for story in server.site.stories.values():
            host = f"agency.test:{server.port}"
            status, headers, body = server.site.respond("GET", host, story.path)
            if status == 200:
                head = StatusAndHeaders("200 OK", list(headers.items()), protocol="HTTP/1.1")
                writer.write_record(
                    writer.create_warc_record(
                        f"http://{host}{story.path}", "response", payload=BytesIO(body), http_headers=head
                    )
                )
    return file
