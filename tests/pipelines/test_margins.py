"""Lines above and under a text: each is told for what it is, and sentences stay."""

from __future__ import annotations

import pytest

from pipelines import margins

NAMES = ["ada byron"]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("Uppdaterad 15.59 | Publicerad 14.14", "time line"), ("5:45 AM PST 11/19/2019 by Grace Hopper", "time line"),
        ("2026年1月14日 01時28分 (1月14日 01時40分更新)", "time line"), ("2026年8月31日14時5分、キール港で船が動いた。", None),
        ("Grace Hopper | Kiel | 08/01/2014", "time line"), ("Aggiornato il 3 marzo 2024, 12:30", "time line"),
        ("Par Grace Hopper", "byline"), ("By Grace Hopper and Alan Turing", "byline"), ("Von Émilie du Châtelet", None),
        ("Kiel 3:1 Lübeck", None), ("Von Kiel nach Lübeck in zwei Stunden", None),
        ("By Monday the port had opened.", None), ("МОСКВА, 2 октября 2023. /ТАСС/. Порт открыт.", None),
    ],
)  # fmt: skip
def test_lines_above_a_text(line: str, rule: str | None) -> None:
    assert margins.above(line, ("Harbour opens",), NAMES, None) == rule


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("ada@agency.example", "contact"), ("Ada Byron, ada@agency.example, twitter.com/ada", "contact"),
        ("This is a developing story and will be updated.", "note"),
        ("First published in The Harbour Review.", "note"),
        ("Ada Byron covers harbours and ships for the Harbour Agency.", "biography"),
        ("Grace Hopper is a senior reporter at the Harbour Agency.", None),
        ("Grete Hermann ist Redakteurin im Ressort Häfen.", None),
        ("Sophie Germain est journaliste au service maritime.", None),
        ("Sor Juana Ramírez es periodista y vive en Cádiz.", None),
        ("The police ask witnesses to write to tips@police.example or to call 110 at any time of the day.", None),
        ("Grace Hopper is the first woman to win the race.", None),
        ("“Ada Byron is a reporter,” he said.", None),
        ("The harbour is a place for journalists, they say.", None),
    ],
)  # fmt: skip
def test_lines_under_a_text(line: str, rule: str | None) -> None:
    assert margins.under(line, 0, NAMES) == rule


def test_the_headline_under_a_kicker_is_the_headline_again() -> None:
    headlines = ("Harbour opens after long repairs",)
    assert margins.above("Kiel in spring:Harbour opens after long repairs", headlines, NAMES, None) == "headline"
    told = "Nine days later, as the ferry left the quay at noon, they read: harbour opens after long repairs"
    assert margins.above(told, headlines, NAMES, None) is None
    assert margins.above("The harbour opens", ("Harbour opens",), NAMES, None) is None


def test_in_the_middle_of_a_text_nobody_is_introduced() -> None:
    assert margins.under("Ada Byron is a senior reporter at the Harbour Agency.", 3, NAMES) is None
