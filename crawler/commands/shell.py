"""`scrapy shell`: Scrapy's own, by the rules of every crawl (address guard, robots.txt), without the pipelines, which need a
database and a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.commands.shell import Command as Scrapys
from scrapy.exceptions import UsageError

from crawler.politeness.protected import reads_pickles

if TYPE_CHECKING:
    import argparse


class Command(Scrapys):
    """As Scrapy's."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None
        if pickles := reads_pickles(self.settings):
            raise UsageError(pickles, print_help=False)
        self.settings.set("ITEM_PIPELINES", {}, priority="cmdline")
