"""Signals of a crawl reach whoever is connected to them, and nobody else pays for them."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from pydispatch import dispatcher  # type: ignore[import-untyped]
from pydispatch.errors import DispatcherKeyError  # type: ignore[import-untyped]
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import StopDownload
from scrapy.signalmanager import SignalManager
from twisted.internet.defer import Deferred

from crawler.heard import HeardSignals, is_heard
from crawler.ledger import takes_items
from crawler.runner import runner_of
from crawler.settings import ITEM_PIPELINES, for_crawls

if TYPE_CHECKING:
    from collections.abc import Callable


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
    crawl.connect(receiver, dispatcher.Any)
    assert is_heard(signals.spider_closed, sender), "who hears all signals of a crawl hears this one"


class Component:
    """Receivers as components are: methods that take what they name."""

    def __init__(self) -> None:
        self.got: list[object] = []

    def nothing(self) -> str:
        self.got.append("nothing")
        return "done"

    def some(self, request: object, sender: object = None) -> None:
        self.got.append((request, sender))

    def all_names(self, **named: object) -> None:
        self.got.append(named)

    def wrong(self) -> None:
        raise ValueError("the receiver's own fault")

    def stops(self) -> None:
        raise StopDownload

    def defers(self) -> Deferred[None]:
        return Deferred()


@pytest.fixture
def scrapys(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The signals that went Scrapy's way."""
    went: list[object] = []
    way = SignalManager.send_catch_log

    def send_catch_log(self: SignalManager, signal: object, **named: object) -> list[tuple[object, object]]:
        went.append(signal)
        return way(self, signal, **named)

    monkeypatch.setattr(SignalManager, "send_catch_log", send_catch_log)
    return went


def heard_by(component: Component, *names: str) -> HeardSignals:
    crawl = HeardSignals(component)
    for name in names:
        crawl.connect(getattr(component, name), signals.spider_idle)
    return crawl


def test_methods_get_what_they_name_straight_as_they_would_by_scrapy(scrapys: list[object]) -> None:
    component = Component()
    crawl = heard_by(component, "nothing", "some", "all_names")
    answers = crawl.send_catch_log(signals.spider_idle, request=1, spider=None)
    assert answers == [(component.nothing, "done"), (component.some, None), (component.all_names, None)]
    assert scrapys == []
    straight, component.got = component.got, []
    assert straight[:2] == ["nothing", (1, component)]
    assert crawl.send_catch_log(signals.spider_idle, request=1, spider=None, sender=component) == answers
    assert scrapys == [signals.spider_idle]
    assert component.got == straight


def test_a_receiver_that_raises_is_told_of_and_stops_no_other(
    scrapys: list[object], caplog: pytest.LogCaptureFixture
) -> None:
    component = Component()
    crawl = heard_by(component, "wrong", "stops", "defers", "nothing")
    answers = [answer for _, answer in crawl.send_catch_log(signals.spider_idle)]
    assert [answer.type for answer in answers[:2]] == [ValueError, StopDownload]
    assert answers[3] == "done"
    assert scrapys == []
    logged = [(record.levelname, record.getMessage().partition(":")[0]) for record in caplog.records]
    assert logged == [
        ("ERROR", "Error caught on signal handler"),
        ("ERROR", "Cannot return deferreds from signal handler"),
    ]
    assert caplog.records[0].exc_info is not None


def test_what_a_receiver_may_raise_is_not_logged(scrapys: list[object], caplog: pytest.LogCaptureFixture) -> None:
    crawl = heard_by(Component(), "wrong", "nothing")
    for quiet in (ValueError, (KeyError, ValueError), [ValueError]):
        answers = [answer for _, answer in crawl.send_catch_log(signals.spider_idle, dont_log=quiet)]
        assert (answers[0].type, answers[1]) == (ValueError, "done")
    assert (scrapys, caplog.records) == ([], [])
    crawl.send_catch_log(signals.spider_idle, dont_log=KeyError)
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_where_another_kind_of_receiver_listens_all_are_found_by_scrapy(scrapys: list[object]) -> None:
    got = list[str]()

    def function() -> None:
        got.append("function")

    ways: list[Callable[[HeardSignals], object]] = [
        lambda crawl: crawl.connect(function, signals.spider_idle),
        lambda crawl: crawl.connect(function, dispatcher.Any),
        lambda crawl: dispatcher.connect(function, signals.spider_idle),
        lambda crawl: dispatcher.connect(function, dispatcher.Any),
    ]
    for connect in ways:
        component = Component()
        crawl = heard_by(component, "nothing")
        connect(crawl)
        try:
            crawl.send_catch_log(signals.spider_idle)
        finally:
            for signal in (signals.spider_idle, dispatcher.Any):
                with suppress(DispatcherKeyError):
                    dispatcher.disconnect(function, signal)
        assert (component.got, got.pop(), got) == (["nothing"], "function", [])
    assert scrapys == [signals.spider_idle] * 4


def test_a_component_that_is_gone_hears_nothing() -> None:
    component, gone = Component(), Component()
    crawl = heard_by(component, "nothing")
    crawl.connect(gone.nothing, signals.spider_idle)
    del gone
    assert crawl.send_catch_log(signals.spider_idle) == [(component.nothing, "done")]


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
