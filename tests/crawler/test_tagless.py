"""Tags are taken out of a feed's HTML the same whether it is parted at each `<` or read by expressions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.discovery import tagless

PIECES = (
    "<", ">", "</", "<p>", "</p>", '<p class="x">', "<P\n>", "<br/>", '<a href="x">', "</a>", "<script>", "</script>", "<x:p>",
    "<iframe:p>", "<figcaption>", "</figcaption>", "<!--", "-->", "<div", "<table-x>", "<3", "</ p>", "<!DOCTYPE html>", "<h1>",
    "<h7>", "<script", "words", " ", "\x00",
)  # fmt: skip


@pytest.mark.parametrize(
    ("html", "line", "several"),
    [
        ("<p>One <b>two</b></p>", " One two ", ["", "One two", ""]),
        ('a<br clear="all">b<x:p>c', "a b c", ["a", "b", "c"]),
        ("5 < 6 and <3 <unclosed", "5 < 6 and <3 <unclosed", ["5 < 6 and <3 <unclosed"]),
        ("a<figcaption>b</figcaption>c", "abc", ["a c"]),
        ("a<script>if (1 < 2) x()</script>b<!-- c -->", "a b", ["a b"]),
        ("<a<p>b>c", "c", ["<a", "b>c"]),
    ],
)
def test_tags_of_blocks_part_a_text_and_others_do_not(html: str, line: str, several: list[str]) -> None:
    assert (tagless.one_line(html), tagless.lines(html)) == (line, several)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=10).map("".join))
def test_the_quick_way_says_what_the_expressions_say(html: str) -> None:
    quick = tagless.one_line(html), tagless.lines(html)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tagless, "_quickly", lambda *_: None)
        assert quick == (tagless.one_line(html), tagless.lines(html))
