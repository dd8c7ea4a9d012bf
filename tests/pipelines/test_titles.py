"""A headline keeps what is its own beside the name of the site."""

from __future__ import annotations

import pytest

from pipelines import jsonld, tags, titles, tree
from pipelines.jsonld import Claims


@pytest.mark.parametrize(
    ("title", "site", "expected"),
    [
        ("Time to vote - why the young stay home", "time", "Time to vote - why the young stay home"),
        ("Scotland - independent at last", "independent", "Scotland - independent at last"),
        ("London on strike | Metro drivers walk out", "metro", "London on strike | Metro drivers walk out"),
        ("The port reopens - Harbour Times Online", "harbour times", "The port reopens"),
        ("The port reopens - Harbour Times Northport", "harbour times", "The port reopens"),
        ("Harbour Times - The port reopens", "harbour times", "The port reopens"),
        ("«Газстрой» снизил добычу газа - Гавань", "гавань", "«Газстрой» снизил добычу газа"),
        ("« Le port rouvre », dit le maire - La Rade", "la rade", "« Le port rouvre », dit le maire"),
        ("»Kein Geld mehr« - Der Hafen", "der hafen", "»Kein Geld mehr«"),
    ],
)
def test_only_the_sites_name_is_taken_off(title: str, site: str, expected: str) -> None:
    assert titles.strip_site(title, frozenset({site}), [], []) == expected


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("<span>Krieg am Fluss</span><span>Hafen wieder offen</span>", "Krieg am Fluss Hafen wieder offen"),
        ("Port reopens after long repairs<a class='share'>Share</a>", "Port reopens after long repairs"),
        ("Port reopens after long repairs <span class='count'>12</span>", "Port reopens after long repairs"),
        ("A river <a href='/x'>in flood</a>", "A river in flood"),
    ],
)
def test_parts_of_a_heading_are_not_glued_and_its_buttons_no_part_of_it(heading: str, expected: str) -> None:
    root = tree.parse_text(f"<html><head></head><body><h1>{heading}</h1><p>Text.</p></body></html>")
    found = titles.choose(tags.read(root), Claims(), sites=frozenset(), suffixes=(), own=None)
    assert found == (expected, "h1")


def test_a_day_in_a_headline_that_tells_of_it_stays() -> None:
    head = (
        "<meta property='article:published_time' content='2024-11-22'><title>9/11/2001 – The day of the storm</title>"
    )
    root = tree.parse_text(f"<html><head>{head}</head><body><h1>9/11/2001 – The day of the storm</h1></body></html>")
    found = titles.choose(tags.read(root), jsonld.read(root), sites=frozenset(), suffixes=(), own=None)
    assert found == ("9/11/2001 – The day of the storm", "h1")
