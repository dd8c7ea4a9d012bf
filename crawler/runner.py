"""The runner of a process's crawls, which makes a crawl in a third of the time.

Scrapy copies the settings of each crawl deeply, some 300 values, most of them numbers and texts; and it merges its own settings
into those of a crawl that it has made of them. What cannot change need not be copied, nor what is the same be merged.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Self, cast
from weakref import WeakSet

from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.settings import BaseSettings, Settings, SettingsAttribute

from crawler.heard import HeardSignals
from crawler.straight import StraightCrawler

if TYPE_CHECKING:
    from collections.abc import Mapping

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
