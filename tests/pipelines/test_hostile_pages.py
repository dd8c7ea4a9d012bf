"""Hostile pages, small: each ends as an article or with a reason, in a time that grows with its size; what must keep its story
keeps it. The full sizes, through the pool of workers: bench/hostile_pages.py."""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from pipelines import attributes, limits
from pipelines.extractor import extract
from pipelines.walls import REASONS
from storage.models import Page, Profile


def _makers() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hostile_pages", Path(__file__).with_name("hostile_pages.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


hostile = _makers()
SCALE = 0.001
PAGES = hostile.pages(SCALE)
GROWN = ("links", "headings", "time elements", "table rows", "live entries")
SMALL, TIMES = 0.004, 4
RATIO, LEAST = 9.0, 0.02
"""A page of four times the size takes four times as long, sixteen times where it grows with the square; CPU seconds below
which a page is too quick to be compared."""


def page(body: bytes, charset: str | None = None) -> Page:
    url = "https://agency.test/news/port-reopens-118"
    return Page(url, url, body, "2026-09-01T00:00:00Z", Profile("agency"), charset=charset, content_type="text/html")


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_ends_as_an_article_or_with_a_reason(name: str) -> None:
    case = PAGES[name]
    extraction = extract(page(case.make(), case.charset))
    assert extraction.article is not None or extraction.reason in REASONS
    assert case.reason is None or extraction.reason == case.reason
    if case.keeps:
        assert extraction.article is not None, extraction.reason
        assert hostile.LAST_WORDS in extraction.article.body


@pytest.mark.parametrize("kind", GROWN)
def test_time_grows_with_size_and_not_with_its_square(kind: str) -> None:
    def seconds(scale: float) -> float:
        case = next(case for name, case in hostile.pages(scale).items() if name.endswith(kind))
        body, taken = case.make(), []
        for _ in range(2):
            began = time.process_time()
            extract(page(body, case.charset))
            taken.append(time.process_time() - began)
        return min(taken)

    assert seconds(TIMES * SMALL) <= RATIO * max(LEAST, seconds(SMALL))


def test_a_page_of_more_paragraphs_than_any_article_ends_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    body = PAGES["200,000 paragraphs"].make()
    assert extract(page(body)).article is not None
    monkeypatch.setattr(limits, "PARAGRAPHS", 150)
    extraction = extract(page(body))
    assert (extraction.reason, extraction.detail) == ("parser_limit", "more than 150 paragraphs of text")


@pytest.mark.parametrize("attribute", ['a{0}="x > y"', "b{0}='\"'", "c{0}", "d{0} = e"])
def test_an_element_of_many_attributes_keeps_the_first_of_them(attribute: str) -> None:
    given = [attribute.format(n).encode() for n in range(5_000)]
    before, after = b"<p title='x'>One.</p>", b">Two.</p><p>Three.</p>"
    first = before + b"<p " + b" ".join(given[: attributes.MOST])
    if b">" not in given[0]:  # those are passed over: what is no plain run of attributes is left to the limit of time
        assert attributes.bound(before + b"<p " + b" ".join(given) + after) == first + after
    assert attributes.bound(first + after) == first + after
    assert attributes.bound(first + b" " * 9_000 + after) == first + b" " * 9_000 + after


def test_no_control_reference_loses_a_word() -> None:
    for place, number in enumerate(hostile.CONTROLS):
        spelling = hostile.SPELLINGS[place % len(hostile.SPELLINGS)]  # all of them with each: bench/hostile_pages.py
        article = extract(page(hostile.referenced(number, spelling))).article
        assert article is not None, number
        assert "harbour master, who was there, said that the work was done." in article.body, number
        assert hostile.LAST_WORDS in article.body


@pytest.mark.parametrize("name", ["a day that there is not", "a month that there is not", "the year 1"])
def test_a_time_that_there_is_not_is_none(name: str) -> None:
    article = extract(page(PAGES[name].make())).article
    assert article is not None
    assert article.published is None


def test_no_link_and_no_script_is_text() -> None:
    for name in ("links that run scripts", "a script in the text"):
        article = extract(page(PAGES[name].make())).article
        assert article is not None
        assert "javascript:" not in article.body and "alert(2)" not in article.body
