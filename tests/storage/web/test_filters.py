"""How texts, times and addresses are set."""

from __future__ import annotations

from html import unescape

import pytest

pytest.importorskip("datasette", reason="datasette is not installed (extra web)")

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.web import times
from storage.web.differing import fields
from storage.web.filters import href, lang, out, text
from storage.web.story import alike

NOON = 1_700_000_000.0  # 2023-11-14T22:13:20Z


@pytest.mark.parametrize(
    ("language", "attributes"),
    [("ar", ' lang="ar" dir="rtl"'), ("fa-IR", ' lang="fa-IR" dir="rtl"'), ("he", ' lang="he" dir="rtl"'),
     ("ur", ' lang="ur" dir="rtl"'),
     ("en", ' lang="en" dir="auto"'), ("az-Arab", ' lang="az-Arab" dir="rtl"'), ("ar-Latn", ' lang="ar-Latn" dir="auto"'),
     (None, ' dir="auto"'), ('"><b>', ' dir="auto"'), ("", ' dir="auto"')],
)  # fmt: skip
def test_a_text_has_the_direction_of_its_language(language: str | None, attributes: str) -> None:
    assert lang(language) == attributes


@pytest.mark.parametrize(
    ("at", "shown", "ago"),
    [("2023-11-14T22:12:20Z", "22:12 UTC", "1 min ago"), ("2023-11-14T22:13:20Z", "22:13 UTC", "just now"),
     ("2023-11-13T22:13:20Z", "13 Nov 22:13 UTC", "1 day ago"), ("2022-11-13T22:13:20Z", "13 Nov 2022 22:13 UTC", ""),
     ("2023-11-14", "14 Nov", ""), ("2023-11-14T23:13:20Z", "23:13 UTC", ""), ("nonsense", "nonsense", "")],
)  # fmt: skip
def test_a_time_is_told_with_its_zone_and_how_long_ago(at: str, shown: str, ago: str) -> None:
    assert (times.shown(at, NOON), times.ago(at, NOON)) == (shown, ago)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (61, "1 min"),
        (3600, "1 h"),
        (7860, "2 h 11 min"),
        (86400, "1 day"),
        (183600, "2 days 3 h"),
    ],
)
def test_a_span_is_told_by_its_largest_units(seconds: int, told: str) -> None:
    assert times.span(seconds) == told


def test_a_time_is_told_in_the_zone_that_it_was_written_in() -> None:
    assert times.local("2023-11-14T22:13:20Z", "+03:00") == "15 Nov 01:13 +03:00"
    assert times.local("2023-11-14T22:13:20Z", "-05:30") == "14 Nov 16:43 -05:30"
    assert not times.local("2023-11-14T22:13:20Z", "+00:00")
    assert not times.local("2023-11-14T22:13:20Z", "nonsense")
    assert not times.local("2023-11-14", "+03:00")


@settings(max_examples=50)
@given(st.text())
def test_no_offset_and_no_time_is_a_failure(words: str) -> None:
    times.local("2023-11-14T22:13:20Z", words)
    assert isinstance(times.shown(words, NOON) + times.ago(words, NOON), str)


@settings(max_examples=50)
@given(st.text(st.characters()), st.text(st.characters()))
def test_a_link_leads_where_it_says_and_its_words_stay_words(url: str, words: str) -> None:
    made = out(url, words)
    told = unescape(str(made).split("<bdi>")[1].removesuffix("</bdi></a>").removesuffix("</bdi>"))
    assert "<" not in str(made).split("<bdi>")[1].removesuffix("</bdi></a>").removesuffix("</bdi>")
    assert told == text(words)
    assert ("href" in str(made)) is (href(url) is not None)


@settings(max_examples=50)
@given(st.text(st.characters(codec=None)))
def test_what_html_cannot_hold_is_taken_out(words: str) -> None:
    text(words).encode("utf-8")
    assert not set(text(words)) & {"\x00", "\x0c", "\x1b", "\x7f", "\x85"}


def test_differences_say_what_was_not_compared() -> None:
    long = "word " * 40_000
    (body,) = fields({"title": None, "lead": "", "body": long}, {"title": None, "lead": None, "body": f"{long}more"})
    assert body.is_cut
    assert not body.is_changed


def test_the_share_of_common_words_is_told_also_in_scripts_without_blanks() -> None:
    assert alike("The harbour is open.", "The harbour is open.") == 1
    assert alike("The harbour is open.", "The harbour is closed.") == 0.75
    han = alike("云溪县春茶提前十天开采高铁专列首次运茶出山云溪县春茶", "云溪县春茶提前十天开采高铁专列首次运茶出山")
    assert han is not None
    assert 0.8 < han < 1
    assert alike(" ".join(f"c a{n}" for n in range(1000)), " ".join(f"c b{n}" for n in range(1000))) is None
    assert alike("", "The harbour.") is None
