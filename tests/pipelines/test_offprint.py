"""What trafilatura is given: the article's place alone, with sentences in boxes as the paragraphs they are."""

from __future__ import annotations

import pytest
from lxml.html import HtmlElement, fromstring

from pipelines import offprint
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
