"""What changed between two texts."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.word_diff import blocks, changed

TEXTS = st.lists(
    st.text(st.sampled_from("abc .,'’-\n東京กล่ำé"), max_size=30) | st.sampled_from(["one two", "three", "four."]),
    max_size=6,
).map("\n\n".join)


def marked(old: str, new: str) -> str:
    signs = {"=": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}
    return "\n\n".join("".join(signs[part.sign].format(part.text) for part in block) for block in blocks(old, new))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Ten died in May 2026.", "Ten died in June 2026.", "Ten died in [-May-]{+June+} 2026."),
        ("Ten died.", "Ten died, police said.", "Ten died{+, police said+}."),
        ("a b c", "a c", "a [-b-] c"),
        ("", "New lead", "{+New lead+}"),
        ("Old lead", "", "[-Old lead-]"),
        ("rates of 3.5 percent", "rates of 3.75 percent", "rates of [-3.5-]{+3.75+} percent"),
        ("twenty-one don't", "twenty-two don't", "[-twenty-one-]{+twenty-two+} don't"),
        ('"Mayak" won', "«Mayak» won", '[-"-]{+«+}Mayak[-"-]{+»+} won'),
        ("東京で地震、3人負傷", "東京で地震、13人負傷", "東京で地震、[-3-]{+13+}人負傷"),
        ("大阪で火事", "京都で火事", "[-大阪-]{+京都+}で火事"),
        ("ที่ปรึกษากล่าวว่า", "ที่ปรึกษาพูดว่า", "ที่ปรึกษา[-กล่าว-]{+พูด+}ว่า"),
        ("น้ำท่วม", "นำท่วม", "[-น้ำ-]{+นำ+}ท่วม"),
        ("मंत्री ने कहा", "मंत्री ने बताया", "मंत्री ने [-कहा-]{+बताया+}"),
        ("قال الوزير", "قالت الوزيرة", "[-قال الوزير-]{+قالت الوزيرة+}"),
        ("One.\n\nTwo.", "One.\n\nNew.\n\nTwo.", "One.\n\n{+New.+}\n\nTwo."),
        ("Ten died in May.", "Ten died in June.\n\nMore.", "Ten died in [-May-]{+June+}.\n{+More.+}"),
        ("Ten died in May.\nMore.", "Ten died in June.", "Ten died in [-May-]{+June+}.\n[-More.-]"),
        (
            "A in May.\n\nB of May.",
            "A in June.\n\nC.\n\nB of June.",
            "A in [-May-]{+June+}.\n{+C.+}\nB of [-May-]{+June+}.",
        ),
        ("same   blanks", "same blanks", "same blanks"),
    ],
)
def test_words_are_marked(old: str, new: str, told: str) -> None:
    assert marked(old, new) == told


@given(TEXTS, TEXTS)
def test_both_texts_are_in_their_difference(old: str, new: str) -> None:
    found = blocks(old, new)
    for signs, text in (("=-", old), ("=+", new)):
        words = "".join(part.text for block in found for part in block if part.sign in signs)
        assert "".join(words.split()) == "".join(text.split())
    assert any(changed(block) for block in found) == (_words(old) != _words(new))


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert not [block for block in blocks(text, text) if changed(block)]


def test_a_word_in_common_between_rewritten_passages_is_chance() -> None:
    old = "Ministers from nine countries met on Monday to talk about grain"
    new = "Officials said a deal was reached on Friday after weeks of secret contacts"
    assert marked(old, new) == f"[-{old}-]{{+{new}+}}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a " * 30_000, "b " + "a " * 29_000 + "c"),
        ("x\n\n" * 10_000, "y\n\n" + "x\n\n" * 9_000 + "z"),
        ("字" * 20_000, "世" * 9),
        (" ".join(f"c a{n}" for n in range(1000)), " ".join(f"c b{n}" for n in range(1000))),  # cubic for difflib
        *(("\n\n".join(["a b " * n + f"\n\nsame {k}" for k in range(9)]), "b b a " * n) for n in (3, 900)),
    ],
)
def test_a_text_that_says_one_thing_ten_thousand_times_is_not_aligned_at_any_price(old: str, new: str) -> None:
    began = time.process_time()
    assert any(changed(block) for block in blocks(old, new))
    assert time.process_time() - began < 15


def _words(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]
