"""The lead that stands between headline and body is part of the text, whatever its box is called."""

from __future__ import annotations

import pytest
from lxml.html import HtmlElement, document_fromstring

from pipelines import cascade

HEADLINE = "Harbour bridge reopens after repairs"
LEAD = "The old bridge carries cars again, two years after a barge struck it"
SENTENCES = [
    f"Paragraph number {n} of the report tells, in a sentence of some length, what the engineers found at pier {n}."
    for n in range(6)
]


def page(before: str, headline: str = f"<h1>{HEADLINE}</h1>") -> HtmlElement:
    body = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    return document_fromstring(
        f"<html><body><div class='page'><div class='story'>{headline}{before}<div class='text-wrap'>{body}</div></div>"
        "<div class='foot'><p>Imprint and contact of the house</p></div></div></body></html>"
    )


def told(root: HtmlElement) -> str:
    found = cascade.general(root, url="https://news.example/1", told=None, headlines=(HEADLINE,))
    return "\n".join(paragraph.text for paragraph in found.paragraphs)


@pytest.mark.parametrize("name", ["teaser-text", "news--teaser", "article-intro", "lead", "chapo", "standfirst"])
@pytest.mark.parametrize("tag", ["p", "div"])
def test_a_lead_in_a_box_named_like_a_teaser_is_text(name: str, tag: str) -> None:
    text = told(page(f"<div class='{name}'><{tag}>{LEAD}</{tag}></div>"))
    assert text.startswith(LEAD)
    assert all(sentence in text for sentence in SENTENCES)


def test_a_lead_before_the_body_is_text_on_a_page_without_a_headline() -> None:
    assert told(page(f"<div class='head'><p>{LEAD}.</p></div>", headline="")).startswith(LEAD)


@pytest.mark.parametrize("name", ["teaser related", "newsletter-teaser", "cookie-intro", "login-teaser"])
def test_boxes_of_other_names_are_no_lead(name: str) -> None:
    assert LEAD not in told(page(f"<div class='{name}'><p>{LEAD}</p></div>"))


def test_another_storys_teaser_is_no_lead() -> None:
    assert LEAD not in told(page(f"<article class='teaser'><p>{LEAD}</p></article>"))


def test_the_text_of_a_box_around_the_body_stands_once() -> None:
    body = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    root = document_fromstring(
        f"<html><body><h1>{HEADLINE}</h1><div>{LEAD}.<div><div class='text'>{body}</div></div></div></body></html>"
    )
    assert told(root).count(SENTENCES[3]) == 1
