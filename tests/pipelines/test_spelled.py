"""Words by tables are those of the expression, in every language and for every character."""

from __future__ import annotations

import random
import re
import unicodedata

import pytest

from pipelines import fingerprint, spelled


def by_expression(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFKC", text).casefold())


@pytest.mark.parametrize(
    "text",
    [
        "The port’s open again – “at last”, said Mr O’Neil… 12,5 % of snake_case",
        "Die Straße ist groß; STRASSE, Ärger, «naïve» Œuvre",
        "Порт снова открыт — «наконец», сказал Ёжиков",
        "Zażółć gęślą jaźń, „Łódź”",
        "İstanbul'da yeni köprü açıldı, ışık",
        "Το λιμάνι άνοιξε ξανά, ΟΔΟΣ",
    ],
)
def test_the_words_of_a_text(text: str) -> None:
    assert fingerprint.words(text) == by_expression(text)


def test_most_texts_are_told_by_a_table_and_others_by_none() -> None:
    assert spelled.words("Die Straße — groß…") == ["die", "strasse", "gross"]
    assert spelled.words("Порт — открыт") == ["порт", "открыт"]
    for other in ("港は再び開いた", "½ of x²", "e\u0301", "Порт “ş”", "x\u00b4y"):
        assert spelled.words(other) is None


def test_every_character_of_the_tables_is_read_as_the_expression_reads_it() -> None:
    chance = random.Random(7)
    for page in spelled.PAGES:
        letters = [letter for byte in range(256) if (letter := bytes((byte,)).decode(page, "ignore"))]
        for letter in letters:
            assert fingerprint.words(f"a{letter}B {letter}") == by_expression(f"a{letter}B {letter}"), repr(letter)
        for _ in range(100):
            text = "".join(chance.choices(letters, k=40))
            assert fingerprint.words(text) == by_expression(text), repr(text)
