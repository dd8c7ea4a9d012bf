"""SIGKILL at any moment, several processes at work: nothing lost, nothing twice."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from typing import TYPE_CHECKING

from storage.models import Link
from storage.reader import Reader
from tests.storage.harness import HOST, SOURCE, Crawl, article, page

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess
    from multiprocessing.synchronize import Event
    from pathlib import Path

LINKS = 600
KILLS = 40
HOSTS = 4


def work(path: Path, begun: Event | None = None) -> None:
    """One process's crawl without a network: lease, decide, end, until nothing is left; it dies by no will of its own."""
    from storage.models import Decision

    crawl = Crawl(path, now=time.time(), delay=0.0, in_flight=2)
    if begun is not None:
        begun.set()
    while True:
        crawl.now = time.time()
        crawl.frontier.reclaim(crawl.now).result()
        leased = crawl.lease(limit=3)
        for lease in leased.leases:
            found = article(lease.url.rpartition("/")[2], url=lease.url, canonical_url=lease.url)
            known = crawl.store.known(found).result().article
            decision = Decision("new", None, 0, "first")
            if known is not None:
                decision = Decision("unchanged", known.id, known.revision)
            crawl.end(lease, decision.outcome, article=found, decision=decision, due=None)
        if not leased.leases:
            if leased.wait is None and not leased.elsewhere:
                break
            time.sleep(0.01)
    crawl.frontier.unregister_owner(crawl.owner).result()
    crawl.close()


def test_forty_kills_of_two_processes_lose_and_double_nothing(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    crawl = Crawl(path, now=time.time())
    hosts = [HOST, *(f"h{n}.{HOST}" for n in range(1, HOSTS))]
    for host in hosts:
        crawl.open_host(host)
    urls = [page(n).replace(HOST, hosts[n % HOSTS]) for n in range(LINKS)]
    crawl.offer(*(Link(url) for url in urls))
    crawl.frontier.unregister_owner(crawl.owner).result()
    crawl.close()
    chance = random.Random(7)
    forks = multiprocessing.get_context("forkserver")
    forks.set_forkserver_preload([__name__])

    def start() -> tuple[ForkServerProcess, Event]:
        begun = forks.Event()
        process = forks.Process(target=work, args=(path, begun))
        process.start()
        return process, begun

    running = [start(), start()]
    for _ in range(KILLS):
        victim, begun = running.pop(0)
        assert begun.wait(30)
        time.sleep(chance.uniform(0, 0.1))
        victim.kill()
        victim.join()
        assert victim.exitcode in (0, -signal.SIGKILL)
        running.append(start())
    for process, _ in running:
        process.join(60)
        assert process.exitcode == 0
    work(path)
    with Reader(path) as reader:
        stored = sorted(row["url"] for row in reader.articles())
        assert stored == sorted(urls)
        counts = reader.counts()
        assert counts["articles"] == counts["revisions"] == counts["changes"] == counts["stories"] == LINKS
        conn = reader.db.conn
        outcomes = dict(conn.execute("SELECT outcome, count(*) FROM fetches GROUP BY 1").fetchall())
        assert None not in outcomes, "every fetch ends"
        assert outcomes["interrupted"] > KILLS / 4, "the kills did not hit"
        assert LINKS - outcomes.get("interrupted", 0) <= outcomes["new"] <= LINKS
        assert outcomes.keys() <= {"new", "unchanged", "interrupted"}
        assert conn.execute("SELECT state, count(*) FROM link GROUP BY 1").fetchall() == [("done", LINKS)]
        assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert len(reader.search("harbour", limit=LINKS + 1)) == LINKS
        assert conn.execute("SELECT count(*) FROM owner").fetchall() == [(0,)]
        assert {row["source"] for row in reader.runs()} == {SOURCE}
