"""Ordinary news that speaks of withdrawals is no notice; a note in the place of a text is one, reported speech is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines import fingerprint, notices, remnants
from pipelines.decision import decide
from pipelines.markers import read
from storage.models import Article, Known, KnownArticle

URL = "https://wire.test/a/1"
LINES = tuple(
    f"In year {n} the harbour of Callao was closed for the winter, and {n + 3} boats waited outside until the pilot came."
    for n in range(1, 13)
)
STORY = "\n\n".join(LINES)
NOTES = [
    "This article has been retracted by the journal Nature, its editors said.",
    "The story has been withdrawn from sale after complaints, the publisher said on Monday.",
    "This article has been withdrawn, according to the university.",
    "Der Artikel wurde zurückgezogen, teilte der Verlag des Fachmagazins mit.",
    "Материал снят с публикации по просьбе заявителя, сообщил суд.",
    "Cet article a été retiré, a indiqué la revue lundi.",
    "Esta noticia ha sido retirada, informó el diario.",
    "Esta notícia foi retirada, disse o jornal.",
    "Questa notizia è stata ritirata, ha detto il direttore.",
    "Dit artikel is verwijderd, meldt de krant.",
]
TITLES = [
    "WITHDRAWN: EU pulls offer from talks",
    "KILL: new film by Tarantino opens",
    "RETRACTION: A novel",
    "Retraction: a novel",
    "АННУЛИРОВАНО: лицензия банка",
    "АНУЛЬОВАНО: ліцензія банку",
    "ZURÜCKGEZOGEN: Klage gegen den Hafen",
    "Bond issue of the port (WITHDRAWN)",
    "RETRACTION",
]


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize("place", ["first", "last"])
def test_a_whole_text_that_reports_a_withdrawal_is_not_withdrawn(note: str, place: str) -> None:
    body = f"{note}\n\n{STORY}" if place == "first" else f"{STORY}\n\n{note}"
    marker = read("Study of harbours", body)
    assert (marker.kind, marker.label) == (None, None)


@pytest.mark.parametrize(
    "note",
    [
        "This story has been withdrawn because it was published in error.",
        "Diese Meldung wird hiermit zurückgezogen. Bitte verwenden Sie sie nicht.",
        "Editor's note: This article has been withdrawn.",
    ],
)
def test_a_note_that_reports_nobody_withdraws_a_whole_text(note: str) -> None:
    assert read("Study of harbours", f"{note}\n\n{STORY}").kind == "withdrawal"


@pytest.mark.parametrize("title", TITLES)
def test_a_bare_mark_over_a_whole_text_withdraws_nothing_and_stays_in_the_title(title: str) -> None:
    marker = read(title, STORY)
    assert (marker.kind, marker.title) == (None, title)
    assert read(title, "The text was wrong.").kind == "withdrawal"
    assert read(title, f"{STORY}\n\nThis story has been withdrawn.").kind == "withdrawal"


@pytest.mark.parametrize(
    "title", ["STORY WITHDRAWN: Port closed", "WITHDRAWN-Port closed", "MANDATORY KILL: Port closed"]
)
def test_a_mark_that_names_the_story_or_has_a_hyphen_withdraws_a_whole_text(title: str) -> None:
    marker = read(title, STORY)
    assert (marker.kind, marker.title) == ("withdrawal", "Port closed")


def test_a_label_in_the_text_is_no_notice_either() -> None:
    assert read("Books of the week", f"RETRACTION: A novel of the sea\n\n{STORY}").kind is None


def article(title: str, body: str) -> Article:
    marker = read(title, body)
    return Article(
        source="wire", key="id:1", url=URL, canonical_url=URL, title=marker.title, body=body, extractor="1",
        content_hash=fingerprint.content_hash(marker.title, None, body), marker=marker.kind, label=marker.label,
        announced=marker.announced,
    )  # fmt: skip


def stored(of: Article, **more: object) -> KnownArticle:
    known = KnownArticle(
        id=7, source=of.source, key=of.key, url=URL, revision=1, content_hash=of.content_hash, hashes=(of.content_hash,),
        title=of.title, lead=None, body=of.body, status="live", story_id=3, extractor="1", here=True,
    )  # fmt: skip
    return replace(known, **more)  # type: ignore[arg-type]


def test_a_bare_mark_before_a_headline_that_was_stored_without_it_withdraws() -> None:
    plain, marked = article("EU pulls offer from talks", STORY), article("WITHDRAWN: EU pulls offer from talks", STORY)
    decision = decide(marked, Known(stored(plain)))
    assert (decision.kind, decision.status, decision.detail) == ("withdrawal", "withdrawn", "WITHDRAWN")
    known = stored(marked, status="withdrawn")
    assert (decide(marked, Known(known)).outcome, decide(marked, Known(known)).status) == ("unchanged", "withdrawn")
    longer = article(marked.title, f"{STORY}\n\nIt was sent in error.")
    assert decide(longer, Known(known)).status == "withdrawn"
    assert decide(marked, Known(stored(marked))).outcome == "unchanged"
    assert decide(longer, Known(stored(marked))).kind == "update"


@pytest.mark.parametrize(
    "left",
    [
        "This article has been removed because it did not meet our standards.",
        "This story is no longer available.",
        "Dieser Artikel ist nicht mehr verfügbar.",
        "Cet article n'est plus disponible.",
        "Эта новость была удалена.",
        "Editor's note: We took the text down.",
    ],
)
def test_a_note_in_the_place_of_a_text_counts_as_gone(left: str) -> None:
    found = replace(article("Flood report", left), marker=None)
    assert remnants.only_a_note(found, stored(article("Flood report", STORY))) == left


@pytest.mark.parametrize(
    "left",
    [
        "The report said 40 families were removed from their homes by boat late on Monday. " + LINES[0],
        "Ship sinks off Lisbon. This page of history is one that cannot be deleted, the minister said. " + LINES[0],
        "This article has been removed from the treaty, the minister said on Monday. " + LINES[0],
        "This item was removed from the agenda, according to the council.",
        "The text of the treaty was withdrawn by Peru on Monday.",
    ],
)
def test_a_text_that_was_cut_short_is_no_note(left: str) -> None:
    found = article("Flood report", left)
    assert remnants.only_a_note(replace(found, marker=None), stored(article("Flood report", STORY))) is None


def test_one_limit_says_what_is_brief() -> None:
    assert notices.brief("word " * notices.NOTICE_WORDS)
    assert not notices.brief("word " * (notices.NOTICE_WORDS + 1))
    assert remnants.withdrawn("withdrawal", "word " * notices.NOTICE_WORDS)
    assert not remnants.withdrawn("withdrawal", "word " * (notices.NOTICE_WORDS + 1))


OTHERS = [
    "This report was withdrawn by the World Bank in June.",
    "This article was struck out and removed from the treaty.",
    "This article has been removed from the penal code.",
    "This report has been updated by the WHO for the spring.",
    "This article was corrected by the upper house in May.",
    "Ce texte a été retiré jeudi par la ministre de la Mer.",
    "Cet article a été modifié par les députés dans la nuit.",
    "Este texto fue retirado el jueves por el Congreso de Lima.",
    "Este texto foi retirado da pauta na quinta-feira.",
    "Questo testo è stato ritirato dal ministro della Pesca.",
    "Questo articolo è stato modificato in commissione.",
    "Der Text wurde am Donnerstag vom Umweltausschuss zurückgezogen.",
    "Этот текст удален из договора.",
    "Эта статья отменена парламентом.",
    "该文件之外，本文已被国会删除。",
]


@pytest.mark.parametrize("line", OTHERS)
@pytest.mark.parametrize("place", ["first", "last"])
def test_a_bill_a_report_or_an_article_of_a_law_is_not_the_text_it_stands_in(line: str, place: str) -> None:
    marker = read("Law of the sea", f"{line}\n\n{STORY}" if place == "first" else f"{STORY}\n\n{line}")
    assert marker.kind is None, marker


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("An earlier version of this article said that the bill was passed by the Senate.", "correction"),
        ("This article was amended to say that the fine was paid by the ministry.", "correction"),
        ("Editor's note: This report was withdrawn late on Tuesday.", "withdrawal"),
        ("Dieser Artikel wurde korrigiert: Das Gesetz wurde vom Bundestag beschlossen.", "correction"),
        ("This story has been updated with a statement by the president.", "update"),
    ],
)
def test_what_was_wrong_may_speak_of_anybody(line: str, kind: str) -> None:
    assert read("Law of the sea", f"{STORY}\n\n{line}").kind == kind


def test_a_sentence_of_withdrawal_amid_a_story_withdraws_nothing() -> None:
    amid = "\n\n".join((*LINES[:3], "This text was withdrawn late on Tuesday.", *LINES[3:5]))
    assert read("Law of the sea", amid).kind is None
    assert read("Law of the sea", amid.replace("This text was withdrawn late on Tuesday.", "")).kind is None
    set_apart = amid.replace("This text was withdrawn late on Tuesday.", "[This text was withdrawn late on Tuesday.]")
    assert read("Law of the sea", set_apart).kind == "withdrawal"
