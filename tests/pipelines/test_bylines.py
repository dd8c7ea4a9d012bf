"""Whose name a page gives is this story's writer's: not of other stories, of pictures, of those it speaks of, nor a role's."""

from __future__ import annotations

import pytest

from pipelines import jsonld, metadata, names, tags, tree
from storage.models import Page, Profile

URL = "https://www.harbour-agency.test/2023/10/02/port-reopens-118"
PARAGRAPH = f"<p>{'The ferry stayed in the harbour all day because of the storm. ' * 6}</p>"


def authors(after: str = "", *, head: str = "", top: str = "", within: str = PARAGRAPH) -> tuple[str, ...]:
    html = (
        f"<html><head>{head}</head><body><article><h1>Port reopens after repairs</h1>{top}"
        f"<div class='text'>{PARAGRAPH}{within}{PARAGRAPH}</div>{after}</article></body></html>"
    )
    root = tree.parse_text(html)
    page = Page(URL, URL, html.encode(), "2026-09-01T00:00:00Z", Profile(source="harbour"))
    return metadata.read(page, root, tags.read(root), jsonld.read(root)).authors


@pytest.mark.parametrize(
    "after",
    [
        "<section class='more-stories'><h3>Other</h3><span class='author'>Carl Other</span></section>",
        "<div class='onward'><ul><li><h3>Other</h3><p class='byline'>By Carl Other</p></li></ul></div>",
        "<div class='opinion-rail'><a class='author-name' href='/author/carl'>Carl Other</a></div>",
        "<div class='entry-list'><a rel='author' href='/author/carl'>Carl Other</a></div>",
        "<div class='factbox'><strong>Carl Other</strong><p>Born 1950</p></div>",
        "<div><strong>Carl Other</strong><p>Born 1950</p></div>",
    ],
)
def test_who_stands_with_other_stories_or_in_a_box_after_the_text_did_not_write_it(after: str) -> None:
    assert authors(after) == ()


@pytest.mark.parametrize(
    "within",
    [
        PARAGRAPH.replace("harbour", "harbour of <a href='/author/carl'>Carl Other</a>", 1),
        "<p><span class='pullquote'>Never <span class='author'>Carl Other</span></span></p>",
        "<p><q>Never</q> <span class='quote__author'>Carl Other</span></p>",
    ],
)
def test_who_is_linked_or_quoted_in_the_text_did_not_write_it(within: str) -> None:
    assert authors(within=within) == ()


def test_who_took_a_picture_did_not_write_the_text_but_a_writer_has_one_of_himself() -> None:
    assert authors(top="<div class='image'><img src='x'><span class='author'>Carl Other</span></div>") == ()
    assert authors(top="<div class='author'><img src='x'><a href='/author/ada'>Ada Byron</a></div>") == ("Ada Byron",)


def test_a_signature_and_a_box_on_the_author_after_the_text_are_the_writers() -> None:
    assert authors("<p><strong>Ada Byron</strong></p>") == ("Ada Byron",)
    assert authors("<div class='author-box'><a class='author-name' href='/author/ada'>Ada Byron</a></div>") == (
        "Ada Byron",
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Health Reporter", []),
        ("Political Editor", []),
        ("Middle East Correspondent", []),
        ("Our Correspondent", []),
        ("Ada Byron, Political Editor", ["Ada Byron"]),
        ("Ada Byron, Health Reporter, and Karl Groß", ["Ada Byron", "Karl Groß"]),
    ],
)
def test_a_role_leaves_no_adjective_as_a_name(text: str, found: list[str]) -> None:
    assert names.split(text) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Our Correspondent", ("Our Correspondent",)),
        ("Staff Reporter", ("Staff Reporter",)),
        ("Al Jazeera", ()),
        ("Human Rights Watch", ()),
        ("Byron, Ada", ("Ada Byron",)),
        ("Ada Byron, London", ("Ada Byron",)),
    ],
)
def test_a_declared_author_is_a_person_a_desk_or_nobody(name: str, found: tuple[str, ...]) -> None:
    script = f'{{"@type": "NewsArticle", "headline": "x", "author": {{"@type": "Person", "name": "{name}"}}}}'
    assert authors(head=f"<script type='application/ld+json'>{script}</script>") == found


def test_a_writer_is_known_by_what_a_pages_own_tests_call_the_place() -> None:
    assert authors(top="<div data-testid='article-author'>By Ann Miller</div>") == ("Ann Miller",)
