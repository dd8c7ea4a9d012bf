"""Measures the pages of `dateline serve` over a large database, as a browser on the same machine asks for them.

    python bench/million.py news.db
    python bench/site.py news.db [--times 60] [--writing 10] [--only front,search] [--seed 1]

Starts the real `dateline serve` on a free port of loopback, asks each kind of page once unmeasured and then `--times`
times, each time another address of its kind (articles, stories, words and sources are drawn from the database), one
request at a time over one connection, and prints for each kind the 50th, 95th and 99th percentile of the time from the
request to the last byte, and of the CPU time that the server's process took meanwhile (all its threads), which says what a
quiet machine would take. With `--writing N` a second process stores N made-up articles a second in the same file meanwhile, by
the writer's own functions; they stay in it. An answer that is not 200 ends the run.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipelines import fingerprint
from pipelines.decision import decide
from storage import articles, clock, database
from storage.models import Article, Instant
from storage.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

COMMON = ("government", "president", "said", "police", "market", "the", "правительство", "gobierno", "الحكومة")
PAIRS = ("中国", "政府", "北京", "日本", "東京", "首相", "서울", "정부", "한국", "経済")
PHRASES = ('"prime minister"', '"of the"', '"said the"', '"в москве"', '"president of the"')
NOWHERE = ("qqxjzvkw", "zzyqx government", '"government qqxjzvkw"')


class Questions:
    """Addresses of each kind, drawn from a database."""

    def __init__(self, reader: Reader, seed: int) -> None:
        self.reader, self.draw = reader, random.Random(seed)
        conn = reader.db.conn
        (self.last,) = conn.execute("SELECT max(id) FROM article").fetchone()
        (self.stories,) = conn.execute("SELECT max(story_id) FROM story").fetchone()
        self.sources = [name for (name,) in conn.execute("SELECT name FROM source")]
        places = conn.execute(
            "SELECT DISTINCT dateline_place FROM article WHERE id > ? AND dateline_place IS NOT NULL",
            (self.last - 2000,),
        )
        self.places = [name for (name,) in places]
        self.days = [
            conn.execute("SELECT substr(first_seen_at, 1, 10) FROM article WHERE id = ?", (each,)).fetchone()[0]
            for each in (max(1, self.last // 3), max(1, self.last // 2), max(1, self.last * 9 // 10))
        ]

    def kinds(self) -> dict[str, Callable[[], str]]:
        """Kind of page -> what gives another address of it."""
        pick = self.draw.choice
        return {
            "front": lambda: "/",
            "front of a source": lambda: f"/?{urlencode({'source': pick(self.sources)})}",
            "front of a language": lambda: f"/?{urlencode({'language': pick(('en', 'ru', 'ar', 'zh', 'ko', 'da'))})}",
            "front of source, section": lambda: f"/?{urlencode({'source': pick(self.sources), 'section': 'Opinion'})}",
            "front, anywhere in the past": lambda: f"/?{urlencode({'before': self.place()})}",
            "article": lambda: f"/article/{self.draw.randint(1, self.last)}",
            "article with versions": lambda: f"/article/{self.revised()}",
            "story with copies": lambda: f"/story/{self.story()}",
            "search, common word": lambda: self.search(pick(COMMON)),
            "search, two words and days": lambda: self.search(
                "government market", since=self.days[1], until=self.days[2]
            ),
            "search, common word of a source": lambda: self.search(pick(COMMON[:6]), source=pick(self.sources)),
            "search, common word of a language": lambda: self.search("government", language=pick(("ru", "zh", "es"))),
            "search, rare word": lambda: self.search(self.rare()),
            "search, rare and common word": lambda: self.search(f"{self.rare()} the"),
            "search, two characters": lambda: self.search(pick(PAIRS)),
            "search, phrase": lambda: self.search(pick(PHRASES)),
            "search, no hit": lambda: self.search(pick(NOWHERE)),
            "health": lambda: "/health",
            "source": lambda: f"/source/{quote(pick(self.sources))}",
            "runs": lambda: "/runs",
            "fetches": lambda: "/fetches",
            "places": lambda: "/places",
            "place": lambda: f"/place?{urlencode({'name': pick(self.places)})}",
        }

    def place(self) -> str:
        """A place on the wire."""
        at = self.draw.randint(1, self.last)
        (seen,) = self.reader.db.conn.execute("SELECT first_seen_at FROM article WHERE id = ?", (at,)).fetchone()
        return f"{seen}~{at}"

    def revised(self) -> int:
        return self._from("SELECT article_id FROM revision WHERE revision > 2 AND id >= ? LIMIT 1", "revision")

    def story(self) -> int:
        """A story that several articles tell."""
        sql = "SELECT story_id FROM article WHERE story_id IN (SELECT a.story_id FROM article AS a JOIN article AS b ON"
        return self._from(f"{sql} b.story_id = a.story_id AND b.id > a.id WHERE a.id >= ? LIMIT 1)", "article")

    def rare(self) -> str:
        """A long word of an article in Latin letters: nearly always a name that nobody else has."""
        while True:
            (body,) = self.reader.db.conn.execute(
                "SELECT body FROM revision WHERE article_id = ? LIMIT 1", (self.draw.randint(1, self.last),)
            ).fetchone()
            if words := re.findall(r"\b[a-z]{11,}\b", body):
                return str(max(words, key=len))

    def search(self, words: str, **narrowed: str) -> str:
        return f"/search?{urlencode({'q': words, **narrowed})}"

    def _from(self, sql: str, table: str) -> int:
        (last,) = self.reader.db.conn.execute(f"SELECT max(id) FROM {table}").fetchone()
        while (row := self.reader.db.conn.execute(sql, (self.draw.randint(1, last),)).fetchone()) is None:
            pass
        return int(row[0])


class Served:
    """`dateline serve` in a process of its own, and one connection to it."""

    def __init__(self, file: Path) -> None:
        command = [str(Path(sys.executable).with_name("dateline")), "serve", "--db", str(file), "--port", "0"]
        begun = time.monotonic()
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        line = ""
        while "serving http" not in line:
            line = self.process.stderr.readline()
            if not line:
                raise SystemExit(f"dateline serve ended with {self.process.wait()}")
        self.started = time.monotonic() - begun
        self.connection = http.client.HTTPConnection(urlsplit(line.split()[1]).netloc.partition("/")[0], timeout=60)

    def ask(self, path: str) -> tuple[float, float, int]:
        """Milliseconds by the clock and of CPU, and the bytes of the answer."""
        cpu, begun = self._cpu(), time.perf_counter()
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        body = answer.read()
        took = time.perf_counter() - begun
        used = self._cpu() - cpu
        if answer.status != 200:
            told = re.sub(r"<[^>]*>|\s+", " ", body.decode())[-300:]
            raise RuntimeError(f"{path}: {answer.status} {told}")
        return took * 1e3, used * 1e3, len(body)

    def end(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.wait(20)

    def memory(self) -> float:
        """The most memory that the server has had resident, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def _cpu(self) -> float:
        """Seconds of CPU of all the server's threads (Linux counts them to the nanosecond there)."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9


def write(file: Path, a_second: float) -> None:
    """Store made-up articles at that pace, until this process is ended."""
    db = database.open_writer(file)
    (body,) = db.conn.execute("SELECT body FROM revision WHERE length(body) > 1500 ORDER BY id LIMIT 1").fetchone()
    words = body.split()
    draw = random.Random(os.getpid())
    begun, number = time.time(), 0
    while True:
        number += 1
        time.sleep(max(0.0, begun + number / a_second - time.time()))
        now = time.time()
        draw.shuffle(words)
        url = f"https://late.test/{int(now * 1e6)}"
        text, at = " ".join(words), clock.text(now)
        article = Article(
            source=f"late-{number % 7}", key=url, url=url, canonical_url=url, title=f"Late news, number {number}", body=text,
            language="en", section="World", extractor="bench", content_hash=fingerprint.content_hash(url, None, text),
            sketch=fingerprint.sketch(text), word_count=len(words), published=Instant(at, "second", "+00:00", at, "feed"),
        )  # fmt: skip
        decision = decide(article, articles.known(db, article, now=now))
        db.conn.execute("BEGIN IMMEDIATE")
        if articles.stands(db, article, decision):
            articles.save(db, article, decision, address=url, at=now)
        db.conn.execute("COMMIT")


def measure(
    served: Served, questions: Questions, times: int, only: list[str]
) -> Iterator[tuple[str, list[tuple[float, float, int]]]]:
    for kind, question in questions.kinds().items():
        if only and not any(kind.startswith(each) for each in only):
            continue
        served.ask(question())
        yield kind, [served.ask(question()) for _ in range(times)]


def percentile(values: list[float], share: int) -> float:
    """The least value that so many per cent do not exceed."""
    return sorted(values)[max(0, -(-len(values) * share // 100) - 1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--times", type=int, default=60)
    parser.add_argument(
        "--writing", type=float, default=0, metavar="N", help="articles a second that are stored meanwhile"
    )
    parser.add_argument("--only", default="", help="kinds, by their beginnings, with commas")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        write(options.file, options.write)
        return
    only = [each for each in options.only.split(",") if each]
    writer = None
    if options.writing:
        writer = subprocess.Popen([sys.executable, __file__, str(options.file), "--write", str(options.writing)])
    served = Served(options.file)
    try:
        with Reader(options.file) as reader:
            questions = Questions(reader, options.seed)
            size = options.file.stat().st_size / 1e9
            print(f"{questions.last:,} articles, {size:.2f} GB; the site was up after {served.started:.1f} s")
            print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {options.times} of each kind")
            print(f"{'ms':34}{'p50':>7}{'p95':>7}{'p99':>7}   {'CPU p50':>7}{'p95':>7}{'p99':>7}{'kB':>7}")
            for kind, took in measure(served, questions, options.times, only):
                clocked, used, sizes = ([each[part] for each in took] for part in range(3))
                shown = "".join(f"{percentile(clocked, share):7.0f}" for share in (50, 95, 99))
                shown += "   " + "".join(f"{percentile(used, share):7.0f}" for share in (50, 95, 99))
                print(f"{kind:34}{shown}{percentile([size / 1e3 for size in sizes], 50):7.0f}", flush=True)
        print(f"the server's memory, most: {served.memory():.0f} MB; load {os.getloadavg()[0]:.1f}")
        if writer is not None and writer.poll() is not None:
            raise SystemExit(f"the writer ended with {writer.returncode}")
    finally:
        served.end()
        if writer is not None:
            writer.terminate()
            writer.wait(20)


if __name__ == "__main__":
    main()
