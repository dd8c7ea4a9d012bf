"""Pages made to be slow, large or damaged: one maker a kind, at the sizes that such pages were met with.

`pages(scale)`: 1.0 for the full sizes, less for a quick look. A page with `keeps` holds a story whose last words must be
in the article that comes of it; the others may end as an article or with a reason.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

CONTROLS = (*range(1, 9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF)
"""The 30 numbers of C0 controls (but tab and the ends of lines) and non-characters, by which libxml2 loses a text."""
SPELLINGS = ("&#{0};", "&#{0}", "&#x{0:X};", "&#x{0:06x};")
TORN = ("<p>", "</p>", "<div>", "</b>", "<b>", "word ", "&#", "<!--")
ENTRY = "<div class='live-entry'><time datetime='2026-09-01T10:{0:02}:00Z'>10:{0:02}</time><p>Entry {1} says more.</p></div>"
CARD = "<div class='card'><a href='/n/1'><h3>A story of today</h3></a><p>It is told there.</p></div>"
COMMENT = "<p>I think that it is all wrong, as always.</p>"
LAST_WORDS = "so the last sentence of the port's story ends at the quay."
STORY = "".join(
    f"<p>Sentence {n} of the story tells how the port was repaired, who paid for it and what the mayor said.</p>"
    for n in range(8)
)


@dataclass(frozen=True, slots=True)
class HostilePage:
    """How its bytes are made, the charset of its header, whether the words of its story must be kept, and the reason that it
    must end with where it is none (`reason`)."""

    make: Callable[[], bytes]
    charset: str | None = None
    keeps: bool = False
    reason: str | None = None


def story(before: str = "", after: str = "", head: str = "", title: str = "Port reopens after repairs") -> str:
    """A plain article with something hostile around it."""
    return (
        f"<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{before}{STORY}"
        f"<p>And {LAST_WORDS}</p>{after}</article></body></html>"
    )


def referenced(number: int, spelling: str) -> bytes:
    """A story with one control reference in the middle of a sentence."""
    reference = spelling.format(number)
    return story(before=f"<p>The harbour{reference} master, who was there, said that the work was done.</p>").encode()


def _json_ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


def _dated(text: str) -> str:
    return _json_ld(json.dumps({"@type": "NewsArticle", "headline": "Port reopens", "datePublished": text}))


def _attributes(count: int) -> str:
    return story(before="<p " + " ".join(f'a{n}="x"' for n in range(count)) + ">attributes</p>")


def _deep(count: int) -> str:
    return "<html><body>" + "<div>" * count + story() + "</div>" * count + "</body></html>"


def _wall(title: str, text: str) -> bytes:
    return f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>{text}</p></body></html>".encode()


def _witness(count: int) -> str:
    """A page of so many paragraphs, of which its own data tells every other one and as many that it does not print."""
    lines = [f"Paragraph number {n} has its own words, and it ends as a sentence does." for n in range(2 * count)]
    data = {"@type": "NewsArticle", "headline": "Port reopens", "articleBody": "\n".join(lines[::2])}
    return story(head=_json_ld(json.dumps(data)), before="".join(f"<p>{line}</p>" for line in lines[:count]))


def _live(count: int) -> str:
    """A declared live blog of so many entries, all of them in its data, too."""
    told = [
        {"@type": "BlogPosting", "articleBody": f"Entry {n} says more.", "datePublished": "2026-09-01T10:00:00Z"}
        for n in range(count)
    ]
    data = {"@type": "LiveBlogPosting", "headline": "Port reopens", "liveBlogUpdate": told}
    return story(head=_json_ld(json.dumps(data)), after="".join(ENTRY.format(n % 60, n) for n in range(count)))


def _bold(count: int, *, alone: bool = False) -> str:
    words = "<b>a</b>" * count
    return f"<html><body>{words}</body></html>" if alone else story(before=f"<p>{words}</p>")


def _paragraphs(count: int) -> str:
    return story(before="".join(f"<p>Paragraph {n} has its own words.</p>" for n in range(count)))


def pages(scale: float = 1.0) -> dict[str, HostilePage]:
    """Name -> page. `scale` shrinks what is counted in thousands."""

    def count(full: int) -> int:
        return max(1, int(full * scale))

    def made(make: Callable[[], str], *, keeps: bool = False) -> HostilePage:
        return HostilePage(lambda: make().encode(), keeps=keeps)

    found: dict[str, HostilePage] = {}
    for depth in (250, 256, 1_000, 10_000, 100_000, 1_000_000):
        deep = count(depth) if depth > 1_000 else depth
        found[f"depth {depth:,}"] = made(partial(_deep, deep), keeps=depth <= 256)
    for number in (5_000, 10_000, 20_000):
        found[f"{number:,} bold words"] = made(partial(_bold, count(number)), keeps=True)
        found[f"{number:,} bold words alone"] = made(partial(_bold, count(number), alone=True))
    for number in (40_000, 60_000, 80_000, 1_000_000):
        # libxml2 compares each attribute of an element with those before it.
        found[f"{number:,} attributes"] = made(partial(_attributes, count(number)), keeps=True)
    for number in (40_000, 200_000):
        found[f"{number:,} paragraphs"] = made(partial(_paragraphs, count(number)))
    found |= {
        "100,000 equal paragraphs": made(lambda: story(before="<p>The same words once more.</p>" * count(100_000))),
        "100,000 table rows": made(
            lambda: story(before=f"<table>{'<tr><td>a</td><td>1</td></tr>' * count(100_000)}</table>")
        ),
        "300,000 line breaks": made(lambda: story(before=f"<p>{'word<br>' * count(300_000)}</p>")),
        "a table cell over 1,000,000,000 columns": made(
            lambda: story(before="<table><tr><td colspan='1000000000' rowspan='100000'>a</td></tr></table>"), keeps=True
        ),
        "100,000 links": made(
            lambda: story(after="".join(f"<li><a href='/n/{i}'>Headline {i} of today</a></li>" for i in range(count(100_000))))
        ),
        "100,000 links of one paragraph": made(lambda: story(before=f"<p>{'<a href=/n>word</a> ' * count(100_000)}</p>")),
        "100,000 headings": made(lambda: story(before="<h2>A headline of four words</h2>" * count(100_000))),
        "100,000 nested lists": made(lambda: story(before="<ul><li>" * count(100_000))),
        "100,000 unclosed tags": made(lambda: story(before="<b><i><p>word " * count(100_000))),
        "100,000 time elements": made(
            lambda: story(before="<time datetime='2026-09-01T10:00:00Z'>10:00</time>" * count(100_000)), keeps=True
        ),
        "100,000 meta elements": made(
            lambda: story(head="<meta property='article:tag' content='tag'>" * count(100_000)), keeps=True
        ),
        "a class of 5,000,000 letters": made(lambda: story(before=f"<div class='{'related-' * count(625_000)}'>a</div>")),
        "an image's address of 5,000,000 letters": made(
            lambda: story(before=f"<img src='{'a/' * count(2_500_000)}.jpg' alt='x'>"), keeps=True
        ),
        "a text of 12,000,000 letters": made(lambda: story(before=f"<p>{'word ' * count(2_400_000)}</p>")),
        "a word of 12,000,000 letters": made(lambda: story(before=f"<p>{'a' * count(12_000_000)}</p>")),
        "a text of 6,000,000 spaces": made(lambda: story(before=f"<p>a{' ' * count(6_000_000)}b</p>")),
        "a headline of 6,000,000 letters": made(
            lambda: story(head=_json_ld(json.dumps({"@type": "NewsArticle", "headline": "word " * count(1_200_000)})))
        ),
        "a title of 6,000,000 letters": made(lambda: story(title="word " * count(1_200_000))),
        "JSON-LD 100,000 deep": made(lambda: story(head=_json_ld("[" * count(100_000) + "]" * count(100_000))), keeps=True),
        "JSON-LD objects 100,000 deep": made(
            lambda: story(head=_json_ld('{"@graph":' * count(100_000) + "1" + "}" * count(100_000))), keeps=True
        ),
        "JSON-LD of wrong types": made(
            lambda: story(
                head=_json_ld(
                    json.dumps(
                        {"@type": ["NewsArticle", 7, None], "headline": {"a": [1]}, "datePublished": ["2026", {}],
                         "author": [[["x"]], 5, {"name": {"@value": 3}}], "image": [[1]], "hasPart": "x",
                         "articleBody": {"a": 1}, "liveBlogUpdate": [3, "x", {"articleBody": 4}], "keywords": 5,
                         "isAccessibleForFree": [], "mainEntityOfPage": 9, "publisher": [None]}
                    )
                )
            ),
            keeps=True,
        ),
        "20,000 JSON-LD scripts": made(
            lambda: story(head=_json_ld('{"@type":"NewsArticle","headline":"Port reopens"}') * count(20_000)), keeps=True
        ),
        "a JSON-LD number of 200,000 digits": made(
            lambda: story(head=_json_ld('{"@type":"NewsArticle","headline":' + "9" * count(200_000) + "}")), keeps=True
        ),
        "a date of 200,000 digits": made(lambda: story(head=_dated("2" * count(200_000))), keeps=True),
        "a date of 50,000 days": made(lambda: story(head=_dated("1 January " * count(50_000))), keeps=True),
        "a date of 500,000 spaces": made(lambda: story(head=_dated("1" + " " * count(500_000) + "May")), keeps=True),
        "text lines of dates": made(lambda: story(before="<p>1 January 2026 </p>" * count(20_000))),
        "a day that there is not": made(lambda: story(head=_dated("2024-02-30")), keeps=True),
        "a month that there is not": made(lambda: story(head=_dated("2024-13-01")), keeps=True),
        "a time to come": made(lambda: story(head=_dated("2099-11-23T23:30:00-08:00")), keeps=True),
        "the year 1": made(lambda: story(head=_dated("0001-01-01T00:00:00Z")), keeps=True),
        "the year 1970": made(lambda: story(head=_dated("1970-01-01T00:00:00Z")), keeps=True),
        "raw NULs": HostilePage(lambda: story().replace("the port", "the\x00 port").encode(), keeps=True),
        "raw controls": HostilePage(
            lambda: story().replace("the port", "the\x01\x02\x1f\x7f port").encode(), keeps=True
        ),
        "windows-1252 said to be UTF-8": HostilePage(
            lambda: story(before="<p>Café naïve “quoted” résumé of the day.</p>").encode("cp1252"), "utf-8", keeps=True
        ),
        "UTF-16 without its mark": HostilePage(lambda: story().encode("utf-16-le")[:-1], "utf-16"),
        "UTF-16 cut in a character": HostilePage(lambda: story().encode("utf-16")[:-1], "utf-16"),
        "UTF-7": HostilePage(lambda: story(before="<p>+ADw-script+AD4-</p>").encode(), "utf-7", keeps=True),
        "lone surrogates": HostilePage(
            lambda: story(before="<p>One \ud800 and \udfff.</p>").encode("utf-8", "surrogatepass"), "utf-8", keeps=True
        ),
        "an encoding that there is not": HostilePage(lambda: story().encode(), "no-such\x00charset", keeps=True),
        "random bytes": HostilePage(lambda: random.Random(7).randbytes(count(1_000_000))),
        "random tags": made(
            lambda: "".join(random.Random(7).choices(TORN, k=count(500_000)))
        ),
        "a PDF": HostilePage(lambda: b"%PDF-1.7\n" + random.Random(7).randbytes(count(200_000))),
        "links that run scripts": made(
            lambda: story(before="<p>See <a href='javascript:alert(1)'>this</a> and <a href='data:text/html,x'>that</a>.</p>"),
            keeps=True,
        ),
        "a script in the text": made(
            lambda: story(before="<p>Text &lt;script&gt;alert(1)&lt;/script&gt;.<script>alert(2)</script></p>"), keeps=True
        ),
        "entities of 1,000,000 ampersands": made(lambda: story(before=f"<p>{'&' * count(1_000_000)}</p>")),
        "500,000 references": made(lambda: story(before=f"<p>{'&#1;&#x41;' * count(500_000)}</p>")),
        "comments of 1,000,000 dashes": made(lambda: story(before="<!-" + "-" * count(1_000_000) + ">"), keeps=True),
        "100,000 templates": made(lambda: story(before="<p>{{ item.title }}</p>" * count(100_000)), keeps=True),
        "100,000 live entries": made(
            lambda: story(after="".join(
                ENTRY.format(i % 60, i)
                for i in range(count(100_000))
            ))
        ),
        "a declared live blog of 20,000 entries": made(lambda: _live(count(20_000))),
        "a witness of 40,000 paragraphs": made(lambda: _witness(count(40_000))),
        "20,000 links beside 20,000 paragraphs": made(
            lambda: story(
                before="".join(f"<p>Paragraph {n} has its own words.</p>" for n in range(count(20_000))),
                after="".join(f"<a href='/n/{n}'>Headline {n} of today's stories</a>" for n in range(count(20_000))),
            )
        ),
        # 0.13 ms each: 100,000 of them (9 MB) take 13 s, and end as `extract_timeout`.
        "40,000 cards": made(lambda: story(after=CARD * count(40_000)), keeps=True),
        "100,000 figures": made(
            lambda: story(after="<figure><img src='/a.jpg'><figcaption>The harbour.</figcaption></figure>" * count(100_000)),
            keeps=True,
        ),
        "50,000 comments": made(
            lambda: story(after=f"<div class='comments'>{COMMENT * count(50_000)}</div>")
        ),
        "a consent wall": HostilePage(
            lambda: _wall("Before you continue", "We and our partners use cookies to store and access data on your device. "
                          "Accept all cookies or manage your choices. You can withdraw your consent at any time."),
            reason="consent_wall",
        ),
        "a soft 404": HostilePage(
            lambda: _wall("Page not found", "Sorry, the page you are looking for does not exist or has been moved."),
            reason="soft_404",
        ),
        "a call for JavaScript": HostilePage(
            lambda: _wall("Loading", "Please enable JavaScript in your browser to view this page."), reason="javascript_wall"
        ),
        "a bot check": HostilePage(
            lambda: _wall("Just a moment...", "Please verify that you are a human by completing the captcha below."),
            reason="bot_check",
        ),
        "a login wall": HostilePage(
            lambda: _wall("Log in", "Please log in or register to continue reading this article."), reason="login_wall"
        ),
        "100,000 hidden boxes": made(lambda: story(after="<div hidden>word <p style='display:none'>" * count(100_000))),
        "nothing": HostilePage(lambda: b""),
        "only spaces": HostilePage(lambda: b" \n" * count(1_000_000)),
    }  # fmt: skip
    return found
