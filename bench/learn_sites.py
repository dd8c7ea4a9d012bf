"""Made-up news sites for `bench/learn.py`: their stories, their lines of the house, and what repeats and is text."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

ARTICLES = 60
BEGIN = datetime(2026, 3, 2, 6, tzinfo=UTC)
SITES = (
    ("english", "plain"), ("arabic", "boxes"), ("german", "inline"), ("spanish", "boxes"), ("russian", "inline"),
    ("turkish", "plain"), ("chinese", "inline"), ("hindi", "boxes"), ("english", "inline"), ("chinese", "plain"),
)  # fmt: skip
TEMPLATES = {
    "plain": ("<article><h1>{title}</h1>{body}</article>", "<p>{text}</p>", "<p>{text}</p>"),
    "boxes": (
        '<main><h1>{title}</h1><div class="story">{body}</div></main>',
        "<div><p>{text}</p></div>",
        '<div class="b7"><p><em>{text}</em></p></div>',
    ),
    "inline": (
        '<section class="text"><header><h1>{title}</h1></header>{body}</section>',
        '<p class="t">{text}</p>',
        '<p class="t"><strong>{text}</strong></p>',
    ),
}


@dataclass(frozen=True, slots=True)
class Made:
    """One page. `article`: its number, the same for revisions; `text`: paragraphs that are its article's, `house`: lines of the
    house that are printed on it."""

    article: int
    url: str
    html: bytes
    text: tuple[str, ...]
    house: tuple[str, ...]


class _Words:
    def __init__(self, table: dict[str, Any], rng: random.Random) -> None:
        self._lists = {name: table[name].split("|") for name in "svot"}
        self._order, self._rng = table["order"], rng

    def sentence(self) -> str:
        drawn = {name: self._rng.choice(each) for name, each in self._lists.items()}
        return str(self._order).format(n=self._rng.randrange(12, 990), **drawn)

    def headline(self, number: int) -> str:
        return (
            f"{self._rng.choice(self._lists['o']).capitalize()} {self._rng.choice(self._lists['s'])} {number * 7 + 13}"
        )

    def paragraph(self) -> str:
        return " ".join(self.sentence() for _ in range(self._rng.randrange(2, 5)))


def site(language: str, template: str, rng: random.Random) -> list[Made]:
    """The pages of one site: `ARTICLES` articles over two weeks, twelve of them about one affair, four of one text, six of
    them fetched twice."""
    table = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))[language]
    words = _Words(table, rng)
    made: list[Made] = []
    copied = tuple(words.paragraph() for _ in range(5))
    for number in range(ARTICLES):
        title = words.headline(number)
        text = [words.paragraph() for _ in range(rng.randrange(3, 7))]
        if number % 5 == 0:
            title = f"{table['affair']}: {title}"
            text[0] = f"{table['affair']}: {text[0]}"
            text += table["background"]
        if number in (7, 22, 38, 51):
            text = list(copied)
        if number % 6 == 2:
            text.append(table["stock"])
        elif number % 9 == 3:
            text.insert(2, table["stock"])
        if number % 3 == 1:
            text.insert(2, table["speaker"])
        if number % 8 == 3 and "note" in table:
            text.append(table["note"])
        if language == "english" and number % 4 == 1:
            text.insert(0, "BELLFORD (AP) —")
        pages = [(text, 0)] + ([([*text, words.paragraph()], 5)] if number % 10 == 9 else [])
        made += [_page(table, template, number, title, paragraphs, hours) for paragraphs, hours in pages]
    return made


def _page(table: dict[str, Any], template: str, number: int, title: str, text: list[str], hours: int) -> Made:
    code, house = table["code"], list(table["all"])
    url = f"https://{code}.news.test/2026/{number}"
    at = BEGIN + timedelta(hours=5.5 * number + hours)
    frame, plain, own = TEMPLATES[template]
    pieces = [plain.format(text=escape(each)) for each in text]
    if number % 2:
        pieces.insert(2, own.format(text=escape(table["between"])))
        house.append(table["between"])
    if number % 4 == 2:
        pieces.insert(len(pieces) - 1, f"<h2>{escape(str(table['subhead']))}</h2>")
        text = [*text, table["subhead"]]
    if number % 3 == 0:
        house.append(table["third"])
    if number % 6 == 1:
        house.append(table["about"])
    pieces += [own.format(text=escape(each)) for each in house if each != table["between"]]
    html = (
        f'<!DOCTYPE html><html lang="{code}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta property="og:type" content="article"><meta property="og:title" content="{escape(title)}">'
        f'<meta property="article:published_time" content="{at.isoformat()}"></head><body>'
        '<nav><a href="/">1</a> <a href="/2">2</a></nav>'
        + frame.format(title=escape(title), body="\n".join(pieces))
        + '<footer><a href="/about">3</a></footer></body></html>'
    )
    return Made(number, url, html.encode(), tuple(text), tuple(house))
