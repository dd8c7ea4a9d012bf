"""Whole pages of our own making, in the shapes that agencies use."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import pytest

from pipelines import body, languages
from pipelines.extractor import extract
from pipelines.warming import warm
from storage.models import Article, Page, Profile

URL = "https://wire.test/economy/1181182"
PARAGRAPHS = (
    "KIEL, October 2. /WIRE/. The port of Kiel reopened on Monday after repairs that lasted two years, the mayor said.",
    "“All berths are free again,” she said, and added that the first ferry had left before noon with four hundred passengers.",
    "The repairs cost 84 million euros, a third more than planned, according to the harbour authority's report of last week.",
    "Ships had to wait off the coast for days in the winter, and the fish market moved to the neighbouring town for a season.",
)
SUBHEAD = "What the town expects"
PROFILE = Profile(
    source="wire", agency="WIRE", timezone="Europe/Berlin", languages=("en",), body=("div.text-block",),
    lead=("div.header__lead",), title=("h1.header__title",),
    drop=("div.read-more",), title_suffix=(r"\s+-\s+[^-]*-\s+WIRE",), agency_id=r"/(\d+)$", version="3",
)  # fmt: skip
# The shape of an AngularJS agency site: templates as text before the article, the lead in an element of its own, the
# time in unix seconds, several text blocks, boxes between them.
ANGULAR = f"""<html><head><title>Port of Kiel reopens - Economy - WIRE</title><meta property="og:type" content="article">
<meta property="og:site_name" content="WIRE">
<meta property="og:title" content="Port of Kiel reopens - Economy - WIRE">
<meta property="og:image" content="https://wire.test/img/logo_share.png"></head>
<body data-ng-app="app"><div class="feed">{{{{day.date | date : 'd MMMM'}}}}
{{{{point.date * 1000 | date : 'HH:mm'}}}} {{{{point.title}}}} All news</div>
<div class="header"><h1 class="header__title">Port of Kiel reopens</h1><dateformat time="1696237265" mode="abs"></dateformat>
<div class="header__lead">The first ferry left before noon</div></div>
<div class="media"><img src="/a.jpg"><div class="media-caption">The quay</div>© Ada Byron/WIRE</div>
<div class="text-content"><div class="text-block"><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p></div>
<div class="read-more"><b>Read also</b><a href="/economy/1">Ships wait off the coast</a></div>
<div class="text-block"><h2>{SUBHEAD}</h2><p>{PARAGRAPHS[2]}</p><p>{{{{item.subtitle}}}}</p><p>{PARAGRAPHS[3]}</p></div></div>
<div class="tags"><a>Port</a></div></body></html>"""


def page(html: str, profile: Profile = PROFILE, url: str = URL) -> Page:
    return Page(url, url, html.encode(), "2026-09-01T00:00:00Z", profile)


def article(given: Page) -> Article:
    extraction = extract(given)
    assert extraction.article is not None, extraction.reason
    return extraction.article


def test_an_agencys_page_gives_every_paragraph_and_nothing_else() -> None:
    found = article(page(ANGULAR))
    assert found.title == "Port of Kiel reopens"
    assert found.lead == "The first ferry left before noon"
    assert found.body == "\n\n".join([PARAGRAPHS[0], PARAGRAPHS[1], SUBHEAD, PARAGRAPHS[2], PARAGRAPHS[3]])
    assert found.subheads == (SUBHEAD,)
    assert found.published is not None
    assert (found.published.at, found.published.precision, found.published.origin) == (
        "2023-10-02T09:01:05Z",
        "second",
        "time",
    )
    assert (found.key, found.agency_id, found.authors, found.image_url) == ("id:1181182", "1181182", (), None)
    assert found.dateline is not None
    assert (found.dateline.place, found.dateline.date) == ("KIEL", "2023-10-02")
    assert found.body[found.dateline.length :].lstrip().startswith("The port of Kiel")
    assert found.extractor.endswith("profile 3")
    assert "trafilatura 2." in found.extractor


def test_what_was_dropped_is_said() -> None:
    rules = dict(extract(page(ANGULAR)).dropped)
    assert {"template", "profile"} <= rules.keys()


def test_the_general_way_finds_the_same_without_a_profile() -> None:
    found = article(page(ANGULAR, Profile(source="wire")))
    assert all(paragraph in found.body for paragraph in PARAGRAPHS)
    for noise in ("{{", "All news", "Read also", "Ships wait off the coast", "© Ada"):
        assert noise not in found.body
    assert found.title == "Port of Kiel reopens"


def test_a_selector_that_matches_nothing_falls_back_and_is_noted() -> None:
    extraction = extract(page(ANGULAR, replace(PROFILE, body=("div.new-layout",))))
    assert extraction.article is not None
    assert PARAGRAPHS[3] in extraction.article.body
    assert dict(extraction.sources)["body_selector"] == "matched nothing"


def test_a_selector_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError, match=r"p\["):
        extract(page(ANGULAR, replace(PROFILE, body=("p[",))))


@pytest.mark.parametrize(
    "reserve", ["<meta name='robots' content='noarchive'>", "<meta name='tdm-reservation' content='1'>"]
)
def test_where_rights_are_reserved_only_link_title_and_time_are_kept(reserve: str) -> None:
    found = article(page(ANGULAR.replace("<head>", "<head>" + reserve)))
    assert (found.rights, found.body, found.lead, found.tags, found.image_url, found.sketch, found.word_count) == (
        "reserved",
        "",
        None,
        (),
        None,
        (),
        0,
    )
    assert found.title == "Port of Kiel reopens"
    assert found.published is not None


def test_a_reservation_of_the_header_counts_and_leaves_no_text_anywhere() -> None:
    extraction = extract(replace(page(ANGULAR), reserved="X-Robots-Tag: noarchive"))
    assert extraction.article is not None
    assert extraction.article.rights == "reserved"
    assert extraction.detail == "X-Robots-Tag: noarchive"
    assert PARAGRAPHS[1] not in repr(extraction)


def test_extraction_is_a_function_of_the_page_alone() -> None:
    first, second = (replace(extract(page(ANGULAR)), ms=0.0, spent=()) for _ in range(2))
    assert first == second
    assert pickle.loads(pickle.dumps(first)) == first


@pytest.mark.parametrize("reference", ["&#1;", "&#x1f;", "&#xFFFF;"])
def test_a_control_reference_does_not_lose_the_article(reference: str) -> None:
    found = article(page(ANGULAR.replace("All berths", f"All{reference} berths"), Profile(source="wire")))
    assert "All berths are free again" in found.body


@pytest.mark.parametrize("depth", [300, 1000])
def test_a_deep_page_keeps_its_article(depth: int) -> None:
    html = ANGULAR.replace('<div class="text-content">', "<div>" * depth + '<div class="text-content">')
    assert PARAGRAPHS[3] in article(page(html)).body


def test_a_page_nested_beyond_reason_ends_with_a_reason() -> None:
    html = ANGULAR.replace('<div class="text-content">', "<div>" * 30_000 + '<div class="text-content">')
    extraction = extract(page(html))
    assert extraction.article is not None or extraction.reason in ("parser_limit", "no_text")


def test_line_breaks_part_paragraphs_after_a_full_stop_only() -> None:
    text = (
        "<br><br>".join(PARAGRAPHS[:2])
        + "<br>"
        + PARAGRAPHS[2].replace("a third", "<br>a third")
        + "<br>"
        + PARAGRAPHS[3]
    )
    found = article(
        page(
            "<html><head><title>Port of Kiel reopens</title></head><body><article><h1>Port of Kiel reopens</h1>"
            f"<div>{text}</div></article></body></html>",
            Profile(source="wire"),
        )
    )
    assert found.body == "\n\n".join(PARAGRAPHS)


def test_a_correction_is_marked_and_its_title_clean() -> None:
    found = article(page(ANGULAR.replace("Port of Kiel reopens", "CORRECTED-Port of Kiel reopens")))
    assert (found.marker, found.title) == ("correction", "Port of Kiel reopens")


def test_the_words_overrule_a_language_that_they_are_not_in() -> None:
    assert article(page(ANGULAR.replace("<html>", "<html lang='de'>"))).language == "en"
    assert article(page(ANGULAR.replace("<html>", "<html lang='en-GB'>"))).language == "en"


def test_warming_up_loads_nothing_that_few_pages_need(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, place = list[str](), body.place

    def noted(root: Any, url: str) -> Any:
        asked.append(url)
        return place(root, url)

    monkeypatch.setattr(body, "place", noted)
    monkeypatch.setattr(body, "full", lambda root, url: pytest.fail("justext's stop words were loaded"))
    monkeypatch.setattr(languages, "detector", lambda: pytest.fail("the language model was loaded"))
    warm()
    assert asked


def test_where_many_pages_are_to_come_what_only_some_need_is_loaded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, full = list[str](), body.full

    def noted(root: Any, url: str) -> Any:
        asked.append("stop words")
        return full(root, url)

    monkeypatch.setattr(body, "full", noted)
    monkeypatch.setattr(languages, "detector", lambda: asked.append("model"))
    warm(many=True)
    assert asked == ["stop words", "model"]
