"""Datelines composed of places, days and agencies in many scripts are taken apart again; other texts are left alone."""

from __future__ import annotations

import json
import os
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import days
from pipelines.dateline import split
from pipelines.months import MONTHS_BY_LANGUAGE
from tests.pipelines.dateline_judged import cases, judge_bodies, judge_cases, judge_items, judge_tass

CORPUS = Path(os.environ.get("DATELINE_CORPUS", Path(__file__).resolve().parents[2] / "../shared/corpus"))
needs_corpus = pytest.mark.skipif(
    not (CORPUS / "gold" / "dev.jsonl").exists(), reason="the corpus is not here (DATELINE_CORPUS)"
)
TEXTS: dict[str, str] = cases()["texts"]
REST = TEXTS["en"]

PLACES = {
    "en": [
        "LIMA",
        "Port Louis",
        "NEW YORK",
        "ST. LOUIS",
        "PORT ELLIOT, Ont.",
        "IGORA /Leningrad Region/",
        "GENEVA/LONDON",
    ],
    "fr": ["PARIS", "Saint-Denis", "Pointe-à-Pitre", "N'Djamena"],
    "es": ["La Habana", "SÃO PAULO", "Ciudad de México"],
    "ru": ["МОСКВА", "Тихий Берег", "САНКТ-ПЕТЕРБУРГ", "Ростов-на-Дону"],
    "el": ["ΑΘΗΝΑ", "Πάτρα"],
    "ar": ["القاهرة", "رام الله", "أبوظبي"],
    "fa": ["تهران", "مشهد"],
    "ur": ["کراچی", "اسلام آباد"],
    "he": ["ירושלים", "תל אביב"],
    "hi": ["नई दिल्ली", "मुंबई", "पटना"],
    "bn": ["ঢাকা", "সিলেট"],
    "hy": ["ԵՐԵՎԱՆ"],
    "ka": ["თბილისი"],
}
AGENCIES = {
    "en": ["Reuters", "CNX", "Coastline News"],
    "fr": ["AFP", "Agence du Port"],
    "es": ["EFE", "Costa Noticias"],
    "ru": ["ТАСС", "Северинфо"],
    "el": ["ΑΠΕ", "Ακτή Νέα"],
    "ar": ["رويترز", "أنباء الساحل"],
    "fa": ["ایسنا", "ساحل نیوز"],
    "ur": ["اے پی پی", "ساحل نیوز"],
    "he": ["רויטרס", "חדשות החוף"],
    "hi": ["भाषा", "तट समाचार"],
    "bn": ["বাসস", "তট নিউজ"],
    "hy": ["Արմենպրես"],
    "ka": ["ზღვანიუსი"],
}
MARKS = ["({}) - ", "({}) -- ", "({}) — ", "({}) – ", "/{}/. ", "({}): ", "({}).- "]
ZEROS = {"ar": "٠", "fa": "۰", "ur": "۰", "hi": "०", "bn": "০"}


@st.composite
def composed(draw: st.DrawFn) -> tuple[str, str, str, date, str]:
    """(language, line, place, day, agency)"""
    language = draw(st.sampled_from(sorted(PLACES)))
    place = draw(st.sampled_from(PLACES[language]))
    agency = draw(st.sampled_from(AGENCIES[language]))
    day = draw(st.dates(date(2000, 1, 1), date(2030, 12, 31)))
    months = MONTHS_BY_LANGUAGE[language]
    month = draw(st.sampled_from([name for name, number in sorted(months.items()) if number == day.month]))
    number = str(day.day)
    if (zero := ZEROS.get(language)) and draw(st.booleans()):
        number = "".join(chr(ord(zero) + int(digit)) for digit in number)
    written = f"{month.title()} {number}" if language == "en" else f"{number} {month}"
    year = f", {day.year}" if language == "en" else f" {day.year}"
    written += draw(st.sampled_from(["", year]))
    comma = "، " if language in ("ar", "fa", "ur") else ", "
    form = draw(st.sampled_from(MARKS))
    separator = ". " if form.startswith("/") else " "
    return language, f"{place}{comma}{written}{separator}{form.format(agency)}", place, day, agency


@settings(max_examples=150)
@given(composed(), st.integers(0, 6))
def test_a_dateline_of_any_script_gives_back_its_place_day_and_agency(
    made: tuple[str, str, str, date, str], later: int
) -> None:
    language, line, place, day, agency = made
    published = (day + timedelta(days=later)).isoformat()
    body = line + TEXTS[language]
    found = split(body, published_day=published, language=language)
    assert found is not None
    assert (found.place, found.date, found.agency) == (place, day.isoformat(), agency)
    assert body[found.length :] == TEXTS[language]
    assert found.text == line.rstrip()


@pytest.mark.parametrize("part", ["known", "unseen"])
def test_every_form_of_the_lists_is_taken_apart(part: str) -> None:
    missed = [(one.name, one.found) for one in judge_cases(part) if one.verdict != "right"]
    assert missed == []


@pytest.mark.parametrize("text", cases()["none"]["list"])
def test_what_only_looks_like_a_dateline_is_none(text: str) -> None:
    assert split(text, published_day="2023-11-02") is None


LATER = [
    ("MOSCOW, November 1. /TASS/.", "MOSCOW", "2023-11-01", "TASS"),
    ("LIMA, Nov 1 (Reuters) -", "LIMA", "2023-11-01", "Reuters"),
    ("SEOUL, Nov. 1 (Yonhap) --", "SEOUL", "2023-11-01", "Yonhap"),
    ("Berlin (dpa) -", "Berlin", None, "dpa"),
    ("NEW YORK (AP) —", "NEW YORK", None, "AP"),
]


@pytest.mark.parametrize("front", cases()["front"]["list"])
def test_advisories_labels_bylines_and_headlines_in_front_are_no_part_of_it(front: str) -> None:
    for line, place, day, agency in LATER:
        body = f"{front}{line} {REST}"
        found = split(body, published_day="2023-11-02")
        assert found is not None
        assert (found.text, found.place, found.date, found.agency) == (line, place, day, agency)
        assert body[found.length :] == REST


def test_the_text_itself_may_speak_for_a_place_that_no_list_has() -> None:
    plain = f"Hinterwalden - {TEXTS['de']}"
    assert split(plain, published_day=None) is None
    found = split(f"{plain}\n\nDie Schulen in Hinterwalden bleiben offen.", published_day=None)
    assert found is not None
    assert found.place == "Hinterwalden"


def test_news_in_brief_with_a_place_before_each_item_has_no_dateline() -> None:
    body = f"In brief:\n\nSYDNEY - {REST}\n\nPERTH - {REST}"
    assert split(body, published_day=None) is None


def test_a_day_of_the_iranian_calendar_is_told_in_ours() -> None:
    assert days.at_end("تهران، 10 آبان 1402", None, "fa") == ("تهران، ", "2023-11-01")
    assert days.at_end("تهران، 1 فروردین 1403", None, "fa") == ("تهران، ", "2024-03-20")
    assert days.at_end("تهران، 30 اسفند 1399", None, "fa") == ("تهران، ", "2021-03-20")
    assert days.at_end("تهران، 10 آبان", "2023-11-02", "fa") == ("تهران، ", "2023-11-01")
    assert days.at_end("تهران، 31 آبان 1402", None, "fa") == ("تهران، ", None)


@given(st.integers(1300, 1450), st.integers(1, 12), st.integers(1, 29))
def test_days_of_the_iranian_calendar_follow_one_another(year: int, month: int, day: int) -> None:
    names = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]
    first, second = (days.at_end(f"قم، {d} {names[month - 1]} {year}", None, "fa") for d in (day, day + 1))
    assert first is not None
    assert second is not None
    assert first[1] is not None
    if second[1] is not None:  # the last month of a common year has 29 days
        assert date.fromisoformat(second[1]) - date.fromisoformat(first[1]) == timedelta(days=1)


HOSTILE = [
    "(" * 50_000,
    "/ " * 30_000,
    "LONDON, " * 10_000,
    "A. " * 20_000,
    "1. 1. " * 10_000,
    "(Reuters) - " * 5_000,
    "- " * 30_000,
    "МОСКВА, 1 ноября — " * 4_000,
    "a" * 100_000,
    "日" * 50_000,
    "【" * 50_000,
    "新华社" * 20_000,
    "1月1日" * 20_000,
    " " * 100_000,
    "\n" * 100_000,
    ", ".join(["Jan 1"] * 10_000),
    "\u0301" * 50_000,
    "By Jane Roe " * 5_000,
    "(Adds detail) " * 5_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:12].strip() or repr(text[:2]) for text in HOSTILE])
def test_hostile_beginnings_take_no_longer_than_their_first_characters(text: str) -> None:
    started = time.process_time()
    split(text, published_day="2023-11-02")
    assert time.process_time() - started < 0.25


def test_a_place_from_the_page_is_no_expression() -> None:
    assert split(f"Ab(c]d*+? - {REST}", published_day=None) is None


@needs_corpus
def test_real_wire_items_and_tass_texts_are_exact_in_98_of_100() -> None:
    judged = [*judge_items(CORPUS), *judge_tass(CORPUS)]
    dated = [one for one in judged if one.expected]
    assert len(dated) >= 79
    wrong = [(one.name, one.verdict, one.found) for one in judged if one.verdict not in ("right", "none")]
    assert len(wrong) <= 0.02 * len(dated), wrong


@needs_corpus
def test_of_the_corpus_own_bodies_few_are_missed_and_hardly_any_has_a_false_one() -> None:
    """The quick form of bench/datelines.py: bodies as people and publishers' parsers gave them."""
    judged = list(judge_bodies(CORPUS))
    dated = [one for one in judged if one.verdict in ("right", "wrong", "missed")]
    false = [one.name for one in judged if one.verdict == "false"]
    assert sum(one.verdict == "right" for one in dated) >= 0.95 * len(dated) > 30
    assert len(false) <= 0.003 * len(judged), false


@needs_corpus
def test_the_labels_hold_offsets_and_no_texts() -> None:
    text = (Path(__file__).parent / "dateline_labels.toml").read_text(encoding="utf-8")
    titles = {json.loads(line)["title"] for line in (CORPUS / "gold" / "dev.jsonl").read_text().splitlines()}
    assert not any(title and len(title) > 20 and title in text for title in titles)


@given(
    st.lists(
        st.sampled_from(sorted({word for text in TEXTS.values() for word in text.split()})), min_size=3, max_size=40
    )
)
def test_running_words_of_any_script_are_no_dateline(words: list[str]) -> None:
    assert split(" ".join(words), published_day="2023-11-02") is None
