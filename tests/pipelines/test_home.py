"""Where the article stands: one container among many, several of one make, a lead, other stories, readers, banners."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from pipelines import body, cascade, doubts, home, prose, tree
from pipelines.text import squeeze

TITLE = "Port of Kiel reopens"
STORY = [
    f"The harbour master said on day {n} that the {n}th berth was free again, and the ferry left before noon."
    for n in range(1, 9)
]
OTHER = [
    f"Another story, number {n}, tells of a bridge in another town, where nobody had asked for one." for n in range(9)
]
URL = "https://wire.test/1"


def paragraphs(lines: list[str], tag: str = "p") -> str:
    return "".join(f"<{tag}>{line}</{tag}>" for line in lines)


def found(html: str, told: str | None = None) -> list[str]:
    root = tree.parse_text(f"<html><head><title>{TITLE}</title></head><body>{html}</body></html>")
    return [p.text for p in cascade.general(root, url=URL, told=told, headlines=(TITLE,)).paragraphs]


def test_one_container_is_taken_alone() -> None:
    html = (
        f"<header><h1>{TITLE}</h1></header><div><div class='a'>{paragraphs(STORY)}</div>"
        f"<div class='b'><h3>From the archive</h3>{paragraphs(OTHER[:3])}</div></div>"
    )
    assert found(html) == STORY


def test_containers_of_one_make_are_one_text() -> None:
    html = (
        f"<article><h1>{TITLE}</h1><div class='text'>{paragraphs(STORY[:5])}</div><div class='ad'></div>"
        f"<div class='text'>{paragraphs(STORY[5:])}</div></article>"
    )
    assert found(html) == STORY


def test_a_lead_between_the_headline_and_the_text_comes_first() -> None:
    lead = "The first ferry for nine days left the quay before noon, and two more are to follow today."
    html = (
        f"<div><h1>{TITLE}</h1><div class='head'><h2>{lead}</h2></div><div class='text'>{paragraphs(STORY)}</div></div>"
    )
    assert found(html) == [lead, *STORY]


def test_an_article_with_a_headline_of_its_own_that_the_page_loads_on_is_no_part_of_this_one() -> None:
    html = (
        f"<main><article class='story'><h1>{TITLE}</h1><div class='text'>{paragraphs(STORY)}</div></article>"
        f"<div><article class='story'><h1>A bridge elsewhere</h1><div class='text'>{paragraphs(OTHER * 3)}</div></article>"
        f"</div></main>"
    )
    assert found(html) == STORY
    head_alone = html.replace("<div class='text'>" + paragraphs(STORY) + "</div>", "")
    assert found(head_alone) == OTHER * 3, "a page whose first article is empty is not left without a text"


def test_readers_and_banners_are_no_article_however_much_they_write() -> None:
    html = (
        f"<div><h1>{TITLE}</h1><div class='text'>{paragraphs(STORY)}</div>"
        f"<div class='comments'>{paragraphs(OTHER * 3)}</div></div><div id='cookie-notice'>{paragraphs(OTHER)}</div>"
    )
    assert found(html) == STORY


def test_a_name_says_nothing_against_a_place_that_holds_nearly_all() -> None:
    assert found(f"<div class='has-comments teaser'><h2>Wire</h2><div>{paragraphs(STORY)}</div></div>")[-8:] == STORY


def test_teasers_whose_paragraphs_are_links_are_not_taken() -> None:
    links = "".join(f"<a href='/{n}'><h3>Bridge</h3><p>{line * 5}</p></a>" for n, line in enumerate(OTHER))
    html = f"<div><h1>{TITLE}</h1><div>{paragraphs(STORY)}</div></div><div>{links}</div>"
    assert found(html) == STORY


def test_a_box_of_links_in_the_middle_does_not_end_the_text() -> None:
    box = (
        "<div class='rail'><h3>Most read</h3>"
        + "".join(f"<a href='/{n}'>Bridge story {n}</a>" for n in range(4))
        + "</div>"
    )
    html = f"<article><h1>{TITLE}</h1>{paragraphs(STORY[:4])}{box}{paragraphs(STORY[4:])}</article>"
    assert found(html) == STORY


@pytest.mark.parametrize("make", ["<div>{}</div>", "<p>{}</p>", "<td>{}</td>"])
def test_text_parted_by_line_breaks_is_found(make: str) -> None:
    text = make.format("<br><br>".join(STORY))
    if "td" in make:
        text = f"<table><tr>{text}<td><a href='/'>Home</a></td></tr></table>"
    assert squeeze(" ".join(found(f"<h1>{TITLE}</h1><div>{text}</div>"))).endswith(" ".join(STORY))


def test_japanese_sentences_weigh_like_english_ones() -> None:
    lines = [f"港湾当局は{n}日、第{n}岸壁の修理が終わり、フェリーの運航が再開されたと発表した。" for n in range(1, 7)]
    html = f"<div><h1>{TITLE}</h1><div>{'<br><br>'.join(lines)}</div></div><div><p>会員登録</p><p>共有する</p></div>"
    assert found(html) == lines
    assert prose.worth("港湾当局") == 10
    assert prose.worth("port") == 4


def test_the_tree_stays_as_it_was() -> None:
    root = tree.parse_text(f"<html><body><h1>{TITLE}</h1><div class='x'>{paragraphs(STORY)}</div></body></html>")
    before = etree.tostring(root)
    cascade.general(root, url=URL, told=None, headlines=(TITLE,))
    assert etree.tostring(root) == before


def test_a_witness_that_is_not_heard_asks_for_a_second_opinion() -> None:
    result = body.Body(tuple(body.Paragraph("text", line) for line in STORY), "home")
    told = "\n\n".join(STORY * 2)
    assert cascade.heard(told, result) > 0.9
    assert cascade.heard("\n\n".join(OTHER * 2), result) == 0.0
    assert cascade.heard("short", result) == 1.0


def test_a_place_of_thousands_of_elements_is_read_without_trafilatura(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("trafilatura was asked")

    monkeypatch.setattr(body, "quick", never)
    root = tree.parse_text(
        f"<html><body><h1>{TITLE}</h1><div>{paragraphs(STORY)}<p>{'<b>a</b>' * 7000}</p></div></body></html>"
    )
    result = cascade.general(root, url=URL, told=None, headlines=(TITLE,))
    assert result.way == "home, plain"
    assert [p.text for p in result.paragraphs][: len(STORY)] == STORY


def test_thirty_thousand_openings_lose_nothing() -> None:
    parsed = tree.parse(b"<div>" * 30_000 + paragraphs(STORY).encode() + b"</div>" * 30_000, "utf-8")
    assert parsed is not None and parsed.huge
    assert parsed.root.text_content() == "".join(STORY)


TAGS = st.sampled_from(["div", "p", "article", "ul", "li", "table", "td", "b", "h1", "h2", "blockquote", "a", "aside"])
MARKUP = st.recursive(
    st.sampled_from(["", "word", *STORY[:3]]),
    lambda inner: st.builds(lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>", TAGS, st.lists(inner, max_size=4)),
    max_leaves=12,
)


@given(MARKUP)
@settings(max_examples=60, deadline=None)
def test_any_markup_gives_parts_of_the_page_in_order_and_no_error(markup: str) -> None:
    root = tree.parse_text(f"<html><body>{markup}<i></i></body></html>")
    place = home.find(root, (TITLE,))
    if place is None:
        return
    order = {element: n for n, element in enumerate(root.iter())}
    places = [order[part] for part in (*place.lead, *place.parts)]
    assert places == sorted(set(places))
    assert place.prose > 0
    covered = {e for part in place.parts for e in part.iter()}
    assert not covered & set(place.lead)


@pytest.mark.parametrize(
    "html",
    [
        f"<div class='text'>{STORY[0]}{paragraphs(STORY[1:])}</div>",
        f"<div class='text'>{paragraphs(STORY[:-1])}<span>{STORY[-1]}</span></div>",
        f"<div class='text'><div class='overview'><span>{STORY[0]}</span></div><div class='picture'><img></div>"
        f"{paragraphs(STORY[1:])}</div>",
        f"<div class='text'>{paragraphs(STORY[:6])}<div class='list'>{paragraphs(STORY[6:], 'div')}</div></div>",
    ],
)
def test_text_that_is_no_paragraph_by_its_markup_is_kept_in_its_place(html: str) -> None:
    assert found(f"<h1>{TITLE}</h1>{html}") == STORY


@pytest.mark.parametrize("name", ["reader-opinions", "legal-info", "readersLetters", "page_comments"])
def test_long_runs_of_readers_and_of_terms_are_no_text_of_a_short_story(name: str) -> None:
    others = "".join(f"<div class='one'>{paragraphs([line])}</div>" for line in OTHER)
    assert (
        found(f"<article><h1>{TITLE}</h1>{paragraphs(STORY[:3])}</article><div class='{name}'>{others}</div>")
        == STORY[:3]
    )


@pytest.mark.parametrize("name", ["correlated", "uncommented", "commentary", "fineprivacyless"])
def test_a_word_within_a_word_says_nothing_of_a_place(name: str) -> None:
    assert doubts.aside(name) is False
    assert doubts.foreign(name) is False


@pytest.mark.parametrize(("name", "both"), [("relatedStories", "a"), ("b-comments", "f"), ("myRelated box", "a")])
def test_the_words_of_a_name_tell_a_place_however_they_are_joined(name: str, both: str) -> None:
    assert (doubts.aside if both == "a" else doubts.foreign)(name)


LONG = [f"{line} Nobody had been told of the {n}th delay before that morning came." for n, line in enumerate(STORY)]


def test_a_run_of_prose_elsewhere_that_the_witness_has_comes_back_in_its_place() -> None:
    parts = [f"<section class='part{n}'><p>{line}</p></section>" for n, line in enumerate(LONG)]
    away = f"<blockquote class='widget'><div>{LONG[3]}</div></blockquote>"
    html = (
        f"<h1>{TITLE}</h1><div>{''.join(parts[:3])}{away}{''.join(parts[4:])}</div><div>{paragraphs(OTHER[:1])}</div>"
    )
    body_of = "\n".join(LONG)
    assert [line for line in found(html, told=body_of) if line in LONG] == LONG
    assert not set(OTHER) & set(found(html, told=body_of))


def alone(html: str, told: str) -> body.Body:
    root = tree.parse_text(f"<html><head><title>{TITLE}</title></head><body>{html}</body></html>")
    return cascade.general(root, url=URL, told=told, headlines=(TITLE,), alone=told)


def test_a_page_without_any_prose_has_its_text_from_its_data_alone_and_says_so() -> None:
    drawn = alone("<div id='app'></div>", "\n".join(STORY))
    assert ([p.text for p in drawn.paragraphs], drawn.way) == (STORY, "json-ld")
    assert alone("<div id='app'></div>", "A list of words, no text " * 20).length == 0
    assert alone("<div id='app'></div>", STORY[0]).length == 0
    assert alone(f"<h1>{TITLE}</h1>{paragraphs(OTHER)}", "\n".join(STORY)).way != "json-ld"


def test_the_longest_runs_of_prose_that_were_not_taken_are_told() -> None:
    old = f"<div class='x'><h3>Old</h3>{paragraphs(OTHER[:3])}</div>"
    html = f"<h1>{TITLE}</h1><div class='text'>{paragraphs(STORY)}</div>{old}"
    told = alone(html, "")
    assert told.left == tuple(OTHER[:3])
    many = [f"Reader {n} writes that the port was closed for too long, as everybody knows." for n in range(40)]
    assert len(alone(html + f"<div id='comments'>{paragraphs(many)}</div>", "").left) <= 12


def test_a_page_of_very_many_elements_without_prose_is_not_searched_further() -> None:
    boxes = "".join(f"<div><div>{n}</div></div>" for n in range(cascade.TOO_MANY // 2 + 1))
    root = tree.parse_text(f"<html><body><h1>{TITLE}</h1><p>{STORY[0]}</p>{boxes}</body></html>")
    assert cascade.general(root, url=URL, told=None).way == "home, plain"
