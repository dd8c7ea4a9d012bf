"""`scrapy fetch`: Scrapy's own, by the rules of every crawl (address guard, robots.txt), without the pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.commands.fetch import Command as Scrapys

from crawler.commands.alone import set_apart

if TYPE_CHECKING:
    import argparse


class Command(Scrapys):
    """As Scrapy's."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        set_apart(self.settings)
