"""The mode in which trafilatura reads a place that was found before: its own quick one, but for the second search."""

from __future__ import annotations

import pytest
from trafilatura import bare_extraction, core
from trafilatura.settings import Extractor

from pipelines import body

SENTENCE = "The port reopened on Monday after a week of storms, the harbour master said, and forty ships went in."
PAGE = f"<html><body><article><h2>At sea</h2><p>{SENTENCE}</p><p>{SENTENCE[::-1]}</p></article></body></html>"


def read(options: Extractor) -> str:
    document = bare_extraction(PAGE, options=options, with_metadata=False)
    assert document is not None and not isinstance(document, dict)
    return "".join(document.body.itertext())


def test_a_place_is_read_as_quickly_as_a_page_and_gives_the_same_text() -> None:
    assert read(body.PLACE) == read(body.QUICK)
    assert SENTENCE in read(body.PLACE)


def test_no_place_is_measured_for_a_second_search(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[int] = []
    whole = core.html2txt
    monkeypatch.setattr(core, "html2txt", lambda *a, **k: measured.append(1) or whole(*a, **k))
    read(body.QUICK)
    assert measured, "trafilatura no longer measures a page: the mode of its own is not needed any more"
    measured.clear()
    read(body.PLACE)
    assert not measured
