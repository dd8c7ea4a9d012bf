"""Plain text: the quick ways give what the plain definitions give, letter by letter."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines import text

SIGNS = (
    "aZß9_ -.'’“”–—«…\u00a0\u2009\u3000\t\n\r\x00\x1c\x1f\x7f\x85\u00ad\u200b\u200c\u200d\u200e\u202a\u2028\ufeff\uffff"
)
LETTERS = "éÄİıſK\u0301\u0327\u0345ﬁ①²㈱가\u1100\u1161日本語ไทय\u0e48हि\u094dالحَ\U0001f600\U00020000"
ANY = st.text(alphabet=st.one_of(st.sampled_from(SIGNS + LETTERS), st.characters()), max_size=60)


def squeezed(value: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text.DROPPED.sub("", value)).split())


def folded(value: str) -> str:
    return squeezed(unicodedata.normalize("NFKC", value).translate(text.PLAIN)).casefold()


@given(ANY)
@example("co\u00adop\u0301")
@example("e\u200b\u0301")
def test_squeeze_is_nfc_without_what_is_dropped_and_one_blank_for_many(value: str) -> None:
    assert text.squeeze(value) == squeezed(value)
    assert text.solid(value) == "".join(squeezed(value).split())


@given(ANY)
@example("“Rock’n’roll” – İstanbul")
def test_letters_are_the_words_of_the_folded_text(value: str) -> None:
    assert text.fold(value) == folded(value)
    assert text.letters(value) == " ".join(text.WORD.findall(folded(value)))


@given(ANY)
@example("“quoted” text")
def test_words_count_each_letter_of_scripts_without_blanks(value: str) -> None:
    assert text.words(value) == len(text.UNSPACED.findall(value))


@given(ANY)
def test_long_texts_are_read_like_short_ones(value: str) -> None:
    long = f"{value}\n\nThe port opened.\n" * (text.PARAGRAPH // 16)
    assert text.words(long) == len(text.UNSPACED.findall(long))
    lines = f"{value}\n{'The port opened, and ships went out. ' * 80}\n" * 2
    assert text.words(lines) == len(text.UNSPACED.findall(lines))
    assert text.squeeze(long) == squeezed(long)


@pytest.mark.parametrize(("value", "count"), [("one two", 2), ("ça va…", 2), ("日本 AP通信", 5), ("", 0), ("…", 0)])
def test_words_of_mixed_scripts(value: str, count: int) -> None:
    assert text.words(value) == count


@given(st.text(st.one_of(st.characters(max_codepoint=0xFF), st.sampled_from("‘’“”„–—…€œ"))))
@example("".join(f"a{chr(code)}b" for code in range(0x100)))
@example("„Hafen“ – so der Bürgermeister… für 3 €, l’œuvre")
def test_words_of_western_texts_are_those_that_the_expression_finds(value: str) -> None:
    assert text.words(value) == len(text.WORD.findall(value))
