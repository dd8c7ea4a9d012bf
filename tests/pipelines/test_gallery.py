"""Captions that are sentences are a gallery's text; of a story with text, and where they are names, they are captions."""

from __future__ import annotations

from pipelines.extractor import extract
from storage.models import Extraction, Page, Profile

CAPTIONS = [
    f"The ferry number {n} leaves the harbour of the island at dawn, with coal and {n} cows on its deck, and a band plays."
    for n in range(2, 7)
]
HEAD = (
    '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferries in pictures", '
    '"datePublished": "2026-03-02T09:00:00Z"}</script>'
)


def look(captions: list[str], text: str = "") -> Extraction:
    figures = "".join(
        f"<figure><img src='{n}.jpg'><figcaption>{one}</figcaption></figure>" for n, one in enumerate(captions)
    )
    page = (
        f"<html><head><title>Ferries in pictures</title>{HEAD}</head><body><article><h1>Ferries in pictures</h1>{text}{figures}"
        "</article></body></html>"
    )
    url = "https://agency.test/pictures/ferries-118"
    return extract(Page(url, url, page.encode(), "2026-03-02T10:00:00Z", Profile("agency"), content_type="text/html"))


def test_captions_that_are_sentences_are_the_text_of_a_gallery() -> None:
    found = look(CAPTIONS)
    assert found.article is not None, found.reason
    assert found.article.body.split("\n\n") == CAPTIONS
    assert not set(CAPTIONS) & {text for _, text in found.dropped}


def test_a_gallery_without_sentences_has_no_text() -> None:
    assert look(["The ferry", "The harbour", "A cow", "The band", "Dawn"]).reason in {"media_only", "no_text"}


def test_captions_beside_a_text_are_captions() -> None:
    text = "".join(
        f"<p>Sentence {n} of the story tells of the ferries and of whoever pays for them.</p>" for n in range(6)
    )
    found = look(CAPTIONS, text)
    assert found.article is not None
    assert "with coal" not in found.article.body


def test_captions_that_end_with_their_credit_are_sentences() -> None:
    captions = [f"{text} Harbour Agency/Ada Byron" for text in CAPTIONS]
    found = look(captions)
    assert found.article is not None, found.reason
    assert found.article.body.split("\n\n") == captions


def test_the_introduction_of_a_gallery_stands_above_its_captions() -> None:
    for intro in (
        "The ferries left early.",
        "The ferries left at dawn, and half of the town had come to see them off.",
    ):
        found = look(CAPTIONS, f"<p>{intro}</p>")
        assert found.article is not None, found.reason
        assert found.article.body.split("\n\n") == [intro, *CAPTIONS]
