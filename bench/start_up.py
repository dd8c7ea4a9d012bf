"""Start-up: CPU of `dateline --help`, and the first stored article of `dateline run` beside a plain Scrapy spider's.

    python bench/start_up.py [--times 5] [--record]

Both fetch robots.txt, a feed and one page from the same server on loopback, the spider without a delay, Dateline with the
shortest that it allows (0.1 s), and extract the page. The spider's clock stops when it has its text in memory; Dateline's when
it tells that the article is committed in a new database, which it has made, with everything on. By turns, wall time from the
start, the median of all turns; the aim is a ratio of 1.3. `--help`: .25 s of CPU.
Before the first turn Dateline's modules are compiled, as pip does with what it installs (the spider's libraries are).
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import record  # noqa: E402
from bench.charts import Bars  # noqa: E402
from bench.idle import Quiet, written  # noqa: E402
from crawler.demo.beside import beside  # noqa: E402
from crawler.demo.server import Listener  # noqa: E402
from storage.reader import Reader  # noqa: E402

DATELINE = str(Path(sys.executable).parent / "dateline")
HELP_AIM, RATIO_AIM = 0.25, 1.3
LONGEST = 120.0
SPIDER = """\
import sys, time
import scrapy
import trafilatura
from scrapy.crawler import CrawlerProcess

class Plain(scrapy.Spider):
    name = "plain"
    start_urls = [sys.argv[1]]
    custom_settings = {"ROBOTSTXT_OBEY": True, "LOG_LEVEL": "ERROR"}

    def parse(self, response):
        response.selector.remove_namespaces()
        yield response.follow(response.css("item > link::text").get(), self.parse_page)

    def parse_page(self, response):
        document = trafilatura.bare_extraction(response.text, url=response.url, with_metadata=True)
        assert document.text
        print(time.time(), flush=True)

process = CrawlerProcess()
process.crawl(Plain)
process.start()
"""


def cpu_of(command: list[str]) -> float:
    """CPU seconds of a command and its children."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"`{' '.join(command)}` ended with {process.returncode}: run it to see why")
    return used.ru_utime + used.ru_stime


def plain(folder: Path, server: Listener) -> float:
    """Seconds until the spider has its text."""
    script = folder / "plain_spider.py"
    script.write_text(SPIDER, "utf-8")
    began = time.time()
    done = subprocess.run(
        [sys.executable, str(script), f"http://127.0.0.1:{server.port}/feed.xml"],
        capture_output=True,
        text=True,
        check=True,
        timeout=LONGEST,
    )
    return float(done.stdout.split()[0]) - began


def ours(folder: Path, server: Listener) -> float:
    """Seconds until the command tells of its first article, which it does when that is committed. The bench looks at nothing
    meanwhile: both cores are the command's. Raises RuntimeError where no article comes."""
    options = written(folder, server.port, 1, delay=0.1)
    began = time.time()
    process = subprocess.Popen(
        [DATELINE, "run", "--json", *options], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    ending = threading.Timer(LONGEST, process.kill)
    ending.start()
    try:
        assert process.stdout is not None
        took = next((time.time() - began for line in process.stdout if tells_of_an_article(line)), None)
        process.stdout.read()
        process.wait()
    finally:
        ending.cancel()
        process.kill()
        process.wait()
    if took is None or not stored(folder / "news.db"):
        raise RuntimeError(f"`dateline run` stored no article and ended with {process.returncode}: run it to see why")
    return took


def tells_of_an_article(line: str) -> bool:
    """Whether a line of `dateline run --json` says that an article was stored."""
    event = json.loads(line)
    return event.get("event") == "fetch" and event.get("article_id") is not None


def stored(database: Path) -> bool:
    """Whether an article's row is committed."""
    with Reader(database) as reader:
        return reader.db.conn.execute("SELECT 1 FROM articles LIMIT 1").fetchone() is not None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5)
    record.option(parser)
    given = parser.parse_args()
    for package in ("crawler", "pipelines", "storage"):
        compileall.compile_dir(ROOT / package, quiet=1)
    help_seconds: list[float] = []
    walls: dict[str, list[float]] = {"plain Scrapy spider": [], "dateline run": []}
    with beside(server := Listener(Quiet(time.time())), "start-up"):
        for turn in range(given.times):
            help_seconds.append(cpu_of([DATELINE, "--help"]))
            ways = [("plain Scrapy spider", plain), ("dateline run", ours)]
            for name, way in ways if turn % 2 else reversed(ways):
                with tempfile.TemporaryDirectory(prefix="dateline-start-") as folder:
                    walls[name].append(way(Path(folder), server))
    ratio = statistics.median(a / b for a, b in zip(walls["dateline run"], walls["plain Scrapy spider"], strict=True))
    rows = [{"way": name, "seconds": round(statistics.median(seconds), 2)} for name, seconds in walls.items()]
    targets = (
        record.Target("CPU of `dateline --help`", statistics.median(help_seconds), HELP_AIM, "s"),
        record.Target("first stored article against a plain spider, by the clock", ratio, RATIO_AIM),
    )
    record.present(
        record.Figures(
            "start_up",
            "From the start of the process to the first article",
            (
                record.Table(
                    "Seconds to the first article", rows, Bars("Seconds to the first article", "way", ("seconds",), "s")
                ),
            ),
            targets,
            (f"{given.times} turns; the spider keeps nothing, Dateline makes its database and commits the article",),
        ),
        keep=given.record,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
