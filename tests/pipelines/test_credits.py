"""Which agency a text came from, and the words that say so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import credits as wire_credits
from pipelines import dateline
from pipelines.wires import WIRES, all_named, named
from storage.models import Credit

TEXT = "The harbour was closed for the night, officials said.\n\n"


def find(
    body: str = "Text.",
    tail: str | None = None,
    authors: tuple[str, ...] = (),
    copyright_line: str | None = None,
    own: str | None = None,
) -> Credit | None:
    found = dateline.split(body, published_day="2023-11-01", agency=own)
    return wire_credits.find(
        body=body, tail=tail, authors=authors, dateline=found, copyright_line=copyright_line, own_agency=own
    )


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
