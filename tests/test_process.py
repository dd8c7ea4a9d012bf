"""The commands as processes: exit codes, kill -9, SIGTERM, several at once, all over the demo site on loopback."""

from __future__ import annotations

import random
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crawler.demo import log as logs
from crawler.demo.faults import Fault
from crawler.demo.site import Site

Projects = Callable[..., Any]
BIN = Path(sys.executable).parent
MOSCOW = ZoneInfo("Europe/Moscow")


def test_the_demo_recognises_every_story_revision_and_copy_and_explains_every_request(made_demo: Path) -> None:
    """That it does, `dateline demo` says itself by its status, which the fixture looks at."""
    said = (made_demo / "said").read_text(encoding="utf-8")
    tries = [line.strip() for line in said.splitlines() if str(BIN) in line and " serve " not in line]
    assert len(tries) == 5
    for line in tries:
        tried = subprocess.run(
            shlex.split(line), cwd=made_demo, capture_output=True, text=True, timeout=30, check=False
        )
        assert tried.returncode == 0, tried.stderr
        assert len(tried.stdout.splitlines()) > 2
    with sqlite3.connect(made_demo / "demo.db") as conn:
        (articles,) = conn.execute("SELECT count(*) FROM articles").fetchone()
        languages = {row[0] for row in conn.execute("SELECT language FROM articles")}
    conn.close()
    assert articles >= 60
    assert len(languages) >= 4


def test_a_second_run_at_once_fetches_nothing(project_of: Projects) -> None:
    with project_of(Site.with_archive(2, 5, scripted=False), names=("demo",)) as project:
        for toml in (project.folder / "sources").glob("*.toml"):
            # Longer than the first run may take on a busy machine.
            toml.write_text(toml.read_text("utf-8").replace("interval = 30\n", "interval = 3600\n"), "utf-8")
        first = project.run("run")
        assert first.returncode == 0, first.stderr
        assert _articles(project) == 10
        assert not project.unexplained()
        before = len(project.server.log)
        second = project.run("run")
        assert second.returncode == 0
        assert "nothing due" in second.stderr
        assert len(project.server.log) == before


def test_wrong_arguments_are_one_line_and_status_2(project_of: Projects) -> None:
    with project_of(Site()) as project:
        for arguments, said in (
            (("scrapy", "crawl", "demo", "-a", "typo=1"), "typo"),
            (("scrapy", "crawl", "nobody"), "nobody"),
            (("run", "nobody"), "nobody"),
        ):
            done = project.run(*arguments)
            assert done.returncode == 2, arguments
            assert said in done.stderr
            assert "Traceback" not in done.stderr
            lines = [
                line
                for line in done.stderr.splitlines()
                if arguments[0] == "scrapy" or not line.startswith("database ")
            ]
            assert len(lines) == 1, lines
        assert len(project.server.log) == 0


def test_one_page_is_fetched_by_the_rules_of_every_crawl_and_explained(project_of: Projects) -> None:
    with project_of(Site()) as project:
        base = f"http://agency.test:{project.server.port}"
        path = next(iter(project.server.site.stories.values())).path
        done = project.run("extract", base + path)
        assert done.returncode == 0, done.stderr
        assert "<- json-ld" in done.stdout
        assert [request.path for request in project.server.log] == ["/robots.txt", path]
        closed = project.run("extract", f"{base}/internal/2148994")
        assert closed.returncode == 1
        assert "blocked:robots" in closed.stderr
        assert project.run("extract", "http://127.0.0.1:9/").returncode == 1
        assert not [request for request in project.server.log if request.path.startswith("/internal/")]
        assert not project.database.exists()


def test_a_source_whose_items_fail_gives_status_1_and_a_database_that_fails_3(project_of: Projects) -> None:
    site = Site.with_archive(2, 5, scripted=False)
    with project_of(site, faults={"agency.test/rss/v2.xml": Fault("status", status=500)}) as project:
        done = project.run("scrapy", "crawl", "demo")
        assert done.returncode == 1, done.stderr
        assert project.rows("SELECT count(*) AS n FROM fetches WHERE outcome = 'failed'")[0]["n"] >= 1
        assert project.rows("SELECT count(*) AS n FROM articles")[0]["n"] == 10
        other = project.folder / "other.db"
        with sqlite3.connect(other) as conn:
            conn.execute("CREATE TABLE precious (x)")
        conn.close()
        refused = project.run("run", "--db", str(other))
        assert refused.returncode == 3
        assert "not one of Dateline's" in refused.stderr
        with sqlite3.connect(other) as conn:
            assert [row[0] for row in conn.execute("SELECT name FROM sqlite_master")] == ["precious"]
        conn.close()


def test_a_backfill_killed_twice_gets_exactly_its_span_and_only_the_rest_each_time(project_of: Projects) -> None:
    """`bench/backfill.py` does it with 5,000 stories and five kills, beside a daemon."""
    site = Site.with_archive(6, 12, scripted=False)
    first = (datetime.now(MOSCOW) - timedelta(days=4)).date()
    last = first + timedelta(days=1)
    with project_of(site) as project:
        span = ("-a", f"since={first}", "-a", f"until={last}", "-a", "order=oldest")
        for requests in (8, 18):
            process = project.start("scrapy", "crawl", "demo", *span)
            project.until(lambda n=requests: len(project.server.log) > n, 240, "the backfill is under way")
            project.end(process, signal.SIGKILL)
        done = project.run("scrapy", "crawl", "demo", *span)
        assert done.returncode == 0, done.stderr
        assert "going on with backfill 1" in done.stderr
        assert f"span {first} 00:00 to {last} 23:59 (Europe/Moscow): 24 articles stored" in done.stderr
        stored = project.rows("SELECT url, published_at FROM articles")
        days = [datetime.fromisoformat(row["published_at"]).astimezone(MOSCOW).date() for row in stored]
        assert sorted(set(days)) == [first, last]
        assert len(stored) == 24
        asked = [request.path for request in project.server.log if "/2" in request.path and request.path[-3:].isdigit()]
        twice = {path for path in asked if asked.count(path) > 1}
        # Only what was under way when the process died was asked a second time.
        under_way = project.rows("SELECT url FROM fetches WHERE outcome = 'interrupted'")
        assert len(under_way) <= 2
        assert twice <= {"/" + row["url"].split("/", 3)[3] for row in under_way}
        assert asked == sorted(asked, key=lambda path: path[-7:]), "oldest first"


def test_kills_at_random_moments_lose_nothing_and_double_nothing(project_of: Projects) -> None:
    """`make torture` (kills_crawl) does it five hundred times."""
    chance = random.Random(20261122)
    with project_of(Site.with_archive(3, 10, scripted=False)) as project:
        for _ in range(2):
            process, before = project.start("run", "demo"), len(project.server.log)
            more = before + chance.randint(1, 12)
            project.until(lambda n=more: len(project.server.log) >= n, 240, "the run is under way")
            time.sleep(chance.uniform(0.0, 0.3))
            assert process.poll() is None, "it is killed at work"
            project.end(process, signal.SIGKILL)
        for _ in range(2):
            done = project.run("run", "demo")
            assert done.returncode == 0, done.stderr
        articles = project.rows("SELECT key, revision FROM articles")
        assert len(articles) == len({row["key"] for row in articles}) == 30
        assert all(row["revision"] == 1 for row in articles)
        assert project.rows("SELECT count(*) AS n FROM fetches WHERE outcome IS NULL")[0]["n"] == 0
        with sqlite3.connect(project.database) as conn:
            assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        conn.close()


def test_several_processes_together_keep_the_hosts_limits(project_of: Projects) -> None:
    first = (datetime.now(MOSCOW) - timedelta(days=3)).date()
    with project_of(Site.with_archive(3, 10, scripted=False), names=("demo",)) as project:
        daemon = project.start("daemon")
        backfill = project.start("backfill", "demo", "--since", str(first))
        done = project.run("run")
        _, said = backfill.communicate(timeout=120)
        assert backfill.returncode == 0, said
        status, _, said = project.end(daemon)
        assert status == 0, said
        assert done.returncode == 0, done.stderr
        assert max(logs.most_in_flight(project.server.log).values()) == 1
        # Half of it: a server whose thread waits for the processor notes an end later than the crawler has the last byte.
        assert min(logs.rest(project.server.log).values()) >= 0.05
        assert not [request for request in project.server.log if request.path.startswith("/search")]


def test_the_daemon_finds_new_stories_and_ends_quickly_beside_slow_hosts(project_of: Projects) -> None:
    site = Site.with_archive(2, 5, scripted=False)
    site.crawl_delay["slow.test"] = 60.0
    with project_of(site) as project:
        for name, host in (("slow", "slow.test"), ("silent", "silent.test")):
            text = (project.folder / "sources" / "demo.toml").read_text()
            text = text.replace("agency.test", host).replace(r"agency\.test", host.replace(".", r"\."))
            (project.folder / "sources" / f"{name}.toml").write_text(text)
        daemon = project.start("daemon", "demo", "demo-outlet", "slow", "silent", more=("slow.test", "silent.test"))
        project.until(lambda: _articles(project) >= 10, 240, "the first pass is stored")
        site.publish_fresh()
        published = _articles(project)
        project.until(lambda: _articles(project) > published, 35, "a new story within a poll interval and 5 s")
        second = project.run("daemon", "demo")
        assert second.returncode == 3
        assert f"process {daemon.pid}" in second.stderr
        status, seconds, said = project.end(daemon)
        assert status == 0, said
        assert seconds < 30
        assert project.rows("SELECT count(*) AS n FROM fetches WHERE outcome IS NULL")[0]["n"] == 0
        restarted = project.start("daemon", "demo", "demo-outlet")
        site.publish_fresh()
        published = _articles(project)
        project.until(lambda: _articles(project) > published, 45, "the restarted daemon goes on")
        assert project.end(restarted)[0] == 0


def _articles(project: Any) -> int:
    """Articles stored by now; none while the daemon is still making its database."""
    if not project.database.exists() or project.database.stat().st_size < 10_000:
        return 0
    return int(project.rows("SELECT count(*) AS n FROM articles")[0]["n"])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_asked_to_end_hands_its_leases_back(project_of: Projects, number: int) -> None:
    with project_of(Site.with_archive(3, 10)) as project:
        process = project.start("run")
        project.until(lambda: len(project.server.log) > 12, 240, "the run is under way")
        status, seconds, said = project.end(process, number)
        assert status == 0, said
        assert seconds < 30
        assert "shutdown" in said
        assert not project.unexplained()
        assert (
            project.rows("SELECT count(*) AS n FROM fetches WHERE outcome IS NULL OR outcome = 'interrupted'")[0]["n"]
            == 0
        )
