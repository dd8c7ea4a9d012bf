"""Signals of a crawl reach whoever is connected to them, and nobody else pays for them."""

from __future__ import annotations

import asyncio

from pydispatch import dispatcher  # type: ignore[import-untyped]
from scrapy import Spider, signals
from scrapy.crawler import Crawler

from crawler.heard import HeardSignals, is_heard
from crawler.ledger import takes_items
from crawler.runner import runner_of
from crawler.settings import ITEM_PIPELINES, for_crawls


def test_a_signal_reaches_its_own_receivers_those_of_all_signals_and_those_of_all_senders() -> None:
    sender, got = object(), list[str]()
    crawl = HeardSignals(sender)
    assert crawl.send_catch_log(signals.spider_idle) == []

    def own() -> None:
        got.append("own")

    def every() -> None:
        got.append("every signal")

    def of_all() -> None:
        got.append("every sender")

    crawl.connect(own, signals.spider_idle)
    crawl.connect(every, dispatcher.Any)
    dispatcher.connect(of_all, signals.spider_closed)
    try:
        crawl.send_catch_log(signals.spider_idle)
        asyncio.run(crawl.send_catch_log_async(signals.spider_closed))
    finally:
        dispatcher.disconnect(of_all, signals.spider_closed)
    assert sorted(got) == ["every sender", "every signal", "every signal", "own"]


def test_a_signal_is_not_heard_once_its_receiver_is_gone() -> None:
    crawl = HeardSignals(sender := object())

    def receiver() -> None:
        raise AssertionError

    crawl.connect(receiver, signals.spider_idle)
    assert is_heard(signals.spider_idle, sender)
    assert not is_heard(signals.spider_closed, sender)
    crawl.disconnect(receiver, signals.spider_idle)
    assert crawl.send_catch_log(signals.spider_idle) == []


def test_items_are_made_where_a_handler_or_a_pipeline_of_somebody_takes_them() -> None:
    spider = type("Own", (Spider,), {"name": "own"})

    def crawl(**more: object) -> Crawler:
        return runner_of(for_crawls("agent") | more).create_crawler(spider)

    plain = crawl()
    assert not takes_items(plain)()

    def scraped() -> None:
        raise AssertionError

    taken = takes_items(plain)
    plain.signals.connect(scraped, signals.item_scraped)
    assert taken()
    assert takes_items(crawl(ITEM_PIPELINES={**ITEM_PIPELINES, "own.pipelines.Mine": 500}))()
    assert takes_items(crawl(LOG_FORMATTER="own.log.Formatter"))()
    assert not takes_items(crawl())()
