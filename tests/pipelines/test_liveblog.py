"""Live blogs: one article of entries with their times, in the page's order; none lost, none twice."""

from __future__ import annotations

import json
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import liveblog, liveupdates
from pipelines.extractor import extract
from storage.models import Article, Page, Profile

TITLE = "Live: the port reopens"
ENTRIES = (
    ("14:32", "Last ship in", "The last ship of the day has come in, the harbour master says."),
    ("13:05", "", "The band plays on the quay. Some thousand people are dancing in the rain."),
    ("11:47", "Mayor speaks", "The mayor thanks the workers who repaired the walls for two years."),
    ("09:00", "First ship", "The first ship has tied up at nine, as it was planned a year ago."),
    ("08:15", "", "Good morning from Kiel, where the port reopens today after two years."),
)
LEAD = "Follow the reopening of the port of Kiel with our reporters on the quay and on the water."


def boxes(entries: tuple[tuple[str, str, str], ...]) -> str:
    """Each entry in a box of its own, the time in an element of HTML5, with buttons."""
    return "".join(
        f"<article class='liveblog-post' id='p{n}'><header><time datetime='2026-08-31T{at}:00+02:00'>{at}</time>"
        f"<span class='timestamp'>updated {at}</span></header>{f'<h2>{head}</h2>' if head else ''}<p>{text}</p>"
        f"<div class='share'><button>Share</button></div></article>"
        for n, (at, head, text) in enumerate(entries)
    )


def rows(entries: tuple[tuple[str, str, str], ...]) -> str:
    """A list, each item a column for the time and one for the text."""
    return "<ul class='ticker'>" + "".join(
        f"<li><div class='col-time'><span class='time'>{at} Uhr</span></div><div class='col'>"
        f"{f'<h3>{head}</h3>' if head else ''}<div class='text'><p>{text}</p></div></div></li>"
        for at, head, text in entries
    ) + "</ul>"  # fmt: skip


def flat(entries: tuple[tuple[str, str, str], ...]) -> str:
    """No boxes at all: a time in bold above each entry's paragraphs."""
    return "".join(
        f"<p><strong>{at}</strong></p>{f'<h3>{head}</h3>' if head else ''}<p>{text}</p>" for at, head, text in entries
    )


def page(main: str, data: dict[str, object] | None = None, title: str = TITLE) -> Article:
    script = f"<script type='application/ld+json'>{json.dumps(data)}</script>" if data else ""
    html = (
        f"<html><head><title>{title}</title>{script}</head><body><header><nav><a href='/'>Home</a></nav></header><main>"
        f"<h1>{title}</h1><p class='intro'>{LEAD}</p><div class='entries'>{main}</div></main>"
        "<section class='comments'><div><time>15:01</time><p>Great, at last, after so many years of waiting!</p></div>"
        "<div><time>15:02</time><p>I was there and it rained all day long.</p></div>"
        "<div><time>15:09</time><p>The band was better than the speeches, as always.</p></div></section></body></html>"
    )
    url = "https://agency.test/news/118"
    article = extract(Page(url, url, html.encode(), "2026-09-01T00:00:00Z", Profile("agency"))).article
    assert article is not None
    return article


def listed(entries: tuple[tuple[str, str, str], ...]) -> dict[str, object]:
    return {
        "@context": "https://schema.org", "@type": "LiveBlogPosting", "headline": TITLE,
        "datePublished": "2026-08-31T06:00:00Z",
        "liveBlogUpdate": [
            {"@type": "BlogPosting", "headline": head, "articleBody": text, "datePublished": f"2026-08-31T{at}:00+02:00"}
            for at, head, text in entries
        ],
    }  # fmt: skip


def check(article: Article, *, clocks: bool = True) -> None:
    places = [article.body.index(text) for _, _, text in ENTRIES]
    assert places == sorted(places), "entries out of the page's order"
    for at, head, text in ENTRIES:
        assert article.body.count(text) == 1
        assert article.body.count(head) >= 1
        assert not clocks or article.body.rindex(at, 0, article.body.index(text)) >= 0
    assert article.form == "live_blog"
    assert article.body.startswith(LEAD)
    assert "raining" not in article.body and "Great, at last" not in article.body


@pytest.mark.parametrize("layout", [boxes, rows, flat])
@pytest.mark.parametrize("declared", [True, False])
def test_entries_stand_in_order_with_their_times(layout, declared: bool) -> None:  # type: ignore[no-untyped-def]
    data = listed(ENTRIES) if declared else None
    check(page(layout(ENTRIES), data))


def test_the_captions_of_an_entrys_pictures_are_no_text() -> None:
    picture = "<div class='p1'><picture><img src='a.jpg'></picture><span>Guests on the quay (Image: N. N.)</span></div>"
    article = page(boxes(ENTRIES).replace("<p>The last ship", f"{picture}<p>The last ship"))
    check(article)
    assert "Guests on the quay" not in article.body


def test_an_entry_that_only_the_data_tells_is_put_in_its_place() -> None:
    article = page(boxes((*ENTRIES[:2], *ENTRIES[3:])), listed(ENTRIES))
    check(article, clocks=False)
    assert "2026-08-31T11:47:00+02:00 Mayor speaks" in article.body


def test_where_the_page_prints_no_entry_the_data_is_the_text() -> None:
    check(page("<div id='blog-root'></div>", listed(ENTRIES)))


def test_a_pinned_entry_is_not_told_twice() -> None:
    check(page(boxes((*ENTRIES, ENTRIES[2])), listed(ENTRIES)))


def test_a_story_with_a_list_of_latest_news_is_none() -> None:
    latest = "".join(
        f"<li><time>1{n}:20</time> <a href='/n/{n}'>Ferry line {n} adds a second ship</a></li>" for n in range(8)
    )
    story = "".join(
        f"<p>Paragraph {n} tells where the sailors live, what they eat and how they sleep.</p>" for n in range(6)
    )
    article = page(f"<article>{story}</article><ul>{latest}</ul>", title="Where the sailors live")
    assert article.form == "article"
    assert article.body.count("where the sailors live") == 6


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 23 * 60), min_size=3, max_size=12, unique=True), st.sampled_from([boxes, rows, flat]))
def test_every_entry_is_there_once_whatever_its_time(minutes: list[int], layout) -> None:  # type: ignore[no-untyped-def]
    entries = tuple(
        (f"{m // 60:02}:{m % 60:02}", "", f"Entry number {n} tells what happened then in the port.")
        for n, m in enumerate(minutes)
    )
    article = page(layout(entries), listed(entries))
    assert [article.body.count(text) for _, _, text in entries] == [1] * len(entries)
    assert [article.body.index(text) for _, _, text in entries] == sorted(
        article.body.index(text) for _, _, text in entries
    )


def article_of(main: str, data: dict[str, object] | None, *, title: str = TITLE, path: str = "/news/118") -> Article:
    """The article of a page that has its headline, its entries and other text in one element."""
    script = f"<script type='application/ld+json'>{json.dumps(data)}</script>" if data else ""
    html = f"<html><head><title>{title}</title>{script}</head><body><main><h1>{title}</h1>{main}</main></body></html>"
    url = f"https://agency.test{path}"
    article = extract(Page(url, url, html.encode(), "2026-09-01T00:00:00Z", Profile("agency"))).article
    assert article is not None
    return article


def in_order(article: Article, *texts: str) -> None:
    places = [article.body.index(text) for text in texts]
    assert places == sorted(places)
    assert all(article.body.count(text) == 1 for text in texts)


DECLARED: dict[str, object] = {**listed(()), "liveBlogUpdate": []}
POINTS = (
    "The port reopens after two years of work on its northern walls",
    "Ships of up to 200 metres may tie up from now on",
)
CLOSING = "The port had been closed since the storm of 2024, which broke the northern wall in three places."


def test_what_stands_around_the_entries_in_their_own_element_is_kept() -> None:
    article = article_of(f"<p>{LEAD}</p>{boxes(ENTRIES)}<h2>Why it was closed</h2><p>{CLOSING}</p>", DECLARED)
    in_order(article, LEAD, *(text for _, _, text in ENTRIES), "Why it was closed", CLOSING)
    assert article.form == "live_blog"


def test_points_and_boxes_above_the_entries_and_a_text_below_them_are_kept() -> None:
    points = "".join(f"<li>{point}</li>" for point in POINTS)
    above = f"<div class='standfirst'>{LEAD}</div><div><h2>Summary</h2><ul>{points}</ul></div>"
    article = article_of(f"{above}<div class='e'>{boxes(ENTRIES)}</div><div><p>{CLOSING}</p></div>", DECLARED)
    in_order(article, LEAD, *POINTS, *(text for _, _, text in ENTRIES), CLOSING)


def test_entries_without_a_time_stand_between_the_others_but_noise_does_not() -> None:
    quotes = [
        f"<blockquote class='post'><p>Reader {n} asks whether the ferry sails.</p></blockquote>" for n in range(5)
    ]
    noise = "<div class='newsletter-signup'><p>Get our letter from the port every morning.</p></div>"
    main = "".join(boxes((entry,)) + quote for entry, quote in zip(ENTRIES, quotes, strict=True))
    article = article_of(f"<div><div><p>Pinned: the port is open again.</p></div>{noise}{main}{noise}</div>", DECLARED)
    in_order(article, ENTRIES[0][2], "Reader 0 asks", ENTRIES[1][2], "Reader 1 asks", "Reader 4 asks")
    assert "every morning" not in article.body


def test_days_in_boxes_of_their_own_are_one_blog() -> None:
    days = "".join(
        f"<section class='day'><h2>{name}</h2>{boxes(tuple((at, head, f'{name}: {text}') for at, head, text in ENTRIES))}"
        "</section>"
        for name in ("Monday", "Sunday")
    )
    article = article_of(f"<div>{days}</div>", DECLARED)
    in_order(article, *(f"{name}: {text}" for name in ("Monday", "Sunday") for _, _, text in ENTRIES))
    assert article.body.split("\n\n").count("14:32") == 2


def test_an_entry_of_one_word_is_one() -> None:
    game = (("20:00", "", "Kick-off"), ("20:12", "", "Goal!"), ("20:30", "", "Half-time, and the guests lead by one."))
    article = article_of(f"<div>{boxes(game)}</div>", {**DECLARED, **listed(game)})
    in_order(article, "Kick-off", "Goal!", "Half-time")


@pytest.mark.parametrize(
    "title", ["Live music returns to the quay", "Live: how the quay was mended", "【速報】 岸壁が再開"]
)
@pytest.mark.parametrize("layout", [rows, flat])
def test_an_article_with_a_list_of_times_stays_one_and_whole(layout, title: str) -> None:  # type: ignore[no-untyped-def]
    after = CLOSING.replace("closed", "shut")
    article = article_of(f"<p>{LEAD}</p>{layout(ENTRIES[:4])}<p>{CLOSING}</p><p>{after}</p>", None, title=title)
    assert article.form != "live_blog"
    assert all(text in article.body for text in (LEAD, CLOSING, after))


@pytest.mark.parametrize("name", ["liveblog", "live-blog", "liveBlog", "LiveBlog", "live_blog"])
def test_a_live_blog_is_told_by_its_names(name: str) -> None:
    assert liveblog.named(name.encode())
    assert liveblog.named(f"<p>Login, catalogue, Blog, live log</p><div class='js-{name}-feed'>".encode())


@pytest.mark.parametrize(
    "html", ["", "blog", "live blog", "Live-Blog", "liveLog", "alive_blob", "LIVEBLOG", "ive-blog"]
)
def test_and_by_no_others(html: str) -> None:
    assert not liveblog.named(html.encode())


def test_a_long_list_of_updates_costs_no_more_than_its_length() -> None:
    printed = [f"entry {n} of the page says that the ship moved by {n} metres" for n in range(5_000)]
    told = tuple(liveupdates.Update("", f"Update {n} tells of market {n} and of a street", "") for n in range(5_000))
    start = process_time()
    assert sum(map(len, liveupdates.missing(printed, told).values())) == 5_000
    assert process_time() - start < 1.5
