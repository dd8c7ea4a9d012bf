"""Walls, indexes and empty pages of ten languages are no articles, each for its reason; what looks like them is one."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pipelines.extractor import extract
from pipelines.passing import PASSING
from pipelines.walls import REASONS


def _builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("wall_pages", Path(__file__).with_name("wall_pages.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


pages = _builder()
FILES = ("wall_pages.toml", "plain_pages.toml", "held_out_pages.toml")
CASES = [case for name in FILES for case in pages.cases(name)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_page_is_what_it_is(case) -> None:  # type: ignore[no-untyped-def]
    extraction = extract(case.page())
    assert (extraction.reason or "article") == case.reason, extraction.detail
    article = extraction.article
    if article is None:
        assert extraction.detail
        return
    assert article.form == (case.form or "article")
    assert case.access in (None, article.access)
    assert [words for words in case.has if words not in article.body] == []
    assert [words for words in case.hasnt if words in article.body] == []


def test_the_pages_show_every_reason_in_ten_languages() -> None:
    shown = {case.reason for case in CASES}
    assert REASONS - shown <= {"no_text", "no_title", "parser_limit", "not_html"}
    assert len({case.lang for case in CASES if case.reason != "article"}) >= 10
    assert sum(case.reason != "article" for case in CASES) >= 60
    assert sum(case.reason == "article" for case in CASES) >= 40


def test_what_passes_is_a_reason() -> None:
    assert PASSING <= REASONS
