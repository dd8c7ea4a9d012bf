"""What two texts share, counted on the words: passages, gaps of changed words, and nothing by chance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import overlap

TEXT = [f"w{number}" for number in range(200)]
OTHER = [f"o{number}" for number in range(200)]


def test_a_text_covers_itself_and_another_not_at_all() -> None:
    whole = overlap.measure(TEXT, TEXT)
    assert (whole.one, whole.other, whole.words) == (1.0, 1.0, 200)
    assert overlap.measure(TEXT, OTHER).words == 0


@pytest.mark.parametrize(("one", "other"), [([], TEXT), (TEXT, []), ([], [])])
def test_an_empty_text_shares_nothing(one: list[str], other: list[str]) -> None:
    assert overlap.measure(one, other) == overlap.Shared(0.0, 0.0, 0, 0, 0)


def test_a_trimmed_text_stands_whole_in_the_longer() -> None:
    shared = overlap.measure(TEXT[:100], TEXT)
    assert (shared.one, shared.other, shared.words) == (1.0, 0.5, 100)


def test_single_changed_words_do_not_break_a_passage() -> None:
    edited = [f"new{at}" if at % 10 == 7 else word for at, word in enumerate(TEXT)]
    assert overlap.measure(edited, TEXT).one > 0.95


def test_words_put_in_or_left_out_do_not_break_a_passage() -> None:
    edited = [*TEXT[:50], "and", "so", *TEXT[50:120], *TEXT[123:]]
    assert overlap.measure(edited, TEXT).other == 1.0


def test_a_paragraph_in_between_does_not_count() -> None:
    shared = overlap.measure([*TEXT[:100], *OTHER[:60], *TEXT[100:]], TEXT)
    assert (shared.other, shared.words) == (1.0, 200)
    assert shared.one == pytest.approx(200 / 260)


def test_paragraphs_in_another_order_are_found() -> None:
    assert overlap.measure([*TEXT[100:], *TEXT[:100]], TEXT).other == 1.0


def test_a_phrase_that_comes_again_and_again_takes_its_own_place() -> None:
    refrain = ["so", "he", "said", "today"]
    text = [word for at in range(0, 200, 20) for word in (*refrain, *TEXT[at : at + 20])]
    assert overlap.measure(text, text[: len(text) // 2]).other == 1.0


def test_numbers_are_counted_in_the_shared_passages_only() -> None:
    form = [f"{word} is at".split() for word in TEXT[:20]]
    today = [word for at, part in enumerate(form) for word in (*part, "exactly", str(100 + at))]
    tomorrow = [word for at, part in enumerate(form) for word in (*part, "exactly", str(500 + at))]
    shared = overlap.measure(today, tomorrow)
    assert shared.one > 0.9
    assert (shared.numbers, shared.common_numbers) == (19, 0) or shared.numbers == 20


WORDS = st.lists(st.sampled_from("abcdefg"), max_size=60)


@given(WORDS, WORDS)
def test_both_ways_round_are_the_same(one: list[str], other: list[str]) -> None:
    there, back = overlap.measure(one, other), overlap.measure(other, one)
    assert (there.one, there.other, there.words, there.numbers) == (back.other, back.one, back.words, back.numbers)
    assert 0 <= there.one <= 1
    assert there.words <= min(len(one), len(other))


@given(WORDS.filter(bool))
def test_any_text_covers_itself(words: list[str]) -> None:
    assert overlap.measure(words, words).one == 1.0
