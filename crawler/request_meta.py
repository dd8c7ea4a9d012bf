"""What a request carries along: its lease, the requests sent for it so far, its limits."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from crawler.politeness import cut

if TYPE_CHECKING:
    from storage.models import Lease

SITEMAP_BYTES = 60 * 1024 * 1024
"""sitemaps.org allows 50 MB a file; pages stay at DOWNLOAD_MAXSIZE."""

META = (
    "lease",
    "hops",
    "began",
    "dont_obey_robotstxt",
    "handle_httpstatus_all",
    "download_timeout",
    "download_maxsize",
    "cut_at",
    "proxy",
)
"""What of a request's meta goes on to its redirect; Scrapy's own notes stay behind."""


def of(lease: Lease, *, timeout: float, proxy: str | None) -> dict[str, Any]:
    """The meta of a lease's first request. `hops` fills with every address asked for it; `timeout`: seconds."""
    meta: dict[str, Any] = {
        "lease": lease,
        "hops": [],
        "began": time.monotonic(),
        "dont_obey_robotstxt": True,  # the frontier has asked robots.txt already
        "handle_httpstatus_all": True,
        "download_timeout": timeout,
    }
    if lease.kind == "sitemap":
        meta["download_maxsize"] = SITEMAP_BYTES
    if lease.kind == "robots":
        meta |= cut.OF_ROBOTS
    if proxy:
        meta["proxy"] = proxy
    return meta


def passed_on(meta: dict[str, Any]) -> dict[str, Any]:
    """The part of a request's meta that its redirect gets."""
    return {name: meta[name] for name in META if name in meta}
