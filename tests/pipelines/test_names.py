"""Bylines of many languages, taken apart into names."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("By Ada Byron and Grace M. Hopper", ["Ada Byron", "Grace M. Hopper"]),
        ("Von Karl Groß, Korrespondent in Kiel", ["Karl Groß"]),
        ("ADA BYRON; ALAN TURING", ["Ada Byron", "Alan Turing"]),
        ("ByAda Byron Tuesday, October 2, 2023", ["Ada Byron"]),
        ("Ada Byron, Staff Writer", ["Ada Byron"]),
        ("harbour-agency.test, Kiel, Germany", []),
        ("https://social.test/adabyron", []),
        ("Redacci&oacute;n", ["Redacción"]),
        ("Text und Fotos: Karl Groß", ["Karl Groß"]),
        ("Text von Karl Groß Illustration von Rosa Rot", ["Karl Groß"]),
        ("Autorin: Rosa Rot, Leiterin des Hafens", ["Rosa Rot"]),
        ("Autoren Karl Groß und Rosa Rot", ["Karl Groß", "Rosa Rot"]),
        ("Author: Rosa Rot, Datum: 03.03.19", ["Rosa Rot"]),
        ("Written by Ada Byron on March 3", ["Ada Byron"]),
        ("Por Ana Ruiz y Luis Gil", ["Ana Ruiz", "Luis Gil"]),
        ("José Ortega y Gasset", ["José Ortega y Gasset"]),
        ("Par Léa Petit et Luc Roux", ["Léa Petit", "Luc Roux"]),
        ("Christophe Le Guen", ["Christophe Le Guen"]),
        ("Автор: Вера Белова", ["Вера Белова"]),
        ("بقلم: أحمد سالم", ["أحمد سالم"]),
        ("Oleh Budi Laut", ["Budi Laut"]),
        ("記者王小明／台北報導", ["王小明"]),
        ("山田太郎・佐藤花子", ["山田太郎", "佐藤花子"]),
        ("山田太郎、佐藤花子", ["山田太郎", "佐藤花子"]),
        ("김철수 기자", ["김철수"]),
        ("Ada Byron/HA", ["Ada Byron"]),
        ("Ada Byron @adabyron ada@agency.test", ["Ada Byron"]),
        ("Fotos: Karl Groß", []),
        ("By ADA BYRON, Associated Press", ["Ada Byron"]),
        ("By ADA BYRON and ALAN TURING, Associated Press", ["Ada Byron", "Alan Turing"]),
        ("ADA BYRON Associated Press", ["Ada Byron"]),
        ("ADA BYRON, AP Harbour Writer", ["Ada Byron"]),
        ("Ada Byron CNN", ["Ada Byron"]),
        ("Ana Petra", ["Ana Petra"]),
        ("Ada Byron Political Editor", ["Ada Byron"]),
        ("By Ada Byron Senior Reporter", ["Ada Byron"]),
        ("Letters to the Editor", []),
        ("Middle East Correspondent", []),
        ("Xinhua writers Li Ming, Wang Wei", ["Li Ming", "Wang Wei"]),
        ("Door onze correspondent Jan de Vries", ["Jan de Vries"]),
        ("Von unserem Korrespondenten in Rom, Karl Groß", ["Karl Groß"]),
        ("Par notre envoyée spéciale Léa Petit", ["Léa Petit"]),
        ("Penulis: Budi Laut | Editor: Siti Laut", ["Budi Laut"]),
        ("Editor: Rosa Rot", ["Rosa Rot"]),
        ("作者：李明、王伟 编辑：张三", ["李明", "王伟"]),
        ("记者 李明 王伟", ["李明", "王伟"]),
        ("新华社记者李明、王伟", ["李明", "王伟"]),
        ("記者 山田 太郎", ["山田 太郎"]),
        ("홍길동 김철수 기자", ["홍길동", "김철수"]),
        ("제인 밀러 기자", ["제인 밀러"]),
        ("山田太郎、佐藤花子 ベルリン支局長", ["山田太郎", "佐藤花子"]),
        ("Mario Rossi - Roma", ["Mario Rossi"]),
        ("محمد علي - القاهرة", ["محمد علي"]),
    ],
)
def test_a_byline_is_split_into_names(text: str, found: list[str]) -> None:
    assert [name for name in names.split(text) if names.shaped(name)] == found


@pytest.mark.parametrize(
    "text", ["Ada Byron", "Ursula von der Laan", "I. Newton", "王伟", "김철수", "Вера Белова", "Redonda O'Neil"]
)
def test_what_has_the_shape_of_a_name(text: str) -> None:
    assert names.shaped(text)


@pytest.mark.parametrize(
    "text",
    [
        "unserer lieben Leserin",
        "Sat",
        "March",
        "a@b.test",
        "Ada: port",
        "x",
        "user123",
        "この記事を書いた人",
        "東京社会部",
    ],
)
def test_what_has_not(text: str) -> None:
    assert not names.shaped(text)


@given(st.text(max_size=120))
def test_any_text_is_split_into_parts_of_itself(text: str) -> None:
    for name in names.split(text):
        assert name.strip() == name != ""
        assert len(name) <= 3 * len(text)


@given(
    st.lists(st.sampled_from(["Ada Byron", "Karl Groß", "Rosa Rot", "Alan Turing"]), min_size=1, unique=True),
    st.sampled_from(["By ", "Von ", "Par ", "Por ", "Text: ", ""]),
    st.sampled_from([", ", " & ", "; ", " und ", " and ", " et "]),
)
def test_names_are_found_whatever_stands_between_them(people: list[str], before: str, between: str) -> None:
    assert names.split(before + between.join(people)) == people


@pytest.mark.parametrize("unit", ["a ", "By ", ", and ", '"@type":"x",', "A. B, ", "(", "、王", "x@y.", "staff "])
def test_a_long_text_takes_no_long_time(unit: str) -> None:
    started = time.process_time()
    names.split(unit * (100_000 // len(unit)))
    assert time.process_time() - started < 0.5
