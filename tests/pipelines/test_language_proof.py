"""A declared language is believed where a text's own small words prove it: no detector is asked."""

from __future__ import annotations

import pytest

from pipelines import languages

GERMAN = "Der Hafen ist nach der Reparatur wieder offen, sagte der Bürgermeister am Dienstag vor der Presse. " * 5
ENGLISH = (
    "The harbour was open again after the repairs, and the mayor said that ships are on their way to the town. " * 4
)


@pytest.mark.parametrize(("text", "declared"), [(GERMAN, "de"), (ENGLISH, "en")])
def test_a_declared_language_that_the_small_words_prove_needs_no_detector(
    monkeypatch: pytest.MonkeyPatch, text: str, declared: str
) -> None:
    monkeypatch.setattr(languages, "detector", lambda: pytest.fail("the detector was asked"))
    assert languages.of(text, declared, ()) == (declared, None)


def test_no_small_word_proves_two_languages_that_a_detector_tells_apart() -> None:
    lists = languages._PROOF
    pairs = [(one, other) for one in lists for other in lists if not languages._agree(one, other)]
    assert pairs
    assert {lists[one] & lists[other] for one, other in pairs} == {frozenset()}


def test_small_words_of_one_language_prove_no_other() -> None:
    assert languages.of(ENGLISH, "de", ("de",)) == ("en", "text")
