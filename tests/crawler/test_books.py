"""The ledger beside the agency's own log: what is sent is told, and one page that breaks something takes only itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from crawler.demo.faults import Fault
from crawler.demo.server import DemoServer
from crawler.demo.site import Site
from crawler.settings import ITEM_PIPELINES
from pipelines import decision
from storage import articles, fetch_rows
from tests.crawler.test_crawl import Crawler

if TYPE_CHECKING:
    from pathlib import Path

    from storage.models import Article, Dispatch, Known

pytestmark = pytest.mark.usefixtures("reactor", "shared_workers")


def small(server: DemoServer, database: Path) -> Crawler:
    crawler = Crawler(server, database)
    del crawler.sources["demo-outlet"]
    return crawler


async def test_a_connection_that_is_closed_without_an_answer_was_one_request(tmp_path: Path) -> None:
    """Twisted sends a request a second time, at once, where a connection that was kept open closes."""
    site = Site.with_archive(1, 6, scripted=False)
    closed = [story.path for story in site.stories.values()][:3]
    faults = {f"agency.test{path}": Fault("close") for path in closed}
    async with DemoServer(site, faults=faults) as server:
        crawler = small(server, tmp_path / "news.db")
        await crawler.run()
        asked = [request.path for request in server.log if request.path in closed]
        assert sorted(asked) == sorted(closed)
        assert not crawler.unexplained()
        assert crawler.rows("SELECT outcome, reason, count(*) FROM fetches WHERE outcome = 'failed' GROUP BY 1, 2") == [
            ("failed", "connection", 3)
        ]


async def test_an_article_that_breaks_what_stores_it_is_refused_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site.with_archive(1, 6, scripted=False)
    poison = next(iter(site.stories.values())).path
    save = articles.save

    def fragile(db: Any, article: Any, decision: Any, **given: Any) -> Any:
        found = save(db, article, decision, **given)
        if article.url.endswith(poison):
            raise KeyError("nobody foresaw this")
        return found

    monkeypatch.setattr(articles, "save", fragile)
    async with DemoServer(site) as server:
        crawler = small(server, tmp_path / "news.db")
        (report,) = await crawler.run()
        assert report.reason == "finished"
        refused = crawler.rows("SELECT url, outcome, reason, detail FROM fetches WHERE outcome = 'failed'")
        assert [row[1:] for row in refused] == [("failed", "unstorable", "KeyError: 'nobody foresaw this'")]
        assert refused[0][0].endswith(poison)
        assert crawler.rows("SELECT count(*) FROM articles") == [(5,)]
        assert not crawler.unexplained()


async def test_an_ending_that_cannot_be_written_as_it_is_is_written_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site.with_archive(1, 6, scripted=False)
    poison = next(iter(site.stories.values())).path
    write = fetch_rows.end

    def fragile(db: Any, ending: Any, *given: Any) -> None:
        if ending.lease.url.endswith(poison) and ending.outcome.name != "failed:internal":
            raise TypeError("nobody foresaw this either")
        write(db, ending, *given)

    monkeypatch.setattr(fetch_rows, "end", fragile)
    async with DemoServer(site) as server:
        crawler = small(server, tmp_path / "news.db")
        (report,) = await crawler.run()
        assert report.reason == "finished"
        assert crawler.rows("SELECT reason, detail FROM fetches WHERE outcome = 'failed'") == [
            ("internal", "TypeError: nobody foresaw this either")
        ]
        assert crawler.rows("SELECT count(*) FROM articles") == [(5,)]
        assert not crawler.unexplained()


async def test_a_decision_that_breaks_takes_only_its_own_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site.with_archive(1, 6, scripted=False)
    poison = next(iter(site.stories.values())).path
    decide = decision.decide

    def fragile(article: Article, known: Known) -> Any:
        if article.url.endswith(poison):
            raise KeyError("nobody foresaw this decision")
        return decide(article, known)

    monkeypatch.setattr(decision, "decide", fragile)
    async with DemoServer(site) as server:
        crawler = small(server, tmp_path / "news.db")
        (report,) = await crawler.run()
        assert report.reason == "finished"
        assert report.counts["failed:internal"] == 1
        assert crawler.rows("SELECT reason, detail FROM fetches WHERE outcome = 'failed'") == [
            ("internal", "KeyError: 'nobody foresaw this decision'")
        ]
        assert crawler.rows("SELECT count(*) FROM articles") == [(5,)]
        assert not crawler.unexplained()


SEEN: list[Dispatch] = []


class Mine:
    """Somebody's own pipeline between the decision and its writing."""

    def process_item(self, item: Dispatch) -> Dispatch:
        SEEN.append(item)
        return item


async def test_somebodys_own_pipeline_sees_what_was_decided_of_each_article(tmp_path: Path) -> None:
    SEEN.clear()
    async with DemoServer(Site.with_archive(1, 6, scripted=False)) as server:
        crawler = small(server, tmp_path / "news.db")
        crawler.more = {"ITEM_PIPELINES": {**ITEM_PIPELINES, Mine: 350}}
        await crawler.run()
        decided = [item.ending.decision for item in SEEN if item.ending.article is not None]
        assert [each.outcome for each in decided if each is not None] == ["new"] * 6
        assert len(decided) == 6
