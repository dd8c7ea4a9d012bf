"""Second pipeline: an article, or a fetch that ends here with a reason."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Self

from pipelines import urls
from pipelines.passing import PASSING
from pipelines.workers import FAILURES
from storage.models import Outcome

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from storage.models import Article, Dispatch, Page

WALLS = PASSING | {
    "bot_check", "consent_wall", "login_wall", "paywall", "age_gate", "region_block", "javascript_wall", "redirect_stub",
}  # fmt: skip
"""Reasons for which the page that was asked for may be there all the same."""
DOORS = frozenset(
    {"login", "consent", "account", "accounts", "auth", "sso", "signin", "captcha", "privacy", "id", "cmp"}
)
"""First labels of hosts that only let readers in."""
INDEX = frozenset({"listing", "no_text", "no_title", "soft_404", "media_only", "data_only"})
"""Reasons for which a section's page is no article."""


def judge(dispatch: Dispatch) -> Dispatch:
    """`dispatch` with its article in the ending, or with its outcome decided.

    `failed:…` when extraction itself broke, or the site was out of order (the page is tried again), `rejected:…` when
    the page is no article or lies outside the backfill's span, `gone` when the site sent the reader to its front page
    or a section instead.
    """
    from pipelines import identity  # it is loaded beside the first requests (`Judge`)

    extraction = dispatch.extraction
    assert extraction is not None, "judge comes after extract"
    article, page = extraction.article, dispatch.page
    if (why := moved_away(page, extraction.reason)) is not None:
        return _decided(dispatch, Outcome("gone", why))
    if article is None:
        reason = extraction.reason or "no_text"
        name = f"failed:{reason}" if reason in FAILURES | PASSING else f"rejected:{reason}"
        return _decided(dispatch, Outcome(name, extraction.detail))
    if dispatch.span and outside(article, dispatch.span):
        published = article.published.at if article.published else "unknown"
        return _decided(dispatch, Outcome("rejected:outside_span", f"published {published}"))
    missed = "body" if "body_selector" in dict(extraction.sources) else None
    ending = replace(dispatch.ending, article=identity.identified(article, page), missed=missed)
    return replace(dispatch, ending=ending)


def moved_away(page: Page, reason: str | None) -> str | None:
    """That a page was answered by the front page of its site, or by the section above it (which is no article, for
    `reason`), in words; None where it was not. Many sites send readers there from what they took down."""
    if page.url == page.final_url:
        return None
    try:
        asked, answered = urls.canonical(page.url), urls.canonical(page.final_url)
    except ValueError:
        return None
    if asked == answered or urls.is_home(asked):
        return None
    # A wall stands at a bare path, too, and says nothing of the page behind it.
    here, there = urls.host(asked), urls.host(answered)
    if reason in WALLS or not urls.same_site(here, there) or there.partition(".")[0] in DOORS:
        return None
    if urls.is_home(answered):
        return f"redirected to the front page {page.final_url}"
    if reason in INDEX and urls.above(answered, asked):
        return f"redirected to the section {page.final_url}"
    return None


def outside(article: Article, span: tuple[float, float]) -> bool:
    """Whether an article is known to be published outside (since, until); a day counts with any of its moments in it.

    An article without any time is not outside: nothing says so."""
    if article.published is None:
        return False
    since, until = span
    text = article.published.at
    if article.published.precision == "day":
        start = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
        # A bare day may be any zone's: from UTC+14 to UTC-12.
        return start + 36 * 3600 <= since or start - 14 * 3600 > until
    at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    return not since <= at <= until


def _decided(dispatch: Dispatch, outcome: Outcome) -> Dispatch:
    return replace(dispatch, decided=True, ending=replace(dispatch.ending, outcome=outcome))


class Judge:
    """Extraction -> Article or outcome. Waits for what decides of articles, .2 s: it is loaded beside the first requests, in a
    thread, so that none waits for it and the event loop does not stand still."""

    def __init__(self) -> None:
        self._loaded = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        del crawler  # Scrapy's way of making a component; there is nothing to wire
        return cls()

    async def process_item(self, item: Dispatch) -> Dispatch:
        if not self._loaded:
            await asyncio.to_thread(import_module, "pipelines.decision")
            self._loaded = True
        return judge(item)
