"""What a crawl loads late, loaded before or beside its first requests: within the pass the event loop would stand still for it.

Scrapy loads a component when a crawl is made that names it. All crawls of a process name the same ones."""

from __future__ import annotations

from importlib import import_module
from inspect import signature
from types import FunctionType
from typing import TYPE_CHECKING, Any

from scrapy.utils.misc import load_object

from crawler.lean import quick_deprecations

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

CLASSES = (
    "DOWNLOADER", "DUPEFILTER_CLASS", "LOG_FORMATTER", "SCHEDULER", "SCHEDULER_MEMORY_QUEUE", "SCHEDULER_PRIORITY_QUEUE",
    "STATS_CLASS",
)  # fmt: skip
PHRASES = (
    "AGENCY_PHOTO", "AUTHORITY", "CONTRIBUTED", "COPYRIGHT", "DISCLOSURE", "NOTE", "PHOTO", "PROMOTION", "READ_ALSO", "TAIL",
    "TOLD", "UPDATED",
)  # fmt: skip
"""What decisions ask of two texts (`pipelines.furniture`). Decisions are made within a transaction, which would wait for it."""
METHODS = ("process_", "open_spider", "close_spider")
LISTS = ("DOWNLOADER_MIDDLEWARES", "EXTENSIONS", "ITEM_PIPELINES", "SPIDER_MIDDLEWARES")


def load_decisions() -> None:
    """Load and compile what decides of articles, .2 s: for a thread beside the first requests, which wait for their turns."""
    import_module("pipelines.decision")
    from pipelines import fingerprint, phrases

    fingerprint.unpiled("é")
    phrases.ready(PHRASES)


def _asked_once(component: Any) -> None:
    """Let Python keep what the methods of a component take: Scrapy asks it of each of them for each crawl."""
    for name, method in vars(component).items():
        if isinstance(method, FunctionType) and name.startswith(METHODS):
            method.__signature__ = signature(method)  # type: ignore[attr-defined]  # as `inspect` says


def load_components(settings: BaseSettings) -> None:
    """Load what crawls with these settings are made of. Raises what loading raises, as the crawl would."""
    import_module("scrapy.core.engine")
    with quick_deprecations():
        import_module("scrapy.core.downloader.contextfactory")
    for name in CLASSES:
        load_object(settings[name])
    for name in LISTS:
        for component in settings.getwithbase(name):
            _asked_once(load_object(component))  # also what is left out: Scrapy loads it to know that
    for handler in settings.getwithbase("DOWNLOAD_HANDLERS").values():
        if handler is not None:
            load_object(handler)
