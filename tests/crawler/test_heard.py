"""Signals of a crawl reach whoever is connected to them, and nobody else pays for them."""

from __future__ import annotations

import asyncio

from pydispatch import dispatcher  # type: ignore[import-untyped]
from scrapy import signals

from crawler.heard import HeardSignals, is_heard


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
