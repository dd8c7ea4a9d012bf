"""The quick looks whether a text can name an agency: true of every text that does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.wires import WIRES, all_named, may_name, may_spell, named

SPELLINGS = [spelling for wire in WIRES for spelling in (wire.name, *wire.spellings)]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_may_be_a_name(spelling: str) -> None:
    for text in (
        spelling,
        f"({spelling})",
        f"Foto: {spelling}/Straße…",
        f"„{spelling}“ – Łódź",
        f"中 {spelling}, 1.11.",
    ):
        assert may_name(text) and may_spell(text)
    small = spelling.casefold()
    assert may_spell(f"{small} 中") or not named(small)


PIECES = st.one_of(st.sampled_from(SPELLINGS), st.sampled_from([" / ", ", ", " und ", "; ", " "]), st.text(max_size=3))


@given(st.lists(PIECES, max_size=5).map("".join))
def test_what_is_named_may_be_a_name(text: str) -> None:
    assert not all_named(text) or (may_name(text) and may_spell(text))


def test_the_longest_word_tells_more_than_the_first() -> None:
    assert may_name("the harbour was closed") and not may_spell("the harbour was closed")
    assert may_spell("The Associated Press") and may_spell("THE ASSOCIATED PRESS") and may_spell("据新华社报道")


def test_a_part_of_a_word_is_no_name() -> None:
    for text in ("grapes", "Grapesß", "„grapes“", "виноград", "葡萄"):
        assert not may_name(text) and not may_spell(text)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("dpa / AFP", ("dpa", "AFP")),
        ("dpa  /AFP", ("dpa", "AFP")),
        ("dpa  und  AFP", ("dpa", "AFP")),
        ("AFP, dpa,", ("AFP", "dpa")),
        ("red/dpa", ("dpa",)),
        ("red/sak", ()),
        ("dpa, our reporter", ()),
        ("dpa/our reporter", ()),
    ],
)
def test_shared_credits(text: str, names: tuple[str, ...]) -> None:
    assert tuple(wire.name for wire in all_named(text)) == names
