"""`scrapy crawl NAME [-a since= -a until= -a limit=]`: checked arguments, and a status that the ledger gives."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scrapy.commands import BaseRunSpiderCommand
from scrapy.exceptions import UsageError

if TYPE_CHECKING:
    import argparse


class Command(BaseRunSpiderCommand):
    """Scrapy's own `crawl` swallows unknown arguments and exits 0 when items fail; this one does neither."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] <source> [-a since=DAY] [-a until=DAY] [-a order=oldest] [-a limit=N]"

    def short_desc(self) -> str:
        return "Crawl one source: what is due, or with since= and until= its archive"

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        from crawler.start_crawl import start_crawl

        if len(args) != 1:
            raise UsageError("name one source, as in: scrapy crawl tass-en")
        assert self.settings is not None
        self.exitcode = start_crawl(args[0], opts.spargs, self.settings, sys.stderr)
