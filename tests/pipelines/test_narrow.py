"""What a page is cut down to where its profile names the text, and when it is read whole."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import narrow, tree
from pipelines.extractor import extract
from storage.models import Extraction, Link, Page, Profile

URL = "https://harbour.test/news/ferry-123456"
TEXT = [
    "The ferry between the two islands will run again on Monday, the harbour master said after a week of storms.",
    "Divers had looked for the anchor of a fishing boat that lay across the channel and found it on Thursday night.",
    "Tickets that were bought for the days without a ferry stay valid until the end of the month, the company said.",
]
BODY = "".join(f"<p>{text}</p>" for text in TEXT)
OTHERS = "".join(
    f"<div class='story'><h2><a href='/{n}'>Another headline of story number {n}</a></h2>"
    f"<span class='author'>By Otto Fremd</span><time datetime='2020-01-0{n}T10:00:00Z'></time></div>"
    for n in range(1, 9)
)
PROFILE = Profile(source="harbour", body=("div.copy",))


def page(inside: str, head: str = "", profile: Profile = PROFILE, before: str = "", after: str = "") -> Page:
    html = (
        f"<html lang='en'><head><title>Ferry runs again</title>{head}</head><body><div class='top'>{OTHERS}</div>"
        f"{before}<article>{inside}</article>{after}<div class='rail'>{OTHERS}</div></body></html>"
    )
    return Page(URL, URL, html.encode(), "2026-03-02T10:00:00Z", profile, charset="utf-8")


def cut(given: Page) -> tree.Parsed:
    parsed = tree.parse(given.body, given.charset, lambda root, html: narrow.narrow(given, root, html))
    assert parsed is not None
    return parsed


def body(extraction: Extraction) -> str:
    assert extraction.article is not None, extraction.reason
    return extraction.article.body


def test_other_stories_are_gone_and_the_text_is_whole() -> None:
    given = page(f"<h1>Ferry runs again</h1><div class='copy'>{BODY}</div>")
    text = cut(given).root.text_content()
    assert "Another headline of story number 3" not in text
    assert body(extract(given)) == "\n\n".join(TEXT)


def test_byline_and_time_above_the_text_are_still_found() -> None:
    said = "<p class='byline'>By Ada Byron</p><time datetime='2026-03-01T08:30:00+00:00'>1 March</time>"
    article = extract(page(f"<h1>Ferry runs again</h1>{said}<div class='copy'>{BODY}</div>")).article
    assert article is not None and article.published is not None
    assert article.authors == ("Ada Byron",)
    assert article.published.at == "2026-03-01T08:30:00Z"


def test_no_author_and_no_day_is_taken_from_other_stories() -> None:
    article = extract(page(f"<h1>Ferry runs again</h1><div class='copy'>{BODY}</div>")).article
    assert article is not None
    assert article.authors == ()
    assert article.published is None


def test_what_the_page_says_in_json_ld_at_its_end_counts() -> None:
    told = {"@type": "NewsArticle", "headline": "Ferry runs again", "datePublished": "2026-03-01T08:30:00Z"}
    script = f"<footer><div><script type='application/ld+json'>{json.dumps(told)}</script></div></footer>"
    article = extract(page(f"<h1>Ferry runs again</h1><div class='copy'>{BODY}</div>", after=script)).article
    assert article is not None and article.published is not None
    assert article.published.at.startswith("2026-03-01T08:30:00")


def test_the_reporters_after_the_text_stay() -> None:
    given = page(f"<h1>Ferry runs again</h1><div class='copy'>{BODY}</div><p class='source'>Source: Reuters</p>")
    assert "Source: Reuters" in cut(given).root.text_content()


FAR = "<div>" + "<i>y</i>" * 120 + "</div>"


@pytest.mark.parametrize(
    "named",
    [
        "<span itemprop='author'>Ada Byron</span>",
        "<span itemprop='author' itemscope><b itemprop='name'>Ada Byron</b></span>",
        '<a rel="author" href="/people/ada">Ada Byron</a>',
    ],
)
def test_what_the_storys_item_declares_far_behind_the_text_stays_and_others_goes(named: str) -> None:
    other = "<div itemscope><span itemprop='author'>Otto Fremd</span></div>"
    when = "<time itemprop='datePublished' datetime='2026-03-01T08:30:00Z'>1 March</time>"
    given = page(
        f"<h1>Ferry runs again</h1><div class='copy'>{BODY}</div>{FAR}{named}{when}", before=other, after=FAR + other
    )
    article = extract(given).article
    assert article is not None and article.published is not None
    assert (article.authors, article.published.at) == (("Ada Byron",), "2026-03-01T08:30:00Z")
    assert "Otto Fremd" not in cut(given).root.text_content()


@pytest.mark.parametrize("selector", ["html", "*"])
def test_a_selector_of_the_whole_page_empties_nothing(selector: str) -> None:
    found = extract(
        page(f"<h1>Ferry runs again</h1><div class='copy'>{BODY}</div>", profile=replace(PROFILE, body=(selector,)))
    )
    assert [text for text in TEXT if text not in body(found)] == []


def test_a_headline_far_above_the_text_keeps_what_stands_between() -> None:
    given = page(f"<div class='copy'>{BODY}</div>", before="<h1>Ferry runs again</h1><p>The storm is over.</p>")
    assert "The storm is over." in cut(given).root.text_content()


def test_a_selector_that_counts_boxes_finds_the_same_one() -> None:
    profile = replace(PROFILE, body=("body > div:nth-of-type(3)",))
    inside = f"<nav>{OTHERS}</nav><div class='copy'>{BODY}</div><div>{OTHERS}</div>"
    html = f"<body><div class='cookie-banner'>We use cookies.</div><div>{OTHERS}</div>{inside}</body>"
    given = Page(URL, URL, html.encode(), "2026-03-02T10:00:00Z", profile, charset="utf-8")
    found = extract(given)
    assert body(found) == "\n\n".join(TEXT)
    assert dict(found.sources)["body"] == "profile"


def test_a_selector_that_finds_nothing_leaves_the_page_whole() -> None:
    given = page(f"<h1>Ferry runs again</h1>{BODY * 2}")
    assert cut(given).chosen == ()
    found = extract(given)
    assert TEXT[0] in body(found)
    assert dict(found.sources)["body_selector"] == "matched nothing"


@pytest.mark.parametrize(
    "inside", ["", "<figure><figcaption>A ferry in the harbour, seen from the north pier.</figcaption></figure>"]
)
def test_a_selection_without_text_is_read_the_general_way(inside: str) -> None:
    found = extract(page(f"<h1>Ferry runs again</h1><div class='copy'>{inside}</div><div class='real'>{BODY}</div>"))
    assert TEXT[1] in body(found)
    assert dict(found.sources)["body_selector"] == "matched nothing"


def test_a_wall_is_still_one() -> None:
    html = "<html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1></body></html>"
    given = Page(URL, URL, html.encode(), "2026-03-02T10:00:00Z", PROFILE, charset="utf-8")
    assert extract(given).reason == extract(replace(given, profile=replace(PROFILE, body=()))).reason is not None


@pytest.mark.parametrize("call", ["Subscribe to continue reading this article.", "The harbour is closed for swimmers."])
def test_a_paid_part_is_hidden_where_the_page_calls_to_subscribe_beside_the_selection(call: str) -> None:
    told = {
        "@type": "NewsArticle",
        "headline": "Ferry runs again",
        "isAccessibleForFree": "False",
        "hasPart": {"@type": "WebPageElement", "isAccessibleForFree": "False", "cssSelector": ".paid"},
    }
    inside = (
        f"<h1>Ferry runs again</h1><div class='copy'><p>{TEXT[0]}</p><div class='paid'><p>{TEXT[1]}</p></div></div>"
    )
    script = f"<script type='application/ld+json'>{json.dumps(told)}</script>"
    found = extract(page(inside + f"<div class='offer'><p>{call}</p></div>", head=script))
    assert (TEXT[1] in body(found)) == (not call.startswith("Subscribe"))


def test_live_blogs_and_feeds_entries_are_read_whole() -> None:
    inside = f"<h1>Ferry runs again</h1><div class='copy'>{BODY}</div>"
    live = page(inside, head='<script type="application/ld+json">{"@type": "LiveBlogPosting"}</script>')
    fed = replace(page(inside), witness=Link(URL, whole=True))
    assert cut(live).chosen == cut(fed).chosen == ()


def test_dated_layouts_choose_as_on_the_whole_page() -> None:
    old = Profile(source="harbour", body=("div.old",), valid_until="2025-12-31")
    profile = replace(PROFILE, earlier=(old,))
    given = page(f"<h1>Ferry runs again</h1><div class='old'><p>{TEXT[0]}</p></div>", profile=profile)
    assert "Another headline" not in cut(given).root.text_content()
    assert TEXT[0] in body(extract(given))


def test_an_ended_layout_is_no_ground_to_cut() -> None:
    ended = replace(PROFILE, valid_until="2025-12-31")
    assert cut(page(f"<div class='copy'>{BODY}</div>", profile=ended)).chosen == ()


def test_a_selector_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError, match=r"div\[\["):
        extract(page(BODY, profile=replace(PROFILE, body=("div[[",))))


TAGS = st.sampled_from(("div", "p", "section", "h1", "span", "ul", "li", "article"))
TREES = st.recursive(
    st.tuples(TAGS, st.text("ab <", max_size=5)).map(lambda one: f"<{one[0]}>{one[1].replace('<', '&lt;')}</{one[0]}>"),
    lambda inner: st.tuples(TAGS, st.lists(inner, max_size=4)).map(lambda n: f"<{n[0]}>{''.join(n[1])}</{n[0]}>"),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(before=TREES, after=TREES, deep=st.integers(0, 40))
def test_whatever_stands_around_the_selection_stays_as_it_is(before: str, after: str, deep: int) -> None:
    html = f"<body>{before}{'<div>' * deep}<div class='copy'>{BODY}<h1>Up</h1></div>{'</div>' * deep}{after}</body>"
    given = Page(URL, URL, html.encode(), "2026-03-02T10:00:00Z", PROFILE, charset="utf-8")
    parsed = cut(given)
    assert [element.get("class") for element in parsed.chosen] == ["copy"]
    assert "".join(TEXT) in parsed.chosen[0].text_content()
    assert parsed.root in parsed.chosen[0].iterancestors()
