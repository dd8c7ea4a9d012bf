"""The made-up texts of `bench/million.py`: what is reckoned for many at once is what the product says of each."""

from __future__ import annotations

import numpy as np
import pytest

from bench import million_texts
from pipelines import fingerprint


@pytest.mark.parametrize("language", ["en", "ru", "ar", "zh"])
def test_the_quick_sketch_of_a_made_up_text_is_its_sketch(language: str) -> None:
    rng = np.random.default_rng(5)
    draw = million_texts.lexicon(language).draw(rng, million_texts.lengths(rng, 200))
    for text in draw.texts:
        assert draw.sketch(text) == fingerprint.sketch(draw.spelled(text)), draw.spelled(text)[:80]
