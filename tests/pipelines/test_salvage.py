"""JSON-LD that no parser takes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import jsonld, salvage, tree

BROKEN = """{
 "@context": "https://schema.org", "@type": "NewsArticle",
 "headline": "Harbour master calls repairs "finished"",
 "datePublished": "2023-10-02T12:01:05+03:00",
 "author": {"@type": "Person", "name": "Ada Byron"},
 "image": {"@type": "ImageObject", "url": "<img src="quay.jpg">"}
}"""


def read(text: str) -> jsonld.Claims:
    return jsonld.read(tree.parse_text(f'<html><head><script type="application/ld+json">{text}</script></head></html>'))


def test_quotes_within_a_string_lose_no_other_field() -> None:
    found = read(BROKEN)
    assert (found.headline, found.published) == ('Harbour master calls repairs "finished"', "2023-10-02T12:01:05+03:00")
    assert (found.people, found.types) == (("Ada Byron",), ("NewsArticle",))


def test_comments_are_no_part_of_it() -> None:
    commented = '{"@type": "NewsArticle", // the type\n "headline": "Port // reopens", /* later */ "url": "/118",}'
    assert read(commented).headline == "Port // reopens"


@pytest.mark.parametrize(
    "text",
    [
        BROKEN.replace("NewsArticle", "WebSite"),
        BROKEN.replace('"author"', '"datePublished": "2020-01-01", "author"')
        .replace('"headline"', '"x"')
        .replace('"author"', '"y"'),
        "not JSON at all",
    ],
)
def test_what_is_no_article_or_stands_twice_is_left_alone(text: str) -> None:
    found = salvage.salvaged(text)
    assert found is None or "datePublished" not in found


@given(st.text(alphabet='"{}[]:,\\ \n@typeNwsAriclhdnP', max_size=200))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    salvage.salvaged('"@type": "NewsArticle", ' + text)


@given(
    st.dictionaries(
        st.sampled_from(salvage.FIELDS),
        st.text(alphabet="abc äß1:", min_size=1, max_size=30).map(str.strip).filter(bool),
    )
)
def test_a_sound_script_gives_the_same_fields(fields: dict[str, str]) -> None:
    text = json.dumps({"@type": "NewsArticle", **fields}, ensure_ascii=False)
    found = salvage.salvaged(text) or {"@type": "NewsArticle"}
    assert found == {"@type": "NewsArticle", **fields}
