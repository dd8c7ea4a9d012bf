"""What a page's owner makes as long as he likes takes time by its length, not by its square."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from pipelines import attribution, cards, complete, fingerprint, headmatter, home, jsonld, tags, tree
from pipelines.body import Body, Paragraph
from pipelines.jsonld import Claims


def lines_of_agencies(count: int) -> Callable[[], object]:
    """So many short lines that may name an agency, beside a headline, in one element."""
    lines = "<b>AP</b> <i>dpa</i><br>" * count
    parsed = tree.parse(f"<body><h1>Harbour</h1><div class='list'>{lines}</div></body>".encode(), "utf-8")
    assert parsed is not None
    return lambda: attribution.read(parsed.root, tags.Tags(), Claims(), "https://a.test/1")


def headlines(count: int) -> Callable[[], object]:
    rows = "".join(f"<div class='card list'><h1>Harbour {n}</h1><p>AP</p></div>" for n in range(count))
    parsed = tree.parse(f"<body>{rows}<p>{'The harbour was closed. ' * 9}</p></body>".encode(), "utf-8")
    assert parsed is not None
    return lambda: attribution.read(parsed.root, tags.Tags(), Claims(), "https://a.test/1")


def script_of_blanks(count: int) -> Callable[[], object]:
    html = f'<script type="application/ld+json">{{"a": 1}}{" " * 20 * count}x</script>'
    parsed = tree.parse(html.encode(), "utf-8")
    assert parsed is not None
    return lambda: jsonld.read(parsed.root)


def piled_marks(count: int) -> Callable[[], object]:
    text = ("e" + "\u0301" * 29 + " word " + "\u0301" * 200) * (count // 20)
    return lambda: fingerprint.content_hash("t", None, text)


def times_in_a_line(count: int) -> Callable[[], object]:
    parsed = tree.parse(f"<body><h1>Harbour</h1><p>{'<time>3 Nov</time> ' * count}</p></body>".encode(), "utf-8")
    assert parsed is not None
    return lambda: headmatter.lines_of(parsed.root)


def links_in_paragraphs_in_one_another(count: int) -> Callable[[], object]:
    boxes = "".join(f"<p><x-y><a href='/story/{n}'>Harbour {n}</a>" for n in range(count // 16))
    links = "".join(f"<a href='/other/{n}'>Ferry {n}</a> " for n in range(count))
    parsed = tree.parse(f"<body><h1>Harbour</h1>{boxes}{links}</body>".encode(), "utf-8")
    assert parsed is not None
    return lambda: cards.find(parsed.root, "a.test", 100 * count)


def short_paragraphs_deep_down(count: int) -> Callable[[], object]:
    """As many boxes around the text as a parser takes, each of a name that speaks against it."""
    boxes = "<div class='related'>" * (count // 16)
    lines = "".join(f"<p>Some words of a text, number {n}.</p>" for n in range(count // 2))
    parsed = tree.parse(f"<body><h1>Harbour</h1>{boxes}{lines}</body>".encode(), "utf-8")
    assert parsed is not None
    return lambda: home.find(parsed.root, ("Harbour",))


def paragraphs_that_were_found(count: int) -> Callable[[], object]:
    texts = tuple(f"Paragraph {n} has its own words, and it ends as a sentence does." for n in range(count))
    body = Body(tuple(Paragraph("text", text) for text in texts), "home")
    return lambda: (complete.left(body, texts), complete.told(body, texts, " ".join(texts)))


@pytest.mark.parametrize(
    "make",
    [
        paragraphs_that_were_found,
        times_in_a_line,
        links_in_paragraphs_in_one_another,
        short_paragraphs_deep_down,
        lines_of_agencies,
        headlines,
        script_of_blanks,
        piled_marks,
    ],
)
def test_four_times_as_much_takes_four_times_as_long(make: Callable[[int], Callable[[], object]]) -> None:
    def took(count: int) -> float:
        run = make(count)
        best = float("inf")
        for _ in range(3):
            began = time.process_time()
            run()
            best = min(best, time.process_time() - began)
        return best

    assert took(8_000) < 9 * took(2_000) + 0.05
