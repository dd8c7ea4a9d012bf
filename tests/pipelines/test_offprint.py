"""What trafilatura is given: the article's place alone, with sentences in boxes as the paragraphs they are."""

from __future__ import annotations

import pytest
from lxml.html import HtmlElement, fromstring

from pipelines import offprint, tree
from pipelines.home import Home

LINES = [
    f"<p>The harbour master said on day {n} that berth {n} was free again, and the ferry left.</p>" for n in range(4)
]
QUESTION = "Who pays for the new pier in the end?"


def printed(html: str) -> HtmlElement:
    body: HtmlElement = fromstring(f"<section>{html}</section>")
    return offprint.page(Home((), (body,), 400))


def tags(html: str, text: str) -> list[str]:
    return [element.tag for element in printed(html).iter() if (element.text or "").strip() == text]


def test_a_sentence_in_a_box_between_paragraphs_becomes_one() -> None:
    assert tags(f"{LINES[0]}<div class='q'>{QUESTION}</div>{LINES[1]}{LINES[2]}", QUESTION) == ["p"]


@pytest.mark.parametrize(
    "box",
    [
        f"<div><div>{QUESTION}</div></div>",
        f"<div>{QUESTION} <a href='/more'>More</a></div>",
        f"<div>{QUESTION}<ul><li>nobody</li></ul></div>",
    ],
)
def test_boxes_apart_and_boxes_of_links_or_blocks_stay(box: str) -> None:
    assert tags(f"{LINES[0]}{box}{LINES[1]}{LINES[2]}", QUESTION) == ["div"]


def test_a_label_in_a_box_stays() -> None:
    assert tags(
        f"{LINES[0]}<div>Published on Monday, updated on Friday</div>{LINES[1]}",
        "Published on Monday, updated on Friday",
    ) == ["div"]


def test_a_place_told_in_boxes_stays_as_it_is() -> None:
    boxes = "".join(line.replace("p>", "div>") for line in LINES)
    assert len(list(printed(f"{boxes}<p>And that was all.</p>").iter("p"))) == 1


def test_the_page_itself_stays_as_it_is() -> None:
    body: HtmlElement = fromstring(
        f"<section class='text'>{LINES[0]}<div>{QUESTION}</div>{LINES[1]}{LINES[2]}</section>"
    )
    offprint.page(Home((), (body,), 400))
    assert [child.tag for child in body] == ["p", "div", "p", "p"]
    assert body.get("class") == "text"


BARE = "The pilot, who had come aboard at dawn, told the crew to wait for the tide."


def shown(html: str) -> list[tuple[str, str]]:
    return [(e.tag, " ".join(e.text_content().split())) for e in printed(html).iter("p")]


@pytest.mark.parametrize(
    "first", [BARE, f"<b>KIEL</b> {BARE}", f"<span>{BARE}</span>", f"<div>Photo</div>{BARE}", f"<i></i>{BARE}"]
)
def test_a_sentence_before_the_first_paragraph_becomes_one(first: str) -> None:
    texts = shown(first + "".join(LINES))
    assert len(texts) == len(LINES) + 1
    assert texts[0][1].endswith(BARE)


def test_paragraphs_that_are_never_closed_leave_their_first_one() -> None:
    open_ended = "".join(line.removesuffix("</p>") for line in LINES)
    assert shown(BARE + open_ended)[0][1] == BARE


@pytest.mark.parametrize("tag", ["span", "section", "em"])
def test_the_last_sentence_needs_no_paragraph_of_its_own(tag: str) -> None:
    assert shown("".join(LINES) + f"<{tag}>{BARE}</{tag}>")[-1] == ("p", BARE)


def test_order_stays_where_bare_sentences_stand_between_paragraphs() -> None:
    texts = [text for _, text in shown(f"{LINES[0]}{BARE}<br>{QUESTION}{LINES[1]}{LINES[2]}")]
    assert texts[1].startswith(BARE)
    assert texts[1].endswith(QUESTION)
    assert len(texts) == 4


def test_rows_of_sentences_in_a_box_beside_a_paragraph_are_paragraphs() -> None:
    rows = f"<div class='row'>{BARE}</div><div class='row'>{QUESTION}</div>"
    assert [text for _, text in shown("".join(LINES) + f"<div>{rows}</div>")][-2:] == [BARE, QUESTION]


@pytest.mark.parametrize(
    "bare", ["Photo: a ferry at the new quay of the old port", f"<a href='/1'>{BARE}</a>", "So it is."]
)
def test_bare_labels_links_and_scraps_stay(bare: str) -> None:
    assert len(shown("".join(LINES[:2]) + bare + "".join(LINES[2:]))) == len(LINES)


def test_a_whole_sentence_that_is_a_link_between_paragraphs_is_read_as_one_of_them() -> None:
    linked = f"<p><a href='/earlier'>{BARE}</a></p>"
    assert next(printed(LINES[0] + linked + LINES[1]).iter("a"), None) is None
    assert next(printed(LINES[0] + LINES[1] + linked).iter("a"), None) is not None
    headline = f"<p><a href='/earlier'>{BARE.removesuffix('.')}</a></p>"
    assert next(printed(LINES[0] + headline + LINES[1]).iter("a"), None) is not None


def test_the_page_is_of_the_same_elements_as_the_one_that_it_is_from() -> None:
    parsed = tree.parse_text(f"<section>{LINES[0]}{QUESTION} Nobody knows.{LINES[1]}</section>")
    kinds = {type(element) for element in offprint.page(Home((), (parsed,), 400)).iter()}
    assert kinds == {type(parsed)}
