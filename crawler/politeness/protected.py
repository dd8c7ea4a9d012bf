"""Settings that a spider written by hand may not change: each would switch off, unnoticed, what keeps a crawl harmless.

Scrapy takes a spider's `custom_settings` over the project's, a whole dictionary in the place of another. What the operator
gives (`-s NAME=VALUE`, seen by whoever starts the crawl) stays the operator's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.settings import BaseSettings

PLAIN = {
    "ADDONS": "an add-on may change every setting",
    "ADDRESS_EXCEPTIONS": "only the starting command opens addresses",
    "COOKIES_ENABLED": "cookies would make a crawl somebody who is logged in",
    "DOWNLOADER": "requests would go another way",
    "DOWNLOADER_CLIENTCONTEXTFACTORY": "certificates would be checked in another way",
    "DOWNLOADER_MIDDLEWARES_BASE": "requests would go another way",
    "DOWNLOAD_FAIL_ON_DATALOSS": "half of a page would be taken for the whole",
    "DOWNLOAD_HANDLERS_BASE": "connections would go round the address guard",
    "DOWNLOAD_MAXSIZE": "an endless answer would fill the memory",
    "DOWNLOAD_TIMEOUT": "an answer that never ends would hold its place (`timeout` in a TOML is a source's own)",
    "DOWNLOAD_VERIFY_CERTIFICATES": "certificates would not be checked (`unchecked_tls` in a TOML says so openly)",
    "EXTENSIONS_BASE": "telnet and remote control listen on ports",
    "GUARD_PROXY": "only the starting command names a proxy",
    "HTTPCACHE_ENABLED": "the cache reads pickles",
    "HTTPPROXY_ENABLED": "a proxy of the environment goes round the address guard",
    "JOBDIR": "Scrapy's queues read pickles; the frontier resumes by itself",
    "METAREFRESH_ENABLED": "redirects are judged by politeness/redirects.py",
    "REDIRECT_ENABLED": "redirects are judged by politeness/redirects.py",
    "REMOTE_CONTROL_ENABLED": "it listens on a port and runs what it is sent",
    "RETRY_ENABLED": "Scrapy asks again at once, whatever Retry-After says; the frontier waits",
    "ROBOTSTXT_OBEY": "robots.txt is kept",
    "SCHEDULER": "Scrapy's queues read pickles",
    "TELNETCONSOLE_ENABLED": "it listens on a port and runs what it is sent",
    "TWISTED_DNS_RESOLVER": "names would be looked up past the address guard",
    "TWISTED_REACTOR_ENABLED": "connections would go round the address guard",
}
"""Setting -> what a spider that changes it would do."""

ADDED_TO = {
    "DOWNLOADER_MIDDLEWARES": "what judges and unpacks answers would be left out",
    "EXTENSIONS": "the ledger would be left out, or ports opened",
}
"""Dictionaries that may get more entries, and keep those that they have."""

WHOLE = {"DOWNLOAD_HANDLERS": "connections would go round the address guard"}
"""Dictionaries that stay as they are."""

REFUSED_TO_ALL = ("HTTPCACHE_ENABLED", "JOBDIR")
"""Not even the operator's: what they read are pickles, which run code."""


def weakened(spider: type[Spider], settings: BaseSettings) -> list[str]:
    """What a spider's own settings would do to those of the project, a line a setting; empty where they do no harm."""
    after = settings.copy()
    spider.update_settings(after)
    told = [
        f"{name}: {why}"
        for name, why in (PLAIN | WHOLE).items()
        if _plain(settings.get(name)) != _plain(after.get(name))
    ]
    for name, why in ADDED_TO.items():
        before, now = _plain(settings.get(name)), _plain(after.get(name))
        if lost := sorted(key for key, value in before.items() if key not in now or now[key] != value):
            told.append(f"{name}: {why} ({', '.join(lost)})")
    return told


def reads_pickles(settings: BaseSettings) -> str | None:
    """Why a crawl with these settings is not begun; None where it may."""
    given = [
        name for name in REFUSED_TO_ALL if settings.get(name) and settings.get(name) not in ("0", "False", "false")
    ]
    return f"{given[0]}: {PLAIN[given[0]]}" if given else None


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value
