"""The settings that a process's crawls share."""

from __future__ import annotations

import logging
from pprint import pformat

import pytest
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.settings import Settings, default_settings, overridden_settings
from scrapy.utils.reactor import is_reactor_installed

from crawler.config import Config
from crawler.heard import HeardSignals
from crawler.runner import ShareableSettings, runner_of
from crawler.settings import for_crawls
from crawler.start_crawl import crawl_settings


def test_a_copy_of_the_settings_says_what_scrapys_deep_copy_says() -> None:
    ours, theirs = ShareableSettings(for_crawls("agent")), Settings(for_crawls("agent"))
    assert ours.copy().copy_to_dict() == theirs.copy().copy_to_dict()
    assert {name: ours.copy().getpriority(name) for name in ours} == {name: theirs.getpriority(name) for name in theirs}


def test_what_is_changed_in_a_copy_is_not_changed_in_the_others() -> None:
    settings = ShareableSettings(for_crawls("agent"))
    copy = settings.copy()
    copy.set("USER_AGENT", "another", priority="cmdline")
    copy["DOWNLOAD_HANDLERS"]["http"] = "another"
    copy["DOWNLOADER_MIDDLEWARES"].set("another", 1)
    copy["SPIDER_MODULES"].append("another")
    copy.freeze()
    again = settings.copy()
    assert again["USER_AGENT"] == "agent"
    assert again["DOWNLOAD_HANDLERS"]["http"] != "another"
    assert "another" not in again["DOWNLOADER_MIDDLEWARES"]
    assert "another" not in again["SPIDER_MODULES"]
    assert not again.frozen


def test_a_crawl_that_the_runner_made_is_started_as_it_is() -> None:
    runner = runner_of(for_crawls("agent"))
    crawler = runner.create_crawler(type("Own", (Spider,), {"name": "own", "custom_settings": {"LOG_LEVEL": "ERROR"}}))
    assert runner.create_crawler(crawler) is crawler
    assert crawler.settings["LOG_LEVEL"] == "ERROR"
    assert isinstance(crawler.signals, HeardSignals)


def test_a_crawl_of_somebody_elses_gets_the_runners_settings() -> None:
    foreign = Crawler(type("Foreign", (Spider,), {"name": "foreign"}), Settings())
    assert runner_of(for_crawls("agent")).create_crawler(foreign).settings["USER_AGENT"] == "agent"


def test_cookies_are_loaded_where_somebody_has_switched_them_on() -> None:
    cookies = "scrapy.downloadermiddlewares.cookies.CookiesMiddleware"
    on = Settings({"COOKIES_ENABLED": True}, priority="cmdline")
    assert cookies not in crawl_settings(Config())["DOWNLOADER_MIDDLEWARES_BASE"]
    assert cookies in crawl_settings(Config(), on)["DOWNLOADER_MIDDLEWARES_BASE"]


def test_a_spider_with_middlewares_of_its_own_has_scrapys_beside_them() -> None:
    def of(own: dict[str, int]) -> set[str]:
        settings = {"SPIDER_MIDDLEWARES": own} if own else {}
        spider = type("Own", (Spider,), {"name": "own", "custom_settings": settings})
        crawler = runner_of(for_crawls("agent")).create_crawler(spider)
        named = crawler.settings.getwithbase("SPIDER_MIDDLEWARES")
        return {name for name, order in named.items() if order is not None}

    scrapys = set(default_settings.SPIDER_MIDDLEWARES_BASE)
    assert of({"own.Mine": 543}) == {"own.Mine", *scrapys}, "or what is 404 would come to its callback"
    assert {name.rpartition(".")[2] for name in of({})} == {"RefererMiddleware", "UrlLengthMiddleware"}


def test_what_a_crawl_is_made_of_is_put_into_words_for_a_log_that_takes_it(caplog: pytest.LogCaptureFixture) -> None:
    any_reactor: dict[str, object] = {
        "TWISTED_REACTOR_ENABLED": is_reactor_installed(),
        "TWISTED_REACTOR": None,
        "EXTENSIONS": {},
    }
    runner = runner_of(for_crawls("agent") | any_reactor)
    for level in (logging.WARNING, logging.INFO):
        with caplog.at_level(level, "scrapy"):
            crawler = runner.create_crawler(type("Own", (Spider,), {"name": "own"}))
            crawler._apply_settings()
        assert ("'USER_AGENT': 'agent'" in caplog.text) is (level == logging.INFO)
        assert ("'scrapy.extensions.logcount.LogCount'" in caplog.text) is (level == logging.INFO)
    assert pformat(dict(overridden_settings(crawler.settings))) in caplog.text
