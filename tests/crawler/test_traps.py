"""Addresses that only a trap makes are left out by their form, with a reason; others are not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.links import examine
from crawler.discovery.traps import MOST_SEGMENTS, REASONS, among, trap
from crawler.registry import load
from storage.models import Link
from tests.crawler.test_endings import SOURCE


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/a/a/a/1.html", "path_repeats"),
        ("/news/world/news/world/news/world/1", "path_repeats"),
        ("/x/a/b/c/a/b/c/a/b/c", "path_repeats"),
        ("/" + "/".join(str(n) for n in range(MOST_SEGMENTS + 1)), "too_deep"),
        ("/c?" + "&".join(["sid=1"] * 6), "path_repeats"),
        ("/2011/11/11/11/1111.html", None),
        ("/news/news/1.html", None),
        ("/a/a/1.html?a=1&b=2&c=3&d=4&e=5&f=6&g=7", None),
        ("/" + "/".join(str(n) for n in range(MOST_SEGMENTS)), None),
        ("//a//b//", None),
    ],
)
def test_piled_up_and_endless_paths_are_told_from_dates(path: str, reason: str | None) -> None:
    assert trap(f"https://a.test{path}") == reason
    assert examine(Link(f"https://a.test{path}"), replace(SOURCE, home="https://a.test"))[0] == reason


@given(st.text(max_size=60))
def test_every_text_has_an_answer(text: str) -> None:
    assert trap(f"https://a.test/{text.replace('#', '')}".replace("[", "(").replace("]", ")")) in (None, *REASONS)


def test_only_reasons_of_traps_are_counted_for_the_status() -> None:
    assert among((("duplicate", 3), ("path_repeats", 2), ("too_deep", 1))) == (("path_repeats", 2), ("too_deep", 1))


def test_no_packaged_example_is_a_trap() -> None:
    assert not [url for source in load().values() for url in source.examples if trap(url)]
