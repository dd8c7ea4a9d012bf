"""The settings that a process's crawls share."""

from __future__ import annotations

from scrapy.settings import Settings

from crawler.runner import ShareableSettings
from crawler.settings import for_crawls


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
