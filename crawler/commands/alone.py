"""What Scrapy's own commands that crawl without a source are held to: no pickles, and no pipelines, which need a database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from crawler.politeness.protected import reads_pickles

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings


def set_apart(settings: BaseSettings | None) -> None:
    """Raises UsageError for a setting that would have pickles read."""
    assert settings is not None
    if pickles := reads_pickles(settings):
        raise UsageError(pickles, print_help=False)
    settings.set("ITEM_PIPELINES", {}, priority="cmdline")
