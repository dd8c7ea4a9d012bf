"""One spider a source: `scrapy list` shows every agency of the registry that is not closed, and hand-written spiders in
spiders/ too."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import TYPE_CHECKING, Self

from scrapy import Spider
from scrapy.spiderloader import SpiderLoader

from crawler.config import Config
from crawler.discovery.links import on_hosts
from crawler.politeness.protected import weakened
from crawler.registry import RegistryError, load, packaged
from crawler.spiders.agency import AgencySpider

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.settings import BaseSettings

    from crawler.source import Source


def spider_for(source: Source) -> type[AgencySpider]:
    """The spider class of one source: its name and data, nothing else."""
    attributes = {"name": source.name, "source": source, "__module__": AgencySpider.__module__}
    return type("AgencySpider", (AgencySpider,), attributes)


def harmless(spider: type[Spider], settings: BaseSettings) -> type[Spider]:
    """A spider that somebody wrote, if it leaves alone what keeps a crawl harmless. Raises `RegistryError`."""
    if told := weakened(spider, settings):
        raise RegistryError(
            f"{spider.name}: the settings of {spider.__module__}.{spider.__name__} may not change {'; '.join(told)}"
        )
    return spider


class SourceLoader:
    """Scrapy's spider loader over the registry: packaged sources, overlaid by the user's own folder.

    Raises `RegistryError` with file and key when a TOML is wrong."""

    def __init__(self, sources: dict[str, Source], by_hand: SpiderLoader, settings: BaseSettings) -> None:
        self._sources = sources
        self._by_hand = by_hand
        self._settings = settings

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        config = Config.find(Path(settings.get("DATELINE_CONFIG") or Path.cwd()))
        folders = [packaged(), *([config.sources_dir] if config.sources_dir else [])]
        return cls(load(*folders), SpiderLoader.from_settings(settings), settings)

    def load(self, spider_name: str) -> type[Spider]:
        if spider_name in self._by_hand.list():
            return harmless(self._by_hand.load(spider_name), self._settings)
        if spider_name in self._sources:
            return spider_for(self._sources[spider_name])
        raise KeyError(f"no source is called {spider_name!r}; `scrapy list` shows all")

    def list(self) -> list[str]:
        open_ones = [source.name for source in self._sources.values() if not source.closed]
        return sorted({*open_ones, *self._by_hand.list()})

    def find_by_request(self, request: Request) -> builtins.list[str]:
        return sorted(s.name for s in self._sources.values() if not s.closed and on_hosts(request.url, s.hosts))
