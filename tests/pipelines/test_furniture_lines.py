"""No paragraph of a story is lost by the words it begins with, in a text or between two versions of it; what a publisher
says of itself is."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest

from pipelines import fingerprint, furniture
from pipelines.body import Paragraph
from pipelines.signs import Signs
from pipelines.tree import parse_text
from pipelines.trims import Trimmed, trim
from storage.models import Article, Wording

LINES = tomllib.loads((Path(__file__).parent / "furniture_lines.toml").read_text(encoding="utf-8"))
WITHIN = [(language, line) for language, lines in LINES["text"].items() for line in lines]
UNDER = [(language, line) for language, lines in LINES["end"].items() for line in lines]
PROSE = tuple(
    f"Paragraph number {n} tells what happened at the port on Monday, and who had seen it coming for years before."
    for n in range(6)
)
SUBHEADS = [
    "Related charges in Kiel", "Promoted to the first league", "Sponsored by the state", "More in common than they think",
    "Latest in a long line of wrecks", "All in one day", "Comment", "Responses to the ruling", "Thoughts on the tide",
    "Loading of grain", "Mehr Themen als Zeit: So war der Tag der Fischer",
    "Weitere Meldungen über Sturmschäden gab es an der Küste zunächst nicht",
]  # fmt: skip


def trimmed(*lines: str | Paragraph, authors: tuple[str, ...] = ("Ada Byron",)) -> Trimmed:
    paragraphs = tuple(line if isinstance(line, Paragraph) else Paragraph("text", line) for line in lines)
    return trim(paragraphs, headlines=("Port reopens after repairs",), authors=authors, lead=None)


def kept(result: Trimmed) -> list[str]:
    return [paragraph.text for paragraph in result.paragraphs]


@pytest.mark.parametrize(("language", "line"), WITHIN)
def test_a_sentence_of_a_story_that_sounds_like_furniture_stays_and_is_a_change(language: str, line: str) -> None:
    assert kept(trimmed(*PROSE[:3], line, *PROSE[3:])) == [*PROSE[:3], line, *PROSE[3:]], language
    assert kept(trimmed(*PROSE, line)) == [*PROSE, line], language
    assert not _same([*PROSE[:3], line, *PROSE[3:]], PROSE), language


@pytest.mark.parametrize(("language", "line"), UNDER)
def test_a_sentence_at_the_end_of_a_story_is_no_tail_and_introduces_no_author(language: str, line: str) -> None:
    result = trimmed(*PROSE, line)
    assert kept(result) == [*PROSE, line], language
    assert result.tail == [], language


@pytest.mark.parametrize(
    ("rule", "line"), [(rule, line) for rule, lines in LINES["furniture"].items() for line in lines]
)
def test_what_a_publisher_says_of_itself_goes_and_is_no_change(rule: str, line: str) -> None:
    result = trimmed(*PROSE[:3], line, *PROSE[3:])
    assert result.dropped == [(rule, line)]
    assert kept(result) == list(PROSE)
    assert _same([*PROSE[:3], line, *PROSE[3:]], PROSE)


@pytest.mark.parametrize("line", SUBHEADS)
def test_a_subhead_with_text_under_it_stays(line: str) -> None:
    text = [*PROSE[:4], line, "The tide turned at noon, and nobody was left on the quay but the two of them.", PROSE[5]]
    assert kept(trimmed(*text[:4], Paragraph("head", line), *text[5:])) == text


def test_news_behind_a_heading_of_other_news_stays_and_their_headlines_do_not() -> None:
    head, market = (
        Paragraph("head", "Other news"),
        ["Gold fell 1 percent to $2,000 an ounce.", "The euro stood at 1.08 dollars."],
    )
    assert kept(trimmed(*PROSE, head, *market)) == [*PROSE, *market]
    assert kept(trimmed(*PROSE, head, "Ships wait off the coast", "Trains wait at the border")) == list(PROSE)


def test_points_of_a_resolution_are_text_and_no_copyright() -> None:
    points = ["(a) Decides to extend the mandate;", "(b) Requests a report;", "(c) 2026 is to be the year of the port;"]
    result = trimmed(PROSE[0], *points, "(c) Calls upon all parties to stop the fire;", PROSE[1])
    assert kept(result) == [PROSE[0], *points, "(c) Calls upon all parties to stop the fire;", PROSE[1]]
    assert result.copyright is None


def test_a_refrain_stays_and_a_pull_quote_or_a_paragraph_printed_twice_does_not() -> None:
    refrain = "We shall not be moved, just like a tree by the water."
    assert kept(trimmed(PROSE[0], refrain, PROSE[1], refrain, PROSE[2])) == [
        PROSE[0],
        refrain,
        PROSE[1],
        refrain,
        PROSE[2],
    ]
    assert kept(trimmed(PROSE[0], refrain, refrain, PROSE[1])) == [PROSE[0], refrain, PROSE[1]]
    assert kept(trimmed(PROSE[0], refrain, PROSE[1], Paragraph("quote", refrain))) == [PROSE[0], refrain, PROSE[1]]


def test_an_author_is_introduced_under_the_text_but_not_one_that_the_text_is_about() -> None:
    line = "Ada Byron covers harbours and ships for the agency."
    assert kept(trimmed(*PROSE, line)) == list(PROSE)
    about = "The first to see the smoke over the quay was Ada Byron, who has lived on the pier for years."
    assert kept(trimmed(about, *PROSE, line)) == [about, *PROSE, line]


def test_a_line_without_a_full_stop_that_is_added_above_or_under_a_text_is_a_change() -> None:
    flash = "Explosion heard in the centre of the capital"
    assert not _same([*PROSE, flash], PROSE)
    assert not _same([flash, *PROSE], PROSE)
    assert _same([*PROSE[:3], "A night at anchor", *PROSE[3:]], PROSE), "a subhead"


CALLS = [
    "Sign up for the navy or go to jail: the newsletter of the junta leaves no choice.",
    "Support our mission on the reef has been waning for months.",
    "Leave a comment and go to prison: the new law takes force on Friday.",
    "Comments are closed for good at the paper that the junta took over.",
    "Check your inbox: the mails of the harbour bank are forged.",
]


@pytest.mark.parametrize("line", CALLS)
@pytest.mark.parametrize(
    "markup", ["<p>{}</p>", "<p><a href='/x'>{}</a></p>", "<p><em>{}</em></p>", "<div>{}<form></form></div>"]
)
def test_a_call_that_could_be_a_storys_is_the_publishers_where_its_make_says_so(markup: str, line: str) -> None:
    texts = [*PROSE[:3], line, *PROSE[3:]]
    page = "".join(f"<p>{text}</p>" if text != line else markup.format(line) for text in texts)
    root = parse_text(f"<html><body><article>{page}<p>See <a href='/y'>there</a>.</p></article></body></html>")
    paragraphs = tuple(Paragraph("text", text) for text in texts)
    result = trim(paragraphs, headlines=(), authors=(), lead=None, signs=Signs(root))
    assert (line in kept(result)) is (markup == "<p>{}</p>")


def test_the_make_of_a_page_of_nothing_but_links_is_read_in_a_moment() -> None:
    page = "<div>" * 100 + "<p>Check your inbox: all of it is <a href='/x'>forged</a> now.</p>" * 20_000
    signs = Signs(parse_text(f"<html><body>{page}</body></html>"))
    begun = time.process_time()
    for number in range(2_000):
        signs.apart(f"Check your inbox: all of it is forged {number}.")
    assert time.process_time() - begun < 2


def _same(one: list[str], other: tuple[str, ...]) -> bool:
    title, new, old = "Port reopens after repairs", "\n\n".join(one), "\n\n".join(other)
    article = Article(
        source="wire", key="id:1", url="https://wire.test/1", canonical_url="https://wire.test/1", title=title, body=new,
        content_hash=fingerprint.content_hash(title, None, new), extractor="1",
    )  # fmt: skip
    return furniture.same(article, Wording(title=title, lead=None, body=old))
