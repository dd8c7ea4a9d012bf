"""A story of one or two lines is those lines, not the menu, the headline and the byline before them."""

from __future__ import annotations

import pytest

from pipelines.extractor import extract
from storage.models import Article, Page, Profile

URL = "https://wire.test/2026/09/01/quake-off-the-coast"


def read(inner: str, title: str, language: str = "en") -> Article:
    html = f"<html lang={language}><head><title>{title}</title></head><body>{inner}</body></html>"
    found = extract(Page(URL, URL, html.encode(), "2026-09-01T12:00:00Z", Profile("wire"), charset="utf-8"))
    assert found.article is not None, found.reason
    return found.article


MENU = (
    "<header><a href='/'>The Wire</a><nav><a href='/w'>World</a></nav></header>"
    "<div class=menu><a href='/s'>Sport</a></div>"
)
CASES = [
    ("en", "Weather agency reports quake off coast",
     "OSLO, Sept 1 (Harbour) - A quake was felt off the coast on Tuesday, an agency said.", "OSLO"),
    ("ru", "У побережья произошло землетрясение",
     "ТОКИО, 1 сентября. /ТАСС/. Землетрясение магнитудой 5,1 произошло у побережья.", "ТОКИО"),
    ("zh", "快讯：近海发生地震", "新华社东京9月1日电 近海星期二发生5.1级地震，港口没有受损。", "东京"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "title", "line", "place"), CASES)
@pytest.mark.parametrize(
    "make",
    ["<h1>{0}</h1><p>{1}</p>", "<div><b>{0}</b><br>{1}</div>",
     "<main><article><header><h1>{0}</h1></header><div class=text><p>{1}</p></div></article></main>",
     "<article><h1>{0}</h1><p class=date>1.9.2026</p><div>{1}</div></article>"],
)  # fmt: skip
def test_a_flash_is_its_line_and_has_its_dateline(language: str, title: str, line: str, place: str, make: str) -> None:
    footer = "<footer><p>© The Wire, all rights reserved</p></footer>"
    article = read(MENU + make.format(title, line) + footer, title, language)
    assert article.body == line
    assert article.dateline is not None
    assert article.dateline.place == place


def test_the_lines_of_a_flash_stay_apart() -> None:
    lines = ("Two ferries met in fog off Oslo on Tuesday, the coast guard said.", "Nobody was hurt.")
    title = "Two ferries meet in fog"
    article = read(f"{MENU}<article><h1>{title}</h1>{''.join(f'<p>{line}</p>' for line in lines)}</article>", title)
    assert article.body.split("\n\n") == list(lines)
