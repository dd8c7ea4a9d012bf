"""The runner of a process's crawls, which makes a crawl in a third of the time.

Scrapy copies the settings of each crawl deeply, some 300 values, most of them numbers and texts; and it merges its own settings
into those of a crawl that it has made of them. What cannot change need not be copied, nor what is the same be merged. And it
puts into words which settings and components each crawl has, whether a log takes them or not.
"""

from __future__ import annotations

import logging
import pprint
from copy import deepcopy
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self, cast
from weakref import WeakSet

import scrapy.crawler
import scrapy.middleware
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import BaseSettings, Settings, SettingsAttribute, overridden_settings

from crawler.heard import HeardSignals
from crawler.straight import StraightCrawler

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scrapy import Spider

_FIXED = (str, int, float, bool, bytes, type, type(None))


class ShareableSettings(Settings):
    """Scrapy's settings; a copy shares the values that cannot change, and owns all others, as every copy does."""

    def copy(self) -> Self:
        made = _empty(self)
        made.attributes = {
            name: attribute if isinstance(attribute.value, _FIXED) else _own(attribute)
            for name, attribute in self.attributes.items()
        }
        return cast("Self", made)

    def set(self, name: str, value: Any, priority: int | str = "project") -> None:
        """As Scrapy's, in an attribute of its own: the present one may be a copy's, too."""
        if name in self.attributes and not self.frozen:
            self.attributes[name] = _again(self.attributes[name])
        super().set(name, value, priority)


class Runner(AsyncCrawlerRunner):
    """Makes crawls of its settings, and starts those that it made as they are."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._made: WeakSet[Crawler] = WeakSet()

    def create_crawler(self, crawler_or_spidercls: type[Spider] | str | Crawler) -> Crawler:
        if isinstance(crawler_or_spidercls, Crawler) and crawler_or_spidercls in self._made:
            return crawler_or_spidercls
        if isinstance(crawler_or_spidercls, type):
            crawler: Crawler = StraightCrawler(crawler_or_spidercls, self.settings)
        else:
            crawler = super().create_crawler(crawler_or_spidercls)
        crawler.signals = HeardSignals(crawler)
        self._made.add(crawler)
        return crawler


def runner_of(settings: Mapping[str, Any]) -> AsyncCrawlerRunner:
    """A runner of crawls with these settings over Scrapy's defaults."""
    _put_into_words_where_heard()
    return Runner(ShareableSettings(dict(settings)))


def _empty(settings: Any) -> Any:
    made = settings.__class__.__new__(settings.__class__)
    made.frozen = settings.frozen
    return made


def _again(attribute: SettingsAttribute) -> SettingsAttribute:
    made = SettingsAttribute.__new__(SettingsAttribute)
    made.priority, made.value = attribute.priority, attribute.value
    return made


def _own(attribute: SettingsAttribute) -> SettingsAttribute:
    made, value = _again(attribute), attribute.value
    if isinstance(value, BaseSettings):
        made.value = _empty(value)
        made.value.attributes = {name: _own(each) for name, each in value.attributes.items()}
    elif not isinstance(value, _FIXED):
        made.value = deepcopy(value)
    return made


def _in_words(value: object) -> str:
    """What `pprint.pformat` makes of a value, where a log may take it."""
    heard = any(logging.getLogger(name).isEnabledFor(logging.INFO) for name in ("scrapy.crawler", "scrapy.middleware"))
    return pprint.pformat(value) if heard else ""


def _overridden(settings: BaseSettings) -> Iterable[tuple[str, Any]]:
    """What Scrapy tells of a crawl's settings, where anybody is told."""
    return overridden_settings(settings) if logging.getLogger("scrapy.crawler").isEnabledFor(logging.INFO) else ()


def _put_into_words_where_heard() -> None:
    """For all crawls of this process: the lines stay what they are, and are made only where a log takes them."""
    told: Any = scrapy.crawler
    told.overridden_settings = _overridden
    for module in (told, cast("Any", scrapy.middleware)):
        module.pprint = SimpleNamespace(pformat=_in_words)
