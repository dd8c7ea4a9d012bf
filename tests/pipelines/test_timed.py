"""What a page's `time` elements and microdata are of: the publication, a change, or another story."""

from __future__ import annotations

import pytest

from pipelines import entity, jsonld, metadata, tags, tree
from storage.models import Page, Profile

NOW = "2026-09-01T00:00:00Z"
URL = "https://harbour.test/quay-opens"
TEXT = "<p>" + "The quay was opened after long repairs and the first ships came in at once. " * 9 + "</p>"
H1 = "<h1>Old quay opens again after repairs</h1>"
OLD, NEW = "<time datetime='2024-11-22T10:00:00Z'>22 Nov</time>", "<time datetime='2024-11-23T10:00:00Z'>23 Nov</time>"
FIRST, THEN = "2024-11-22T10:00:00Z", "2024-11-23T10:00:00Z"


def read(body: str, head: str = "", *, lang: str = "en") -> metadata.Metadata:
    root = tree.parse_text(f"<html lang='{lang}'><head>{head}</head><body>{body}</body></html>")
    told = tags.read(root)
    page = Page(URL, URL, b"", NOW, Profile("harbour"))
    return metadata.read(page, root, told, jsonld.read(root, entity.subject(told, URL)))


def days(found: metadata.Metadata) -> tuple[str | None, str | None]:
    when = found.published or found.printed
    return (when.at if when else None), (found.modified.at if found.modified else None)


@pytest.mark.parametrize(
    ("top", "published", "changed"),
    [
        (f"<p>{OLD}</p>", FIRST, None),
        (f"<time datetime='PT5M'>5 min read</time> {OLD}", FIRST, None),
        ("<span class='posted-on'><time class='updated' datetime='2024-11-23T10:00:00Z'>23 Nov</time>"
         "<time class='entry-date published' datetime='2024-11-22T10:00:00Z'>22 Nov</time></span>", FIRST, THEN),
        ("<span class='posted-on'><time class='updated' datetime='2024-11-23T10:00:00Z'></time></span>", None, THEN),
        ("<time class='entry-date published updated' datetime='2024-11-22T10:00:00Z'>22 Nov</time>", FIRST, None),
        (f"<p>Last updated {NEW}</p>", None, THEN),
        (f"<div class='posted-on'>Updated: {NEW}</div>", None, THEN),
        (f"<p>Aktualisiert am {NEW} · Veröffentlicht am {OLD}</p>", FIRST, THEN),
        (f"<p>Mis à jour le {NEW} Publié le {OLD}</p>", FIRST, THEN),
        (f"<div>Обновлено</div><div>{NEW}</div>", None, THEN),
        (f"<p>公開 {OLD} 更新 {NEW}</p>", FIRST, THEN),
        (f"<p class='last-modified'>{NEW}</p>", None, THEN),
        (f"<div class='event-info'>Concert {NEW}</div>", None, None),
        ("<p>Published 22 November 2024. Updated 23 November 2024</p>", "2024-11-22", "2024-11-23"),
        ("<p>Stand: 23.11.2024</p>", None, "2024-11-23"),
    ],
)  # fmt: skip
def test_a_time_at_the_headline_is_what_it_is_called(top: str, published: str | None, changed: str | None) -> None:
    assert days(read(f"<article>{H1}{top}{TEXT}</article>")) == (published, changed)


@pytest.mark.parametrize(
    "body",
    [
        f"<div class='latest-list'>{OLD}</div><article>{H1}{TEXT}</article>",
        f"<article>{H1}{TEXT}<div class='more'><h3>Another</h3>{OLD}</div></article>",
        f"<article>{H1}{TEXT}</article><div class='disqus'><div>{OLD}</div></div>",
        f"<article>{H1}{TEXT}</article><div class='replies'><time class='published' datetime='{FIRST}'></time></div>",
        f"<article>{H1}<p>{'The ferry left on that day at ' + OLD + ' and came back, said the owner. ' * 9}</p></article>",
        f"<article>{H1}{TEXT}</article><p>Valid until 24 Nov 2025</p><p>Built at 2024-11-24 12:00</p>",
        f"<article>{H1}<p>Ada Lund was born in Riga on 1 March 1990</p>{TEXT}</article>",
    ],
)
def test_a_time_that_is_not_of_the_head_of_the_article_is_no_publication(body: str) -> None:
    head = "<meta name='expires' content='2025-11-24'><meta http-equiv='date' content='Mon, 25 Nov 2024 00:00:00 GMT'>"
    assert days(read(body, head)) == (None, None)


def test_a_time_in_the_headline_is_the_publication() -> None:
    assert days(read(f"<main><h1><span>{OLD}</span> Old quay opens</h1>{TEXT}</main>")) == (FIRST, None)


def test_meta_tags_that_may_be_of_anything_come_after_the_times_of_the_page() -> None:
    head = "<meta name='date' content='2024-11-24'><meta name='time' content='2024-11-24T23:59:00Z'>"
    when = "<time class='published' datetime='2024-11-22T10:00:00Z'></time>"
    assert days(read(f"<article>{H1}{when}{TEXT}</article>", head))[0] == FIRST
    assert days(read(f"<article>{H1}{TEXT}</article>", head))[0] == "2024-11-24T23:59:00Z"


ITEM = "itemscope itemtype='https://schema.org/NewsArticle'"
SAID = f"""<meta itemprop='datePublished' content='{FIRST}'>
    <span itemprop='author' itemscope><span itemprop='name'>Ada Lund</span></span>"""


@pytest.mark.parametrize(
    ("body", "own"),
    [
        (f"<article {ITEM}>{H1}{SAID}{TEXT}</article>", True),
        (f"<article>{H1}{SAID}{TEXT}</article>", True),
        (
            f"{H1}<div {ITEM}><meta itemprop='headline' content='Old quay opens again after repairs'>{SAID}</div>{TEXT}",
            True,
        ),
        (f"<article {ITEM}>{SAID}<p itemprop='articleBody'>x</p></article>", True),
        (
            f"<article {ITEM}>{H1}{TEXT}<div {ITEM}><b itemprop='headline'>Soup of the week</b>{SAID}</div></article>",
            False,
        ),
        (f"<article>{H1}{TEXT}</article><div itemscope itemtype='https://schema.org/Comment'>{SAID}</div>", False),
    ],
)
def test_microdata_is_of_the_item_that_holds_the_story(body: str, own: bool) -> None:
    found = read(body)
    assert days(found)[0] == (FIRST if own else None)
    assert found.authors == (("Ada Lund",) if own else ())
    assert found.sources.get("published", "microdata") == "microdata"


def test_days_of_rdfa_are_witnesses() -> None:
    span = "<span property='schema:dateCreated' content='2024-11-22T10:00:00Z'></span>"
    assert days(read(f"<article>{H1}{span}{TEXT}</article>")) == (FIRST, None)
