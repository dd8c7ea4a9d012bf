"""A crawl over loopback with a learned rule set in force, and with a body selector that the pages have nothing for."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from crawler.config import Config
from crawler.demo.server import DemoServer
from crawler.demo.site import Site
from crawler.passes import run_pass
from crawler.progress import Silent
from crawler.start import Start, at_work
from crawler.start_crawl import crawl_settings
from storage.models import LearnedRule
from storage.reader import Reader
from storage.rule_sets import Learnt
from storage.store import Store

if TYPE_CHECKING:
    from pathlib import Path

RULE = LearnedRule("0" * 16, "Write to us.", 9, 9, "2026-03-01", "2026-03-09")


@pytest.mark.usefixtures("reactor", "shared_workers")
async def test_a_crawl_uses_the_rule_set_and_tells_of_a_selector_that_matches_nothing(tmp_path: Path) -> None:
    config = Config("a@agency.test", tmp_path / "news.db", first_poll=6, delay_floor=0.1, workers=1)
    with Store.open(config.database) as store:
        store.keep_rules("demo", Learnt((RULE,), 40, 9, "x"), at=time.time()).result()
    async with DemoServer(Site.with_archive(1, 6, scripted=False)) as server:
        source = server.sources()["demo"]
        source = replace(source, profile=replace(source.profile, recheck=(), body=("#made-over",)))
        settings = crawl_settings(config, quiet=True) | {"LOG_ENABLED": False}
        start = Start(config, {"demo": source}, settings, Silent(), server.exceptions())
        async with at_work(start, asyncio.Event()) as (session, runner):
            (report,) = await run_pass(session, [source], runner)
    assert report.counts["new"] >= 5, report
    with Reader(config.database) as reader:
        read = {row[0] for row in reader.db.conn.execute("SELECT extractor FROM articles")}
        assert all(", rules 1:" in each for each in read), read
        missed = dict(reader.db.conn.execute("SELECT missed, count(*) FROM fetch WHERE outcome = 'new' GROUP BY 1"))
        assert missed == {"body": report.counts["new"]}
        ((state, why),) = reader.db.conn.execute("SELECT state, why FROM source_health")
    assert state == "layout_changed"
    assert "have nothing where the profile's `body` looks" in why
