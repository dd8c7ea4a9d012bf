"""A line is set apart by a link that makes it, not by one somewhere in it or beside it."""

from __future__ import annotations

import pytest

from pipelines.signs import Signs
from pipelines.tree import parse_text

LINE = "Support our work, the nurses chanted as they marched through the city."
BESIDE = "<p>The march began at noon in front of the town hall.</p>"


def apart(page: str, line: str = LINE) -> bool:
    return Signs(parse_text(f"<html><body>{page}</body></html>")).apart(line)


@pytest.mark.parametrize(
    "page",
    [
        f"<header><a href='/'>Home</a></header><p>{LINE}</p>",
        f"<article><span><a href='/author/x'>Jane Miller</a></span><p>{LINE}</p>{BESIDE}</article>",
        f"<main><p>{LINE}</p><a href='/share'>Share</a></main>",
        f"<section>{LINE}<br><a href='/y'>Another line</a></section>",
        f"<p>{LINE.replace('nurses', '<a href=/tag/nurses>nurses</a>')}</p>",
        f"<p>{LINE.replace('Support', '<b>Support</b>')}</p>",
        f"<p><a name='top'>{LINE}</a></p>",
    ],
)
def test_a_link_beside_a_sentence_or_on_a_word_of_it_is_nothing(page: str) -> None:
    assert not apart(page)


@pytest.mark.parametrize(
    "page",
    [
        f"<p><a href='/x'>{LINE}</a></p>",
        f"<a href='/x'><p>{LINE}</p></a>",
        f"<p>{LINE.replace('the city', '<a href=/x>the city</a>')}</p>",
        f"<p>{LINE.replace('our work', '<a href=/newsletter/>our work</a>')}</p>",
        f"<p>{LINE.replace('nurses', '<a href=mailto:a@b.test>nurses</a>')}</p>",
        f"<p>{LINE.replace('the nurses', '<a href=/x>here</a>')}</p>",
        f"<section><strong>{LINE}</strong><br><a href='/y'>Another line</a></section>",
        f"<div>{LINE}<form><input></form></div>",
    ],
)
def test_a_line_that_a_link_makes_ends_or_leads_to_an_offer_is_set_apart(page: str) -> None:
    line = LINE.replace("the nurses", "here") if ">here<" in page else LINE
    assert apart(page, line)
