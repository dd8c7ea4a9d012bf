"""Readers that poll `changes` while writers are killed: each change once, in order, none missed.

    python bench/changes.py [--events 10000] [--seed 1] [--writers 2] [--bursts 6]

Random events (new articles, copies, updates, corrections, refiles, repeats, minor changes, withdrawals, looks that find
nothing) are written by processes of their own through the Store, in bursts of up to 16. Each is killed (SIGKILL) in the midst
of its work, after `--bursts` on average, and started again, until all events are written; an event that had no outcome is then
done again. Meanwhile three readers keep nothing but the number of the last change:

- sql: `SELECT … FROM changes WHERE seq > ? ORDER BY seq LIMIT ?`, with a connection that is opened anew now and then;
- follow: `dateline changes --follow --json`, which is ended (SIGTERM or SIGKILL) now and then and started again;
- copy: the same on a copy that is published again and again meanwhile (the file is replaced under the reader).

At the end all three must have read the same as `changes` holds, and `changes` what was to be written. Exit status 1 when not.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from crawler.lean import load_sqlite_utils  # noqa: E402

load_sqlite_utils()  # its processes are started again and again

from bench.change_events import due  # noqa: E402
from storage.backup import publish  # noqa: E402
from storage.store import Store  # noqa: E402

if TYPE_CHECKING:
    import sqlite3
else:
    from sqlite_utils.utils import sqlite3

DATELINE = str(Path(sys.executable).parent / "dateline")
POLL = "SELECT seq, kind, article_id, revision FROM changes WHERE seq > ? ORDER BY seq LIMIT ?"
Change = tuple[int, str, int, int]


class Reader(threading.Thread):
    """Reads until it has `until` (set when the last change is known)."""

    def __init__(self, name: str, path: Path, chance: random.Random) -> None:
        super().__init__(name=name)
        self.path, self.chance = path, chance
        self.read: list[Change] = []
        self.until: int | None = None
        self.restarts = 0
        self.bad: list[str] = []

    @property
    def last(self) -> int:
        return self.read[-1][0] if self.read else 0

    def finished(self) -> bool:
        return self.until is not None and self.last >= self.until


class SqlReader(Reader):
    def run(self) -> None:
        while not self.finished():
            conn = sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True, timeout=30)
            self.restarts += 1
            for _ in range(self.chance.randint(1, 200)):
                self.read += conn.execute(POLL, (self.last, self.chance.randint(1, 50))).fetchall()
                time.sleep(self.chance.uniform(0, 0.02))
                if self.finished():
                    break
            conn.close()


class Follower(Reader):
    def __init__(self, name: str, path: Path, chance: random.Random) -> None:
        super().__init__(name, path, chance)
        self.ending = threading.Lock()
        self.process: subprocess.Popen[str] | None = None
        self.sent: signal.Signals | None = None

    def end(self, number: signal.Signals) -> None:
        """Send the running command its one signal."""
        with self.ending:
            if self.process is not None and self.sent is None:
                self.sent = number
                self.process.send_signal(number)

    def join_when_finished(self, seconds: float) -> None:
        """End the command once it has told all; after so many seconds whatever it has told."""
        late = time.monotonic() + seconds
        while self.is_alive() and time.monotonic() < late:
            if self.finished():
                self.end(signal.SIGTERM)
            time.sleep(0.05)
        if self.is_alive():
            self.bad.append(f"had not told all {seconds:.0f} s after the last event")
            self.end(signal.SIGKILL)

    def run(self) -> None:
        while not self.finished() and not self.bad:
            before = self.last
            with self.ending:
                self.sent = None
                process = self.process = subprocess.Popen(
                    [DATELINE, "changes", "--follow", "--json", "--since", str(before), "--db", str(self.path)],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            assert process.stdout is not None and process.stderr is not None
            self.restarts += 1
            kill = self.chance.random() < 0.3
            timer = threading.Timer(self.chance.uniform(2, 8), self.end, [signal.SIGKILL if kill else signal.SIGTERM])
            timer.start()
            for line in process.stdout:
                row = json.loads(line)
                self.read.append((row["seq"], row["kind"], row["article_id"], row["revision"]))
            said = process.stderr.read()
            status = process.wait()
            timer.cancel()
            good = {-signal.SIGKILL} if self.sent == signal.SIGKILL else {0}
            if self.last == before:
                good.add(-signal.SIGTERM)  # while the interpreter starts, it ends as the system has it
            if said or status not in good:
                self.bad.append(f"status {status} after {self.sent}: {said}")


class Publisher(threading.Thread):
    """Puts a copy in the place of the last one, again and again."""

    def __init__(self, path: Path, copy: Path) -> None:
        super().__init__(name="publisher")
        self.path, self.copy = path, copy
        self.stop = threading.Event()
        self.copies = 0

    def run(self) -> None:
        while True:
            stopping = self.stop.is_set()
            publish(self.path, self.copy)
            self.copies += 1
            if stopping:
                return
            self.stop.wait(1.0)


@dataclass
class Killed:
    """A writer that is started again whenever it was killed, until it has written all."""

    command: list[str]
    bursts: int
    chance: random.Random
    kills: int = 0
    failures: list[str] = field(default_factory=list)

    def run(self) -> None:
        while True:
            process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            assert process.stdout is not None
            bursts = self.chance.randint(1, 2 * self.bursts - 1)
            for count, _ in enumerate(process.stdout, 1):
                if count == bursts:
                    break
            time.sleep(self.chance.uniform(0, 0.02))
            process.kill()
            _, said = process.communicate()
            if process.returncode == 0:
                return
            if process.returncode != -signal.SIGKILL:
                self.failures.append(said)
                return
            self.kills += 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--writers", type=int, default=2)
    parser.add_argument("--bursts", type=int, default=6)
    given = parser.parse_args()
    shares = [given.events // given.writers + (n < given.events % given.writers) for n in range(given.writers)]
    with tempfile.TemporaryDirectory(prefix="dateline-changes-") as folder:
        return measured(Path(folder), given.seed, shares, given.bursts, given.events)


def measured(folder: Path, seed: int, shares: list[int], bursts: int, events: int) -> int:
    began = time.monotonic()
    path, copy = folder / "news.db", folder / "copy.db"
    Store.open(path).close()
    publish(path, copy)
    writer = [sys.executable, str(ROOT / "bench" / "change_events.py"), str(path), str(seed)]
    writers = [
        Killed([*writer, str(part), str(count)], bursts, random.Random(f"{seed} kill {part}"))
        for part, count in enumerate(shares)
    ]
    readers = [
        SqlReader("sql", path, random.Random(seed)),
        Follower("follow", path, random.Random(seed + 1)),
        Follower("copy", copy, random.Random(seed + 2)),
    ]
    publisher = Publisher(path, copy)
    work = [threading.Thread(target=writer.run) for writer in writers]
    for thread in (*work, *readers, publisher):
        thread.start()
    for thread in work:
        thread.join()
    failures = [failure for writer in writers for failure in writer.failures]
    conn = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    written: list[Change] = conn.execute(POLL, (0, -1)).fetchall()
    for reader in readers:
        reader.until = written[-1][0]
    publisher.stop.set()
    publisher.join()
    for reader in readers:
        if isinstance(reader, Follower):
            reader.join_when_finished(60)
        reader.join()
    kinds: dict[tuple[str, str], list[str]] = defaultdict(list)
    rows = conn.execute(
        "SELECT a.source, a.key, c.kind, c.revision FROM changes AS c JOIN articles AS a ON a.id = c.article_id ORDER BY seq"
    )
    for source, key, kind, revision in rows:
        kinds[source, key].append(kind)
        if revision != len(kinds[source, key]):
            kinds[source, key].append(f"revision {revision}")
    conn.close()
    wrong = sum(kinds[name] != wanted for name, wanted in due(seed, shares).items())
    print(
        f"events {events}; changes {written[-1][0]}, {Counter(kind for _, kind, *_ in written)['withdrawal']} of them"
        f" withdrawals; kills {sum(w.kills for w in writers)}; {time.monotonic() - began:.0f} s"
    )
    gaps = written[-1][0] - len(written)
    print(
        f"articles whose changes are not those planned {wrong}; numbers left out {gaps}; copies published {publisher.copies}"
    )
    good = not wrong and not failures and not gaps
    print("reader  starts  read   twice  out of order  missed  not in changes")
    for reader in readers:
        seqs = [seq for seq, *_ in reader.read]
        twice = len(seqs) - len(set(seqs))
        disorder = sum(a >= b for a, b in pairwise(seqs))
        missed, odd = len(set(written) - set(reader.read)), len(set(reader.read) - set(written))
        print(f"{reader.name:7} {reader.restarts:6} {len(seqs):6} {twice:6} {disorder:13} {missed:7} {odd:15}")
        good = good and reader.read == written and not reader.bad
        failures += reader.bad
    for failure in failures:
        print(failure)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
