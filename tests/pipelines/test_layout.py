"""Dated profiles of one source: the layout that a page is read with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines import layout
from pipelines.extractor import extract
from storage.models import Page, Profile, RuleSet

OLD = Profile("wire", body=("#old",), drop=(".share",), valid_until="2019-12-31")
MIDDLE = Profile("wire", body=("#middle",), valid_until="2023-06-30")
NOW = Profile("wire", body=("#now",), earlier=(OLD, MIDDLE), version="v", rules=RuleSet(2, frozenset({"a"})))


def chosen(profile: Profile, published: str | None, fetched: str, *there: str) -> tuple[str, ...]:
    found = layout.chosen(profile, published=published, fetched=fetched, has_body=lambda b: bool({*b} & {*there}))
    assert (found.version, found.rules) == (profile.version, profile.rules)
    return found.body


@pytest.mark.parametrize(
    ("published", "fetched", "there", "body"),
    [
        ("2018-05-01", "2018-05-01T10:00:00Z", (), "#old"),
        ("2018-05-01", "2026-01-01T10:00:00Z", ("#old",), "#old"),  # left as it was
        ("2018-05-01T23:00:00Z", "2026-01-01T10:00:00Z", ("#now",), "#now"),  # shown in the new layout
        ("2018-05-01", "2021-01-01T10:00:00Z", ("#middle", "#now"), "#middle"),  # a capture of that time
        ("2019-12-31", "2019-12-31T23:00:00Z", (), "#old"),
        ("2020-01-01", "2020-01-01T00:00:00Z", (), "#middle"),
        (None, "2020-05-01T10:00:00Z", ("#old",), "#middle"),
        (None, "2026-05-01T10:00:00Z", ("#old",), "#now"),
        ("2018-05-01", "2026-01-01T10:00:00Z", (), "#now"),  # none matches: the present one, which says so
        ("2031-01-01", "2026-01-01T10:00:00Z", (), "#now"),
    ],
)
def test_the_layout_of_the_pages_day_is_tried_first(
    published: str | None, fetched: str, there: tuple[str, ...], body: str
) -> None:
    assert chosen(NOW, published, fetched, *there) == (body,)


def test_after_its_last_day_nothing_of_a_layout_is_used() -> None:
    ended = replace(NOW, earlier=(), valid_until="2026-06-30", agency="WIRE", title=("h2",), drop=(".x",))
    assert chosen(ended, "2026-06-01", "2026-06-30T10:00:00Z") == ("#now",)
    after = layout.chosen(ended, published="2026-07-01", fetched="2026-07-01T00:00:00Z", has_body=lambda _: True)
    assert (after.body, after.title, after.drop, after.agency, after.source) == ((), (), (), "WIRE", "wire")
    assert chosen(ended, "2026-06-01", "2026-07-02T00:00:00Z", "#now") == ("#now",)


def test_a_backfill_reads_an_old_page_by_its_old_layout() -> None:
    text = (
        "The ferry left the harbor at noon with forty lamps on deck and came back before the evening bell was rung. "
        * 3
    )
    body = "<html><head><title>Ferry leaves with lamps</title><meta property='og:type' content='article'>"
    body += "<meta property='article:published_time' content='2018-05-01T08:00:00Z'></head><body>"
    body += "<h1>Ferry leaves with lamps</h1>"
    body += f"<div id='old'><p>{text}</p><p class='share'>Pass this on to forty friends</p></div>"
    body += f"<p>{text[::-1]}</p></body></html>"
    extraction = extract(Page("https://w.test/1", "https://w.test/1", body.encode(), "2026-01-01T00:00:00Z", NOW))
    assert extraction.article is not None
    assert extraction.article.body == " ".join(text.split())
    assert ("layout", "of the profile until 2019-12-31") in extraction.sources
    assert ("profile", "Pass this on to forty friends") in extraction.dropped
    assert "profile v, rules 2" in extraction.article.extractor
