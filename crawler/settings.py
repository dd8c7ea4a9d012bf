"""Scrapy's settings, alphabetical; each one that is not Scrapy's default has its reason beside it.

Who asks whom, when, and how often is decided by the frontier (storage) and `politeness/`; Scrapy gets a request only when
its host's turn has come. `-s NAME=VALUE` wins as usual.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from crawler.lean import load_sqlite_utils

load_sqlite_utils()  # the first that `scrapy` loads of ours

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

BOT_NAME = "dateline"
# Our `crawl` checks its arguments and returns a true exit status.
COMMANDS_MODULE = "crawler.commands"
# Scrapy makes so many tasks for each response, whatever comes of it: a hundred by its default. Of ours comes one thing.
CONCURRENT_ITEMS = 1
# A ceiling only: the frontier's turns are what limits requests to a host, `leasing.py` those under way in a crawl.
CONCURRENT_REQUESTS = 64
CONCURRENT_REQUESTS_PER_DOMAIN = 16
# News pages need no session; a cookie jar would make us a person we are not.
COOKIES_ENABLED = False
# A dropped item is a fetch with an outcome in the database, not an incident.
DEFAULT_DROPITEM_LOG_LEVEL = "DEBUG"
DEFAULT_REQUEST_HEADERS: dict[str, str] = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "*",
}
# Above zero, or Scrapy 2.19 lets sixteen requests through where one is allowed; the real delay is the host's turn.
DOWNLOAD_DELAY = 0.001
DOWNLOAD_DELAY_JITTER = 0.0
# Only http and https, with an end to their headers: a feed's `file:` or `data:` link must never be read.
DOWNLOAD_HANDLERS: dict[str, str | None] = {
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
    "http": "crawler.politeness.transport.BoundedHandler",
    "https": "crawler.politeness.transport.BoundedHandler",
}
# A lease comes in the moment of its host's turn: it waits in no queue of Scrapy's.
DOWNLOADER = "crawler.straight.StraightDownloader"
# 10 MiB also while decompressing (a 1 MB bomb holds 1 GiB); sitemaps get more in their request's meta.
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_VERIFY_CERTIFICATES = True
DOWNLOADER_MIDDLEWARES: dict[str, int | None] = {
    "crawler.politeness.gate.Gate": 990,
    # For requests that no lease has judged, by RFC 9309; in the place of Scrapy's.
    "crawler.obey.Obey": 100,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    # Ours unpacks beside the loop; its place is that of Scrapy's.
    "crawler.politeness.unpacking.Unpacking": 590,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
}
EXTENSIONS: dict[str, int | None] = {
    "crawler.ledger.Ledger": 0,
    "crawler.politeness.cut.Cut": 0,
}
# Scrapy's own, without remote control (which would load aiohttp for nothing: 10 MB, and the loop stands still for it), telnet
# and the pickled state of spiders; without those whose figures are in the ledger, which their lines would bury.
EXTENSIONS_BASE = {
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memdebug.MemoryDebugger": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
}
# Letters as they are, not as escapes; `-o`, `-O` and FEEDS give the items of pipelines/item.py.
FEED_EXPORT_ENCODING = "utf-8"
# Cells that a spreadsheet computes and characters that XML may not hold: pages choose both.
FEED_EXPORTERS = {"csv": "crawler.export.scrapy_feeds.HarmlessCsv", "xml": "crawler.export.scrapy_feeds.LegalXml"}
# http_proxy and its kin in the environment would carry requests round the address guard; `proxy` in dateline.toml is asked.
HTTPPROXY_ENABLED = False
ITEM_PIPELINES: dict[str, int] = {
    "pipelines.extract.Extract": 100,
    "pipelines.judge.Judge": 200,
    "pipelines.deduplicate.Deduplicate": 300,
    "pipelines.save.Save": 400,
}
LOG_LEVEL = "INFO"
# Meta refresh and redirects are judged by `politeness/redirects.py`: host, robots and turn of each hop.
METAREFRESH_ENABLED = False
REDIRECT_ENABLED = False
# It listens on a port and runs what it is sent.
REMOTE_CONTROL_ENABLED = False
# Retries wait in the frontier, with back-off over hours; Scrapy's are at once and ignore Retry-After.
RETRY_ENABLED = False
# For spiders of your own (`obey.py`); leased requests carry `dont_obey_robotstxt`: the frontier has judged them by RFC 9309.
ROBOTSTXT_OBEY = True
# The same on the way there: a request of a lease comes alone, and goes on at once.
SCHEDULER = "crawler.straight.StraightScheduler"
SCHEDULER_DEBUG = False
SPIDER_LOADER_CLASS = "crawler.loader.SourceLoader"
SPIDER_MODULES = ["crawler.spiders"]
STATS_DUMP = False
TELNETCONSOLE_ENABLED = False
# Scrapy's own commands (`fetch`, `shell`) install what this names; our crawls install the guard themselves.
TWISTED_DNS_RESOLVER = "crawler.politeness.guard.GuardedResolver"
# Too long a link is refused by discovery, with a count; Scrapy's filter would drop its request in silence.
URLLENGTH_LIMIT = 0
USER_AGENT = f"Dateline/{version('dateline')}"

# Dateline's own: where `scrapy list` and `scrapy crawl` look for a dateline.toml ("" = here and upward).
DATELINE_CONFIG = ""

_IDLE_DOWNLOADER = frozenset(
    f"scrapy.downloadermiddlewares.{name}"
    for name in ("httpauth.HttpAuthMiddleware", "downloadtimeout.DownloadTimeoutMiddleware", "stats.DownloaderStats")
)
_IDLE_SPIDER: dict[str, None] = dict.fromkeys(
    f"scrapy.spidermiddlewares.{name}"
    for name in (
        "start.StartSpiderMiddleware",
        "httperror.HttpErrorMiddleware",
        "depth.DepthMiddleware",
        "metacopy.MetaCopyDetectionMiddleware",
    )
)
"""What has nothing to do in a crawl of leases, whose requests bring their time limit, take every status and come from the
frontier in no order of Scrapy's: each costs a generator more for every request and response."""


_COOKIES = "scrapy.downloadermiddlewares.cookies.CookiesMiddleware"
"""Loads tldextract and requests: 0.1 s of CPU and 10 MB."""


def for_crawls(
    user_agent: str, *, log_level: str = "INFO", proxy: str | None = None, cookies: bool = False
) -> dict[str, Any]:
    """The settings of a crawl started by `dateline`, as a plain dict over the module's own. `cookies`: whether somebody has
    switched them on."""
    from scrapy.settings import default_settings

    own = {name: value for name, value in globals().items() if name.isupper() and name[0] != "_"}
    # What is left out is not named at all: Scrapy loads whatever is named, and sorts it for each crawl.
    named = {name: order for name, order in DOWNLOADER_MIDDLEWARES.items() if order is not None}
    left_out = _IDLE_DOWNLOADER | (DOWNLOADER_MIDDLEWARES.keys() - named.keys())
    if not cookies:
        left_out |= {_COOKIES}
    own["DOWNLOADER_MIDDLEWARES"] = named
    own["DOWNLOADER_MIDDLEWARES_BASE"] = _without(default_settings.DOWNLOADER_MIDDLEWARES_BASE, left_out)
    # By None, not by a shorter base: who gives SPIDER_MIDDLEWARES of their own gets these back, which their callbacks count on
    # (`load_components` loads them before the pass).
    own["SPIDER_MIDDLEWARES"] = dict(_IDLE_SPIDER)
    # A crawl is given its spider; the loader of the commands would read the whole registry again.
    own["SPIDER_LOADER_CLASS"] = "scrapy.spiderloader.DummySpiderLoader"
    own |= {"USER_AGENT": user_agent, "LOG_LEVEL": log_level, "HTTPPROXY_ENABLED": proxy is not None}
    return own


def _without(names: Mapping[str, int], left_out: Set[str]) -> dict[str, int]:
    return {name: order for name, order in names.items() if name not in left_out}
