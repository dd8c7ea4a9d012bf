"""Looking at a few addresses: by the rules of every crawl, each answer or the reason why there is none."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.config import Config
from crawler.probe import probing
from tests.crawler.made_sites import served, sites


async def test_each_address_is_asked_once_by_the_rules_and_every_failure_has_its_reason(
    reactor: Any, tmp_path: Path
) -> None:
    site = sites(datetime.now(UTC))["numbers"]
    base = "http://vestnik.test"
    said: list[str] = []
    async with served({"numbers": site}) as port:
        config = replace(Config(database=tmp_path / "unused.db"), delay_floor=0.1)
        urls = [f"{base}/", f"{base}/admin/1", f"{base}/nowhere/at/all", "http://127.0.0.1:9/", f"{base}/"]
        places = {"vestnik.test": ("127.0.0.1", port)}
        async with probing(config, asyncio.Event(), exceptions=places, say=said.append) as probe:
            answers = await probe.fetch(urls)
            again = await probe.fetch([f"{base}/", (f"{base}/rss/v2.xml", "feed")])
            rules = await probe.rules(base)
    asked = site.asked
    front, robots, missing, guarded, same = answers
    assert front.good
    assert front.status == 200
    assert b"<html" in front.body
    assert front is same is again[0]
    assert front.headers["content-type"].startswith("text/html")
    assert robots.outcome.name == "blocked:robots"
    assert missing.outcome.name == "gone"
    assert missing.status == 404
    assert guarded.outcome.name == "blocked:address"
    assert guarded.status is None
    assert rules.status == "ok"
    assert again[1].good
    assert sorted(asked) == sorted(["/robots.txt", "/", "/nowhere/at/all", "/rss/v2.xml"])
    assert [url for url in probe.sent if "vestnik.test" in url] == [f"{base}{path}" for path in asked]
    assert f"{base}/admin/1: blocked:robots" in said
    assert not (tmp_path / "unused.db").exists()
