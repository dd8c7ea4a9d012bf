"""Labelled texts: pages of our own in ten languages, and pages and wire items of the corpus."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.pipelines.credit_pages import Judged, cases, judge_case, judge_pages, judge_wire, labels

CORPUS = Path(os.environ.get("DATELINE_CORPUS", Path(__file__).parents[2] / ".." / "shared" / "corpus"))
needs_corpus = pytest.mark.skipif(not (CORPUS / "gold" / "dev.jsonl").exists(), reason=f"no corpus at {CORPUS}")


@pytest.mark.parametrize(("name", "case", "paragraphs"), cases(), ids=[case[0] for case in cases()])
def test_a_page_of_our_own_is_credited_as_it_says(name: str, case: dict[str, str], paragraphs: list[str]) -> None:
    judged = judge_case(name, case, paragraphs)
    assert judged.right, f"{judged.agency} expected, found {judged.found}"


def test_the_labels_are_many_in_many_languages_and_many_name_no_agency() -> None:
    own = [case for _, case, _ in cases()]
    assert len({case["lang"] for case in own}) >= 8
    given = [agency for table in labels().values() for agency in table.values()]
    assert len(given) + len(own) >= 150
    assert sum(agency == "none" for agency in given) >= 50


# Every third page: bench/credits.py measures all.
STEP = 3


def at_most_one_in_fifty_wrong_and_most_found(judged: Iterable[Judged]) -> None:
    seen = list(judged)
    wrong = [f"{one.name}: {one.agency}, found {one.found}" for one in seen if one.wrong]
    credited = [one for one in seen if one.agency]
    assert len(wrong) <= len(seen) / 50, wrong
    assert sum(one.right for one in credited) >= 0.85 * len(credited), [one.name for one in credited if not one.right]


@needs_corpus
def test_pages_of_the_corpus_keep_the_level() -> None:
    at_most_one_in_fifty_wrong_and_most_found(judge_pages(CORPUS, STEP))


@needs_corpus
def test_wire_items_keep_the_level() -> None:
    at_most_one_in_fifty_wrong_and_most_found(judge_wire(CORPUS))
