"""First pipeline: the page goes to a worker process and comes back as an `Extraction`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from pipelines.wiring import wired

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from storage.models import Dispatch, Extractor


class Extract:
    """Page -> Extraction, in a process that can be killed; a page's own fault never raises here."""

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(wired(crawler).extractor)

    async def process_item(self, item: Dispatch) -> Dispatch:
        return replace(item, extraction=await self._extractor.extract(item.page))
