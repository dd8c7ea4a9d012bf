"""Which agency a text came from, and the words that say so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import creditlines, dateline
from pipelines import credits as wire_credits
from pipelines.attribution import Attribution
from pipelines.wires import WIRES, all_named, named
from storage.models import Credit

TEXT = "The harbour was closed for the night, officials said.\n\n"


def find(
    body: str = "Text.",
    tail: str | None = None,
    authors: tuple[str, ...] = (),
    copyright_line: str | None = None,
    own: str | None = None,
    said: Attribution = wire_credits.NOTHING_SAID,
) -> Credit | None:
    found = dateline.split(body, published_day="2023-11-01", agency=own)
    witness = wire_credits.strongest(
        body=body, tail=tail, authors=authors, dateline=found, copyright_line=copyright_line, own_agency=own, said=said
    )
    return witness[1] if witness else None


ENDS = [
    ("(AP)", "AP", "high"),
    ("The pier is open. (dpa)", "dpa", "high"),
    ("The pier is open (ANSA).", "ANSA", "high"),
    ("The pier is open. (APA/dpa)", "APA/dpa", "high"),
    ("(APA, 1.11.2023)", "APA", "high"),
    ("The pier is open. — Bernama", "Bernama", "high"),
    ("Source: Xinhua", "Xinhua", "high"),
    ("来源：新华社", "Xinhua", "high"),
    ("Источник: РИА Новости", "RIA Novosti", "high"),
    ("(с) ТАСС", "TASS", "high"),
    ("/ritzau/", "Ritzau", "high"),
    ("The pier is open. ==Kyodo", "Kyodo", "high"),
    ("With AFP", "AFP", "medium"),
    ("With inputs from PTI", "PTI", "medium"),
    ("Avec AFP", "AFP", "medium"),
    ("Con información de EFE", "EFE", "medium"),
    ("Mit Material von dpa und AFP", "dpa/AFP", "medium"),
    ("The Associated Press contributed to this report.", "AP", "medium"),
    ("(Reporting by Jane Roe; Editing by John Doe)", "Reuters", "medium"),
]


@pytest.mark.parametrize(("line", "agency", "confidence"), ENDS, ids=[row[0] for row in ENDS])
def test_the_end_of_a_text_names_its_agency(line: str, agency: str, confidence: str) -> None:
    for credit in (find(TEXT + line), find(TEXT, tail=line)):
        assert credit is not None
        assert (credit.agency, credit.confidence) == (agency, confidence)
        assert credit.evidence in line


@pytest.mark.parametrize(
    "line",
    [
        "Photo: AFP",
        "(AP Photo/Jane Roe)",
        "Foto: dpa",
        "Фото: ТАСС",
        "图片来源：新华社",
        "Getty Images/AFP",
        "He spoke to AP.",
        "A spokesman told Reuters that the pier was open.",
        "Source: harbour office",
        "With regards from the crew",
        "The vote went to the People's Action Party (PAP).",
        "The firm sells in the Middle East and North Africa (MENA)",
        "Pupils may take the Advanced Placement (AP).",
    ],
)
def test_pictures_and_mentions_are_no_credit(line: str) -> None:
    assert find(TEXT + line) is None


def test_the_dateline_is_the_first_witness() -> None:
    credit = find("MOSCOW, November 1. /TASS/. The pier is open. (AP)")
    assert credit == Credit("TASS", "MOSCOW, November 1. /TASS/.", "high")


def test_a_shared_dateline_names_both() -> None:
    credit = find("San Diego (tca/dpa) - The pier is open.")
    assert credit is not None
    assert credit.agency == "TCA/dpa"


def test_an_unknown_name_in_a_dateline_is_weak() -> None:
    credit = find("HARBOUR TOWN (QNX8) -- The pier is open.")
    assert credit is not None
    assert (credit.agency, credit.confidence) == ("QNX8", "low")


@pytest.mark.parametrize("author", ["Reuters Staff", "Jane Roe (Reuters)", "Jane Roe, Reuters", "Jane Roe | Reuters"])
def test_an_author_that_is_an_agency_counts(author: str) -> None:
    credit = find(authors=("John Doe", author))
    assert credit == Credit("Reuters", author, "high")


def test_an_authors_own_name_is_no_agency() -> None:
    assert find(authors=("Ana Petra", "Ap Dijksterhuis", "Jean-Marie Lusa")) is None


def test_a_copyright_line_of_an_agency_counts_and_one_of_a_paper_does_not() -> None:
    credit = find(
        copyright_line="Copyright 2019 The Associated Press. All rights reserved. This material may not be published."
    )
    assert credit is not None
    assert (credit.agency, credit.confidence) == ("AP", "medium")
    assert find(copyright_line="© 2019 Harbour Gazette") is None


def test_on_an_agencys_own_page_shared_work_takes_nothing_from_it() -> None:
    assert find(TEXT + "With AFP", own="Anadolu") is None
    assert find(TEXT, tail="(Reporting by Jane Roe; Editing by John Doe)", own="TASS") is None
    credit = find(TEXT, tail="(Reporting by Jane Roe; Editing by John Doe)", own="Reuters")
    assert credit is not None
    assert credit.agency == "Reuters"


def test_every_spelling_belongs_to_one_agency_only() -> None:
    spellings = [spelling for wire in WIRES for spelling in wire.spellings]
    assert len(spellings) == len(set(spellings))
    for wire in WIRES:
        for spelling in (wire.name, *wire.spellings):
            assert named(spelling) is wire, spelling


def test_a_shared_credit_needs_all_its_parts() -> None:
    assert [wire.name for wire in all_named("dpa und AFP")] == ["dpa", "AFP"]
    assert [wire.name for wire in all_named("red/dpa")] == ["dpa"]
    assert all_named("Jane Roe und AFP") == ()


@given(st.text(max_size=300), st.none() | st.text(max_size=100), st.lists(st.text(max_size=30), max_size=3))
def test_any_text_is_read_without_failing(body: str, tail: str | None, authors: list[str]) -> None:
    credit = find(body, tail, tuple(authors), tail)
    assert credit is None or credit.agency


def test_an_agencys_own_page_that_names_only_its_city_is_the_agencys() -> None:
    credit = find("Ankara\n\nThe pier was closed for the night, officials said.", own="Anadolu")
    assert credit == Credit("Anadolu", "Ankara", "medium")


def test_a_canonical_address_on_an_agencys_site_credits_it() -> None:
    address = "https://apnews.com/article/pier-1a2b"
    credit = find(said=Attribution(address="https://gazette.example/pier", elsewhere=(address,)))
    assert credit == Credit("AP", address, "high")
    assert find(said=Attribution(address="https://gazette.example/pier", elsewhere=("https://apnews.com/",))) is None


def test_words_that_are_also_names_of_agencies_credit_nobody() -> None:
    for word in ("Mehr", "- AA +", "Trend"):
        assert find(said=Attribution(beside=(word,))) is None


def test_a_station_or_the_site_itself_in_a_dateline_is_no_agency() -> None:
    assert find("HOUSTON (KXYZ) -- The pier is open.") is None
    own = Attribution(address="https://www.qnx8.example/pier")
    assert find("HARBOUR TOWN (QNX8) -- The pier is open.", said=own) is None


def test_who_signs_a_picture_is_no_author_of_the_text() -> None:
    for line in ("Jane Roe / AFP", "AFP/Jane Roe", "© REUTERS / Pool", "Photo: Jane Roe/TT"):
        assert find(said=Attribution(bylines=(line,))) is None
    credit = find(said=Attribution(bylines=("Jane Roe/TT",)))
    assert credit is not None
    assert credit.agency == "TT"


def test_a_copy_without_a_credit_inherits_the_origins_with_low_confidence() -> None:
    credit = wire_credits.inherited("TASS", "https://tass.com/world/1")
    assert credit == Credit("TASS", "same text as https://tass.com/world/1", "low")


CONVENTIONS = [
    ("Copyright 2019 The Associated Press. All rights reserved. This material may not be published, broadcast.", "AP"),
    ("© EFE 2019. Está expresamente prohibida la redistribución y la redifusión.", "EFE"),
    ("© 2018 ANP. Alle auteursrechten en databankrechten voorbehouden.", "ANP"),
    ("(c) Copyright ANSA 2017", "ANSA"),
    ("(c) ITAR-TASS 2019", "TASS"),
    ("Copyright 2022, dpa (www.dpa.de). Alle Rechte vorbehalten", "dpa"),
    ("© 2019 GlobeNewswire, Inc. All rights reserved.", "GlobeNewswire"),
    ("REUTERS/Jane Roe", None),
    ("Jane Roe/AP/TT", None),
    ("The New York Times Company", None),
]


@pytest.mark.parametrize(("line", "agency"), CONVENTIONS)
def test_copyright_lines_of_agencies_are_read_and_those_of_pictures_are_not(line: str, agency: str | None) -> None:
    credit = find(copyright_line=line)
    assert (credit.agency if credit else None) == agency


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("AFPhttps://x.test", "AFP"),
        ("Reutershttp://x", "Reuters"),
        ("РИА НовостиHTTPS://ria.ru", "RIA Novosti"),
        ("ρό\u0345τερς", "Reuters"),
        ("ρόιτερς", "Reuters"),
    ],
)
def test_an_agency_is_found_where_its_name_is_no_word_by_itself(line: str, name: str) -> None:
    assert [wire.name for wire in creditlines.agencies(line)] == [name]


@pytest.mark.parametrize(("line", "name"), [("The port reopened. Enditem", "Xinhua"), ("AP-WF-11-03-24 1200GMT", "AP")])
def test_an_end_mark_names_its_agency(line: str, name: str) -> None:
    said = creditlines.closing(line)
    assert said is not None
    assert [wire.name for wire in said.wires] == [name]
