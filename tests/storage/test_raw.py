"""Kept pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from storage import raw, sums
from storage.models import Page, Profile
from tests.storage.harness import SOURCE, page

if TYPE_CHECKING:
    from tests.storage.harness import Crawl


def test_a_page_that_is_kept_again_stands_in_the_place_of_the_first(crawl: Crawl) -> None:
    first = Page(page(1), page(1), b"<p>one", "2023-11-14T10:00:00Z", Profile(SOURCE))
    number = crawl.store.begin_record(crawl.run, SOURCE, page(1), "warc:a#0", crawl.now).result()
    assert number is not None

    def twice(db: Any) -> Page | None:
        raw.keep(db, number, first, article_id=None, at=crawl.now)
        raw.keep(db, number, replace(first, body=b"<p>two"), article_id=None, at=crawl.now + 1)
        return raw.read(db, number, first.profile)

    again = crawl.store.writer.submit(twice).result()
    assert again is not None and again.body == b"<p>two"
    assert crawl.store.writer.submit(sums.wrong, writes=False).result() == []
