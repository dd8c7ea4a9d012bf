"""A daemon that watches agencies which publish nothing: CPU of all its processes, and what their server was asked.

    python bench/idle.py [--sources 100] [--seconds 600] [--profile FILE] [--record]

Each agency is a host of its own on loopback with one feed of thirty stories, forty a day up to the start and none since,
so that their rhythm asks for a poll every five minutes. The feed answers a conditional request with 304. The processes' start,
the first polls (all hosts' robots.txt, the feeds, one article each) and the day's one check of the database are stated apart;
the measured time begins when they are done and no source is being crawled. Aim: 1 % of a core. Exit status 1 where any request
in the measured time was not a conditional one that got 304.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench import record  # noqa: E402
from bench.charts import Bars  # noqa: E402
from bench.processes import Usage, usage  # noqa: E402
from crawler.demo.answers import Response, conditional, document, text  # noqa: E402
from crawler.demo.beside import beside  # noqa: E402
from crawler.demo.server import ADDRESS, Listener  # noqa: E402

DATELINE = str(Path(sys.executable).parent / "dateline")
AIM = 0.01
STORIES, BETWEEN = 30, 86400 / 40
SETTLED = 15.0
"""Seconds without a request after which the first polls are done."""
BEGUN = 90.0
"""Seconds after the start at which the day's one check of the database is over, which begins after a minute: it is stated
with the start."""

TOML = """\
title = "Quiet agency {number}"
home = "http://{host}:{port}"
hosts = ["{host}"]
languages = ["en"]

[articles]
url = ['^http://{pattern}(?::\\d+)?/news/\\d+$']
examples = ["http://{host}/news/1"]
counterexamples = ["http://{host}/about"]

[profile]
agency = "Q{number}"
timezone = "Europe/London"

[politeness]
delay = {delay}

[[endpoint]]
url = "http://{host}:{port}/feed.xml"
kind = "feed"
interval = 300
"""
PAGE = """<!doctype html><html lang="en"><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article>
</body></html>"""


@dataclass(frozen=True, slots=True)
class Quiet:
    """The agencies: one answer for each path, whatever the host."""

    began: float

    def respond(self, method: str, host: str, target: str, headers: Mapping[str, str] | None = None) -> Response:
        """GET only; 304 where the client's validators still hold."""
        del method
        if target == "/robots.txt":
            return text(200, "User-agent: *\nDisallow: /private/")
        if target == "/feed.xml":
            lowered = {name.lower(): value for name, value in (headers or {}).items()}
            return conditional(document(self._feed(host), "application/rss+xml", self.began), lowered)
        if target.startswith("/news/"):
            body = "".join(f"<p>{line}</p>" for line in _lines(f"{host} {target}"))
            return document(PAGE.format(title=_title(target), body=body), "text/html", self.began)
        return text(404, "no such page")

    def _feed(self, host: str) -> str:
        items = []
        for number in range(STORIES):
            at = datetime.fromtimestamp(self.began - number * BETWEEN - 60, UTC)
            link = f"http://{host}/news/{STORIES - number}"
            items.append(
                f"<item><title>{_title(link)}</title><link>{link}</link><guid>{link}</guid>"
                f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
            )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Q</title>{"".join(items)}</channel></rss>'


def _title(link: str) -> str:
    return f"The council of the harbour hears report {link.rpartition('/')[2]} on its dredging works"


def _lines(key: str) -> list[str]:
    return [
        f"The harbour council said on Monday that part {number} of the works at {key} would begin once the tender is "
        "closed, and that the ferries would go on as they do now until the northern quay has been made deeper."
        for number in range(6)
    ]


def written(folder: Path, port: int, sources: int, *, delay: float = 2.0) -> list[str]:
    """A project with so many sources in `folder`; the `--at` options that open their hosts. `delay`: of the hosts, seconds."""
    own = folder / "sources"
    own.mkdir()
    names, options = [], []
    for number in range(sources):
        host = f"quiet{number}.test"
        names.append(f"quiet-{number}")
        filled = TOML.format(number=number, host=host, port=port, delay=delay, pattern=host.replace(".", r"\."))
        (own / f"quiet-{number}.toml").write_text(filled, "utf-8")
        options += ["--at", f"{host}={ADDRESS}:{port}"]
    chosen = ", ".join(f'"{name}"' for name in names)
    (folder / "dateline.toml").write_text(
        f'contact = "bench@quiet.test"\ndatabase = "news.db"\nsources_dir = "sources"\nsources = [{chosen}]\n'
        f"first_poll = 1\ndelay_floor = {min(delay, 1.0)}\n",
        "utf-8",
    )
    return options


def settled(server: Listener, sources: int, *, most: float) -> None:
    """Wait until every feed was read and nothing has been asked for a while. Raises TimeoutError after `most` seconds."""
    end = time.monotonic() + most
    while time.monotonic() < end:
        requests = list(server.log)
        feeds = {request.host for request in requests if request.path == "/feed.xml"}
        read = {request.host for request in requests if request.path.startswith("/news/")}

        if len(feeds) == sources and time.monotonic() - requests[-1].ended > SETTLED:
            return
        time.sleep(0.5)
    raise TimeoutError(f"{len(feeds)} feeds and {len(read)} articles of {sources} sources were read in {most:g} s")


def kinds(requests: list[tuple[str, bool, int]]) -> Counter[str]:
    """Requests by what they were: path's kind, conditional or not, status."""
    return Counter(
        f"{'article' if path.startswith('/news/') else path} {'conditional' if asked else 'plain'} {status}"
        for path, asked, status in requests
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--profile", type=Path, help="Write a cProfile of the daemon's main thread here.")
    record.option(parser)
    given = parser.parse_args()
    server = Listener(Quiet(time.time()))
    with tempfile.TemporaryDirectory(prefix="dateline-idle-") as name, beside(server, "quiet"):
        folder = Path(name)
        options = written(folder, server.port, given.sources)
        command = [DATELINE, "daemon", *options]
        if given.profile:
            command = [sys.executable, "-m", "cProfile", "-o", str(given.profile), *command]
        with (folder / "log").open("wb") as log:
            launched, daemon = time.time(), subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        try:
            settled(server, given.sources, most=120 + 3.0 * given.sources)
            time.sleep(max(0.0, BEGUN - (time.time() - launched)))
            start, asked = usage(daemon.pid), kinds([(r.path, r.conditional, r.status) for r in server.log])
            told = f"{start.seconds:.1f} s of CPU, {start.processes} processes, {start.rss} MB"
            print(f"start, first polls and the day's check: {told}")
            print("  " + ", ".join(f"{count} {what}" for what, count in sorted(asked.items())))
            server.log.clear()
            began = time.monotonic()
            while time.monotonic() - began < given.seconds and daemon.poll() is None:
                time.sleep(min(1.0, given.seconds))
            took, end = time.monotonic() - began, usage(daemon.pid)
        except TimeoutError as error:
            print(f"{error}; the daemon's last words:\n{(folder / 'log').read_text('utf-8', 'replace')[-2000:]}")
            return 1
        finally:
            daemon.send_signal(signal.SIGTERM)
            try:
                status = daemon.wait(60)
            except subprocess.TimeoutExpired:
                daemon.kill()
                status = daemon.wait()
        spent: Usage = end - start
        asked = kinds([(r.path, r.conditional, r.status) for r in server.log])
        share = spent.seconds / took
        by_name: Counter[str] = Counter()
        for who, seconds in spent.by_process.items():
            by_name[who.lstrip("0123456789 ")] += seconds  # type: ignore[assignment]  # a Counter of seconds
        rows = [{"process": who, "seconds": round(seconds, 2)} for who, seconds in by_name.most_common()]
        if status:
            print((folder / "log").read_text("utf-8", "replace")[-2000:])
        chart = Bars("CPU by process", "process", ("seconds",), "s")
        polls = sum(asked.values())
        record.present(
            record.Figures(
                "idle",
                f"{given.sources} quiet sources for {took:.0f} s",
                (record.Table("CPU by process", rows, chart),),
                (record.Target("share of a core", 100 * share, 100 * AIM, "%"),),
                (f"{polls} requests: " + ", ".join(f"{count} {what}" for what, count in sorted(asked.items())),),
            ),
            keep=given.record,
        )
        if others := {what: count for what, count in asked.items() if what != "/feed.xml conditional 304"}:
            print(f"asked for more than a conditional request that got 304: {dict(others)}")
        return 1 if status or others else 0


if __name__ == "__main__":
    sys.exit(main())
