"""A line is set apart by a link that makes it, not by one somewhere in it or beside it."""

from __future__ import annotations

import pytest

from pipelines import labels, margins
from pipelines.signs import OFFERED, Signs
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
        f"<p>{LINE.replace('our work, the nurses', 'our <a href=/x>work</a> as others')}</p>",
    ],
)
def test_a_line_that_a_link_makes_ends_or_leads_to_an_offer_is_set_apart(page: str) -> None:
    line = LINE.replace("the nurses", "here") if ">here<" in page else LINE
    line = line.replace("our work, the nurses", "our work as others") if "as others" in page else line
    assert apart(page, line)


def plain(text: str) -> bool:
    """The make of a paragraph without links or emphasis."""
    return not text


@pytest.mark.parametrize(
    "line",
    ["会員登録すると殺すと脅された、と漁師は訴えた。", "ログインが必要な港の仕組みに批判が出ている。",
     "アプリで読む船長が増えたと組合は話す。", "この記事は会員制交流サイトで島中に広まった。",
     "扫描二维码后，渔民的钱全部消失。", "下载app后，船长收到了假短信。", "关注微信群里的谣言，港口警方拘留了两人。",
     "版权所有者在港口城市起诉了该公司。", "Originally published in 1931, the chart is still used by sailors.",
     "This article was first published in 1848, and a sailor wrote it."],
)  # fmt: skip
def test_a_whole_sentence_that_begins_like_a_call_or_a_note_of_rights_is_text_by_its_make(line: str) -> None:
    assert not labels.promotion(line, apart=plain)
    assert not labels.copyright_line(line, apart=plain)
    assert not margins.time_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "会員登録すると続きをお読みいただけます。",
        "扫描二维码，请关注我们的公众号。",
        "下载客户端",
        "アプリで読む",
        "ログインして続きはこちら。",
    ],
)
def test_what_says_so_to_readers_is_a_call_in_scripts_without_blanks(line: str) -> None:
    assert labels.promotion(line, apart=plain)


@pytest.mark.parametrize(
    "line",
    ["Bericht der Hafenkommission: 14 Boote sanken.", "Redaktion: Die Setzer der Zeitung streiken seit dem Morgen.",
     "Автор: шторм унёс лодку, писал он сам."],
)  # fmt: skip
def test_a_sentence_behind_the_word_for_its_author_is_no_tail(line: str) -> None:
    assert not labels.tail(line)


def test_a_headline_that_opens_with_an_agency_is_no_credit() -> None:
    assert not labels.photo("Getty Images / Shutterstock merger is approved")
    assert labels.photo("Getty Images / Jane Miller")
    assert not margins.time_line("发布时间是2026年11月3日。")
    assert margins.time_line("发布时间：2026年11月3日 10:05")


def test_the_expression_for_small_letters_asks_for_no_capital() -> None:
    assert OFFERED.pattern == OFFERED.pattern.lower()
