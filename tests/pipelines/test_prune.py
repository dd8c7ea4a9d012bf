"""What is no text by its markup goes before the body is looked for, and is said; what a name only resembles stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement

from pipelines import boxes, prune
from pipelines.text import squeeze
from pipelines.tree import parse_text

SENTENCE = "The harbour of Kiel opened again on Monday after long repairs, and ships from many countries came in. "
STORY = "".join(f"<p>Paragraph {n}. {SENTENCE * 2}</p>" for n in range(6))
HOST = "news.example"


def pruned(inner: str) -> tuple[str, list[prune.Dropped]]:
    root: HtmlElement = parse_text(f"<html><body><article><h1>Harbour opens</h1>{STORY}{inner}</article></body></html>")
    prune.quieten(root)
    dropped = prune.noise(root, HOST)
    return squeeze(root.text_content()), dropped


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("related-stories", "related"), ("relatedStories", "related"), ("b-page__related_stories", "related"),
        ("RelatedStories", "related"), ("noticias-relacionadas", "related"), ("a-lire-aussi", "related"),
        ("ilgiliHaberler", "related"), ("tin-lien-quan", "related"), ("comments", "comments"),
        ("leserkommentare", "comments"), ("comentarios-lista", "comments"), ("fact-box", "facts"),
        ("article-infobox", "facts"), ("wp-caption-text", "caption"), ("bildunterschrift", "caption"),
        ("newsletter--signup", "promotion"), ("sr-only", "hidden"), ("author-bio", "author"), ("post-tags", "tags"),
        ("amedia-factbox", "facts"),
    ],
)  # fmt: skip
def test_a_box_is_told_by_whole_words_however_they_are_written(name: str, kind: str) -> None:
    box = boxes.named(name)
    assert box is not None
    assert box.kind == kind


@pytest.mark.parametrize(
    "name",
    ["correlated", "unrelatedness", "articlebody", "commentary", "kommentar", "font-size", "description", "stagsomething",
        "biology", "captionless2", "", "—", "текст-статьи"],
)  # fmt: skip
def test_a_word_inside_a_word_is_no_name(name: str) -> None:
    assert boxes.named(name) is None


@given(st.text(max_size=400))
def test_any_name_can_be_read(name: str) -> None:
    box = boxes.named(name)
    assert box is None or box.most > 0


@pytest.mark.parametrize(
    ("box", "kind"),
    [
        ('<div class="related"><p>Ships wait off the coast</p></div>', "related"),
        ("<figure><img src=a.jpg><figcaption>Ships wait.</figcaption></figure>", "caption"),
        ("<site-factbox><p>Ships wait.</p></site-factbox>", "facts"),
        ('<section id="comments"><p>Ships wait.</p></section>', "comments"),
        ('<p class="byline">Ships wait</p>', "byline"),
        ('<p>More: <a href="/ships">Ships wait off the coast of Holstein</a></p>', "teaser"),
        ('<p>続き：<a href="/ships">キール港に入る船が沖合で長く待つ状態が続いている</a></p>', "teaser"),
        ('<h3><a href="/ships">Ships wait off the coast of Holstein</a></h3>', "teaser"),
        (
            '<p><a href="/a">Ships wait off the coast</a> | <a href="/b">Harbour master resigns after row</a></p>',
            "teaser",
        ),
        (
            '<a href="/ships"><div><h4>Ships wait off the coast</h4><p>They have waited for days.</p></div></a>',
            "teaser",
        ),
        (
            '<ul><li>Sea: <a href="/a">Ships wait off the coast</a></li><li>Land: <a href="/b">Trains wait at the '
            "border</a></li></ul>",
            "teaser",
        ),
        ('<ul><li>More: <a href="/ships">Ships wait off the coast of Holstein</a></li></ul>', "teaser"),
        (
            '<ul><li>Sea: <a href="/a">Ships wait off the coast</a></li><li><a href="/b">Trains wait at the border</a>'
            '</li><li><a href="/c">Cranes stand still for days</a></li><li>No rain? <a href="/d">Farmers wait for '
            "clouds in vain</a></li></ul>",
            "teaser",
        ),
        ('<div class="audio-player"><p>This voice is a machine.</p></div>', "player"),
        ('<section class="not-prose"><p>Letters of love: each Sunday</p></section>', "apart"),
        ('<p class="robots-nocontent">Ships wait.</p>', "hidden"),
    ],
)
def test_what_is_no_text_goes_and_is_said(box: str, kind: str) -> None:
    text, dropped = pruned(box)
    assert [rule for rule, _ in dropped] == [kind]
    assert text == pruned("")[0]


def test_cards_go_with_the_words_under_their_headline() -> None:
    card = (
        '<div class="c"><h4><a href="/{0}">Ships wait off the coast {0}</a></h4><p>They have waited for days.</p></div>'
    )
    text, dropped = pruned("<div>" + "".join(card.format(n) for n in range(3)) + "</div>")
    assert text == pruned("")[0]
    assert len(dropped) == 3


@pytest.mark.parametrize(
    "inner",
    [
        '<h3><a href="https://shop.example/lamp">A lamp for the harbour at night</a></h3>',
        "<h3>What the harbour master says</h3>",
        '<p>The <a href="/report">report of the commission</a> names no one.</p>',
        '<p><a href="#two">What the harbour master says</a></p>',
        '<p>Places: <a href="/kiel">Kiel</a>, <a href="/husum">Husum</a></p>',
        "<blockquote><p>We are glad, said the harbour master.</p></blockquote>",
        "<ul><li>Ships: twelve</li><li>Cranes: two</li></ul>",
        '<ul><li><a href="/ships">Ships wait off the coast of Holstein</a></li></ul>',
        '<ul><li><a href="/a">Ships wait off the coast</a></li><li>The harbour master says that nobody knows why the '
        '<a href="/b">cranes stand still for days</a>.</li></ul>',
        '<div class="social-media"><blockquote class="post"><p>We are glad.</p></blockquote></div>',
        "<table><tr><td>Ships</td><td>12</td></tr></table>",
        f'<div class="item-caption"><p>{SENTENCE * 8}</p></div>',
        f'<div class="byline"><p>{SENTENCE * 3}</p></div>',
    ],
)
def test_what_belongs_to_the_text_stays(inner: str) -> None:
    text, dropped = pruned(inner)
    assert dropped == []
    assert text.endswith(squeeze(parse_text(f"<div>{inner}</div>").text_content()))


@pytest.mark.parametrize("tag", ["figcaption", 'div class="caption"'])
def test_a_caption_that_holds_the_headline_is_none(tag: str) -> None:
    root = parse_text(
        f"<html><body><figure><{tag}><h1>Harbour opens</h1></{tag.split(maxsplit=1)[0]}></figure>{STORY}</body></html>"
    )
    assert prune.noise(root, HOST) == []


@pytest.mark.parametrize(
    "box",
    [
        '<div class="x1"><img src="a.jpg"><span>Ships in the harbour of Kiel. (Image: N. N.)</span></div>',
        "<div><span><picture><img src='a.jpg'></picture></span><p>The mayor, second from the left, and guests</p></div>",
        "<p><img src='a.jpg'><br><em>The mayor and guests of the town</em></p>",
        '<div><div><img src="a.jpg"><h1>' + "words of a long caption " * 8 + "</h1></div></div>",
    ],
)
def test_a_small_box_of_a_picture_and_words_is_its_caption(box: str) -> None:
    text, dropped = pruned(box)
    assert [rule for rule, _ in dropped] == ["caption"]
    assert text == pruned("")[0]


@pytest.mark.parametrize(
    "box",
    [
        f"<p><img src='a.jpg'>{SENTENCE}</p>",
        f"<p><img src='a.jpg'><em>Kiel</em> {SENTENCE}</p>",
        f"<div><img src='a.jpg'><h2>Kiel</h2>{SENTENCE}</div>",
        f"<div><img src='a.jpg'><p>{SENTENCE * 5}</p></div>",
        f"<ul><li><img src='a.jpg'>{SENTENCE}</li></ul>",
        "<div><img src='a.jpg'><p>What the harbour master says:</p></div>",
        f"<div><img src='a.jpg'><h1>Kiel</h1>{SENTENCE * 2}</div>",
        "<div><img src='a.jpg'><img src='b.jpg'>Two pictures and words about them</div>",
    ],
)
def test_a_paragraph_a_section_or_an_item_with_a_picture_is_text(box: str) -> None:
    text, dropped = pruned(box)
    assert dropped == []
    assert text != pruned("")[0]


def test_a_page_that_is_told_in_pictures_keeps_its_words() -> None:
    boxes = "".join(f"<div><img src='{n}.jpg'><span>{n}. {SENTENCE}</span></div>" for n in range(20))
    root = parse_text(f"<html><body><h1>Harbour opens</h1>{boxes}</body></html>")
    assert prune.noise(root, HOST) == []


def test_a_roundup_of_linked_headlines_is_its_own_text() -> None:
    items = "".join(
        f'<div class="i"><h3><a href="/{n}">Harbour {n} opens again today</a></h3><p>{SENTENCE}</p></div>'
        for n in range(9)
    )
    root = parse_text(f"<html><body><main>{items}</main></body></html>")
    prune.noise(root, HOST)
    assert squeeze(root.text_content()).count("came in") == 9


def test_a_forum_keeps_its_posts_and_an_article_loses_its_readers() -> None:
    posts = "".join(f'<div class="comment-body"><p>{SENTENCE}</p></div>' for _ in range(30))
    forum = parse_text(f"<html><body><h1>Harbour?</h1>{posts}</body></html>")
    assert prune.noise(forum, HOST) == []
    text, dropped = pruned(f'<div class="comments">{posts}</div>')
    assert [rule for rule, _ in dropped] == ["comments"]
    assert text == pruned("")[0]


NUMBER = 4_000
HOSTILE = {
    "cards": "<div class=c><h3><a href=/x>Headline of the day is here</a></h3><p>some words</p></div>" * NUMBER,
    "open links": "<a href=/x><p>Headline of the day" * NUMBER,
    "labels": "<p>More: <a href=/x>Headline of the day is here</a></p>" * NUMBER,
    "boxes": "<div class=related>" * 200 + "<p>words of a text</p>" * NUMBER,
    "comments": "<div class=comments><p>words</p></div>" * NUMBER,
    "names": "".join(f'<p class="a{n}-related b-{n}">words</p>' for n in range(NUMBER)),
    "pictures": "<div><img src=a.jpg>words of a caption</div>" * NUMBER,
    "boxed pictures": "<div>" * 200 + "<img src=a.jpg>words of a caption" * NUMBER,
    "one name": f'<p class="{"a-" * NUMBER}">words</p>',
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_pruning_a_hostile_page_takes_no_longer_than_its_size(kind: str) -> None:
    root = parse_text(f"<html><body>{STORY}{HOSTILE[kind]}</body></html>")
    start = time.process_time()
    prune.noise(root, HOST)
    assert time.process_time() - start < 3


TELLS = "The mayor said that the quay would be closed for three weeks, and that the boats would leave from the bridge."


@pytest.mark.parametrize(
    "name",
    ["latest-news", "trending", "promo-text", "pub", "recommended-reading", "social", "print-only", "noprint", "bio",
        "copyright", "entry-meta", "tags-content"],
)  # fmt: skip
@pytest.mark.parametrize("tag", ["p", "div"])
def test_sentences_between_paragraphs_are_text_whatever_their_box_is_called(name: str, tag: str) -> None:
    box = f"<{tag} class='{name}'>{TELLS}</{tag}>"
    text, _ = pruned(box + STORY)
    assert TELLS in text
    linked, dropped = pruned(box.replace("mayor", "<a href='/mayor'>mayor</a>") + STORY)
    assert TELLS not in linked or name in ("copyright", "tags-content")
    at_the_end, dropped = pruned(box)
    assert TELLS not in at_the_end, "a box under the text is told by its name"
    assert dropped


@pytest.mark.parametrize("name", ["byline", "comment-body", "infobox"])
def test_a_single_paragraph_between_others_is_no_box(name: str) -> None:
    assert TELLS in pruned(f"<p class='{name}'>{TELLS}</p>{STORY}")[0]


@pytest.mark.parametrize("name", ["caption-text", "photo-info", "infobox"])
def test_captions_and_boxes_of_facts_go_though_they_are_sentences(name: str) -> None:
    assert TELLS not in pruned(f"<div class='{name}'><p>{TELLS}</p></div>{STORY}")[0]


@pytest.mark.parametrize(
    "names",
    ["post-12 post type-post hentry tag-promotion", "post category-social-media", "tag-related", "x category-comments"],
)
def test_what_a_post_is_filed_under_says_nothing_of_it(names: str) -> None:
    assert boxes.named(names) is None
    root: HtmlElement = parse_text(
        f"<html><body><div class='{names}'><p>{TELLS}</p></div><p>{SENTENCE * 30}</p></body></html>"
    )
    prune.noise(root, HOST)
    assert TELLS in root.text_content()


@pytest.mark.parametrize("name", ["tag-cloud", "tagList", "category-list tag-list"])
def test_lists_of_tags_are_still_known(name: str) -> None:
    assert boxes.named(name) is not None


@pytest.mark.parametrize("name", ["promotion", "related", "share", "story-body tags-sidebar", "comments"])
def test_what_holds_the_headline_is_never_taken_however_short(name: str) -> None:
    others = "".join(
        f"<div><a href='/{n}'>Another story of the day</a><span>{SENTENCE}</span></div>" for n in range(40)
    )
    root: HtmlElement = parse_text(
        f"<html><body><div class='{name}'><h1>Harbour opens</h1><p>{TELLS}</p></div>{others}</body></html>"
    )
    prune.noise(root, HOST)
    assert TELLS in root.text_content()


def test_a_footer_that_holds_the_story_is_a_place_as_any_other() -> None:
    root: HtmlElement = parse_text(
        f"<html><body><h1>Harbour opens</h1><footer class='article-body'>{STORY}</footer></body></html>"
    )
    prune.quieten(root)
    assert root.find(".//footer") is None
    assert "Paragraph 5." in root.text_content()
    small: HtmlElement = parse_text(f"<html><body>{STORY}<footer><p>{SENTENCE * 2}</p></footer></body></html>")
    prune.quieten(small)
    assert small.find(".//footer") is not None


def test_a_box_whose_words_say_what_its_name_says_is_no_text_though_it_is_a_whole_sentence() -> None:
    story = "The council of the harbour town has voted for a second bridge across the inlet, its clerk said on Monday."
    call = "Subscribe to our newsletter to get the stories of the day in your inbox before breakfast every morning."
    root = parse_text(
        f"<html><body><article><p>{story}</p><aside class='story__newsletter'><p>{call}</p></aside><p>{story} Again.</p>"
        f"<aside class='story__newsletter'><p>{story} Once more.</p></aside><p>{story} At last.</p></article></body></html>"
    )
    dropped = prune.noise(root)
    assert [text for _, text in dropped] == [call]
