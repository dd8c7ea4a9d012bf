"""`scrapy fetch`: Scrapy's own, by the rules of every crawl (address guard, robots.txt), without the pipelines, which need a
database and a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.commands.fetch import Command as Scrapys

if TYPE_CHECKING:
    import argparse


class Command(Scrapys):
    """As Scrapy's."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None
        self.settings.set("ITEM_PIPELINES", {}, priority="cmdline")
