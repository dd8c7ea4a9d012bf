"""What headlines and first lines say of their own revision."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.markers import read

HEADLINES = [
    ("UPDATE 1-Harbour reopens", "update", "Harbour reopens", "UPDATE 1"),
    ("WRAPUP 2-Banks report", "update", "Banks report", "WRAPUP 2"),
    ("Update: Harbour reopens", "update", "Harbour reopens", "Update"),
    ("1st LD-Writethru: Harbour reopens", "update", "Harbour reopens", "1st LD-Writethru"),
    ("(LEAD) Harbour reopens", "update", "Harbour reopens", "LEAD"),
    ("(2nd LD) Harbour reopens", "update", "Harbour reopens", "2nd LD"),
    ("2ND LEAD 3RD NET Harbour reopens", "update", "Harbour reopens", "2ND LEAD 3RD NET"),
    ("Harbour reopens (UPDATED)", "update", "Harbour reopens", "UPDATED"),
    ("Порт открыт (обновлено)", "update", "Порт открыт", "обновлено"),
    ("ОБНОВЛЕНО: Порт открыт", "update", "Порт открыт", "ОБНОВЛЕНО"),
    ("(종합) 항구 재개", "update", "항구 재개", "종합"),
    ("CORRECTED-Harbour reopens", "correction", "Harbour reopens", "CORRECTED"),
    ("CORRECTED (OFFICIAL)-Harbour reopens", "correction", "Harbour reopens", "CORRECTED (OFFICIAL)"),
    ("CORRECTION: Harbour reopens", "correction", "Harbour reopens", "CORRECTION"),
    ("Correction: Harbour story", "correction", "Harbour story", "Correction"),
    ("Corrected: Harbour reopens", "correction", "Harbour reopens", "Corrected"),
    ("ИСПРАВЛЕНИЕ: Порт открыт", "correction", "Порт открыт", "ИСПРАВЛЕНИЕ"),
    ("Уточнение: порт открыт", "correction", "порт открыт", "Уточнение"),
    ("Berichtigung: Hafen offen", "correction", "Hafen offen", "Berichtigung"),
    ("Korrektur: Hafen offen", "correction", "Hafen offen", "Korrektur"),
    ("Rectificatif: le port rouvre", "correction", "le port rouvre", "Rectificatif"),
    ("CORREGIDO-Reabre el puerto", "correction", "Reabre el puerto", "CORREGIDO"),
    ("CORRECCIÓN: Reabre el puerto", "correction", "Reabre el puerto", "CORRECCIÓN"),
    ("DÜZELTME - Liman açıldı", "correction", "Liman açıldı", "DÜZELTME"),
    ("更正：港口重新开放", "correction", "港口重新开放", "更正"),
    ("【訂正】港が再開", "correction", "港が再開", "訂正"),
    ("تصحيح: إعادة فتح الميناء", "correction", "إعادة فتح الميناء", "تصحيح"),
    ("REFILE-Harbour reopens", "refile", "Harbour reopens", "REFILE"),
    ("REFILE 1ST LEAD Harbour reopens", "refile", "Harbour reopens", "REFILE 1ST LEAD"),
    ("RPT-Harbour reopens", "repeat", "Harbour reopens", "RPT"),
    ("REPEAT-Harbour reopens", "repeat", "Harbour reopens", "REPEAT"),
    ("RPT-UPDATE 1-Harbour reopens", "repeat", "Harbour reopens", "RPT-UPDATE 1"),
    ("UPDATE 2-CORRECTED-Harbour reopens", "correction", "Harbour reopens", "UPDATE 2-CORRECTED"),
    ("STORY WITHDRAWN-Harbour reopens", "withdrawal", "Harbour reopens", "STORY WITHDRAWN"),
    ("WITHDRAWN-CORRECTED-Harbour reopens", "withdrawal", "Harbour reopens", "WITHDRAWN-CORRECTED"),
    ("KILL: Harbour reopens", "withdrawal", "Harbour reopens", "KILL"),
    ("STORY WITHDRAWN", "withdrawal", "STORY WITHDRAWN", "STORY WITHDRAWN"),
    ("KILL KILL KILL", "withdrawal", "KILL KILL KILL", "KILL KILL KILL"),
]


@pytest.mark.parametrize(("title", "kind", "clean", "label"), HEADLINES, ids=[row[0] for row in HEADLINES])
def test_a_headlines_mark_gives_kind_clean_title_and_label(title: str, kind: str, clean: str, label: str) -> None:
    marker = read(title, "The harbour reopened.")
    assert (marker.kind, marker.title, marker.label) == (kind, clean, label)


@pytest.mark.parametrize(
    ("title", "urgency"),
    [
        ("(URGENT) Harbour closed", "urgent"),
        ("BULLETIN - Harbour closed", "urgent"),
        ("BREAKING: Harbour closed", "urgent"),
        ("СРОЧНО: Harbour closed", "urgent"),
        ("عاجل: Harbour closed", "urgent"),
        ("FLASH: Harbour closed", "flash"),
        ("[속보] Harbour closed", "flash"),
    ],
)
def test_urgency_is_no_revision(title: str, urgency: str) -> None:
    marker = read(title, "")
    assert (marker.kind, marker.title, marker.urgency) == (None, "Harbour closed", urgency)


def test_urgency_and_a_revision_may_stand_together() -> None:
    marker = read("(URGENT) (LEAD) Harbour closed", "")
    assert (marker.kind, marker.title, marker.urgency) == ("update", "Harbour closed", "urgent")


PLAIN = [
    "Update your browser",
    "Breaking Bad returns",
    "Correction facility opens",
    "Correctional officers: a strike",
    "Flash floods kill 12",
    "FLASH MOB stops traffic",
    "Kill Bill: the whole affair",
    "Repeat offenders: a study",
    "Repeating history",
    "Lead in water (Pb)",
    "Leads to growth",
    "LEAD-FREE PETROL IS HERE",
    "Urgent call for aid",
    "Bulletin board: what is on",
    "COVID-19: Update zur Lage",
    "GLOBAL MARKETS-Shares slip",
    "PRECIOUS-Gold rises",
    "UPDATE",
    "Withdrawn but not defeated",
    "Berichtigungen im Grundbuch",
    "Уточнение правил вступило в силу",
    "",
]


@pytest.mark.parametrize("title", PLAIN)
def test_a_plain_title_stays_as_it_is(title: str) -> None:
    marker = read(title, "The committee corrects the record and adds a chapter.")
    assert (marker.kind, marker.urgency, marker.title, marker.label) == (None, None, title, None)


BODIES = [
    ("(Adds minister's reaction, details)\n\nBy Jane Roe", "update"),
    ("(Recasts, adds quotes)\nText", "update"),
    ("(ATTN: ADDS details in paras 4-5)\nText", "update"),
    ("Eds: UPDATES: With AP Photos.\nText", "update"),
    ("Eds: APNewsNow. Changes short headline. New approach.\nText", "update"),
    ("Nieuw bericht, vervangt: Haven dicht\nTekst", "update"),
    ("(Corrects name in paragraph 3)\nText", "correction"),
    ("(In Jan. 3 story, corrects last paragraph to say tonnes)\nText", "correction"),
    ("(ATTN: CORRECTS figure in lead)\nText", "correction"),
    ("This is a corrected repeat.\nText", "correction"),
    ("Le communiqué suivant corrige et remplace celui de lundi.\nTexte", "correction"),
    ("Text of the story.\n\n(This story corrects to add dropped word)", "correction"),
    ("(This March 4 story has been corrected to fix the name, in paragraph 2)\nText", "correction"),
    ("(This story has been refiled to fix a typo)\nText", "refile"),
    ("(Removes extraneous word from headline)\nText", "refile"),
    ("(Repeats story issued earlier for additional clients)\nText", "repeat"),
    ("STORY WITHDRAWN\n\nThe story is wrong.", "withdrawal"),
    ('The story headlined "Harbour closed" is withdrawn.', "withdrawal"),
    ("(This story has been withdrawn)", "withdrawal"),
    ("Eds: With AP Photos.\nText", None),
    ("(CNN) The man corrects a sign.", None),
    ("(Reuters) - The firm withdrew its offer.", None),
    ("The report on the harbour was withdrawn by the ministry.", None),
    ("Adds to the problem: a drought.", None),
]


@pytest.mark.parametrize(("body", "kind"), BODIES, ids=[row[0][:50] for row in BODIES])
def test_an_advisory_line_says_what_was_done(body: str, kind: str | None) -> None:
    marker = read("Harbour reopens", body)
    assert (marker.kind, marker.title) == (kind, "Harbour reopens")
    assert (marker.label is None) == (kind is None)


def test_the_stronger_of_headline_and_line_decides_and_the_headline_is_the_label() -> None:
    marker = read("UPDATE 2-Harbour reopens", "(Corrects date)\nText")
    assert (marker.kind, marker.label) == ("correction", "UPDATE 2")


def test_anps_count_of_versions_is_taken_off_where_the_text_says_so() -> None:
    assert read("Haven dicht (2)", "N i e u w bericht, vervangt: Haven open").title == "Haven dicht"
    assert read("Haven dicht (2)", "Tekst").title == "Haven dicht (2)"


@given(st.text(max_size=80), st.text(max_size=200))
def test_any_text_is_read_and_a_title_never_becomes_empty(title: str, body: str) -> None:
    marker = read(title, body)
    assert bool(marker.title.strip()) == bool(title.strip())


def test_a_title_of_combining_marks_is_left_as_it_is_at_once() -> None:
    title = "e" + "\u0301\u0327" * 50_000
    assert read(title, "A text.").title == title
