"""What changes around a text is no news; what changes in it is."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from pipelines import fingerprint, furniture
from storage.models import Article, KnownArticle

LEAD = "The harbour of Porto Sereno will stay closed until Friday, the authority said."
BODY = (
    "PORTO SERENO, November 1. /MERCURY/. The harbour was closed for the night after a crane fell on the quay.\n\n"
    "Boats waited outside until the pilot came at six. Nobody was hurt, the authority said, but 14 ships lay at anchor.\n\n"
    "The café on the pier lost $1,500 in a day, its owner Ana Núñez said. \"We’ll open again,\" she added."
)  # fmt: skip


def article(body: str = BODY, title: str = "Harbour closed after crane falls", lead: str | None = None) -> Article:
    return Article(
        source="wire", key="id:1", url="https://wire.test/1", canonical_url="https://wire.test/1", title=title, body=body,
        lead=lead, content_hash=fingerprint.content_hash(title, lead, body), extractor="1",
    )  # fmt: skip


def same(one: Article, other: Article) -> bool:
    known = KnownArticle(
        id=1, source="wire", key="id:1", url=other.url, revision=1, content_hash="", hashes=(), title=other.title,
        lead=other.lead, body=other.body, status="live", story_id=1, extractor="1",
    )  # fmt: skip
    return furniture.same(one, known)


AROUND = [
    BODY + "\n\nRead also: Fishermen ask for help",
    BODY + "\n\nFollow us on Telegram for more news from the coast.",
    BODY + "\n\nSign up for our newsletter to get the best of Mercury in your inbox.",
    BODY + "\n\nThe best of the coast, each morning: subscribe to the Harbour Letter today.",
    BODY + "\n\n© Mercury News Agency 2026. All rights reserved.",
    BODY + "\n\n1,204 views",
    BODY.replace("\n\nThe café", "\n\nFile photo: Mercury/J. Costa\n\nThe café"),
    BODY.replace("\n\nThe café", "\n\nA night at anchor\n\nThe café"),
    BODY.replace("\n\nThe café", "\n\nMore on Porto Sereno\n\nThe harbour that never sleeps\n\nThe café"),
    BODY + "\n\nПодписывайтесь на наш канал в Telegram",
    BODY + "\n\nAbonnez-vous à notre newsletter.",
    BODY + "\n\nLast updated: November 1, 14:30",
    BODY.removeprefix("PORTO SERENO, November 1. /MERCURY/. "),
    BODY.replace("\n\n", " "),
    BODY.encode().decode("cp1252"),
    BODY.replace('"', "&quot;").replace("’", "&#8217;"),
    BODY.replace("’", "'").replace('"', "“"),
    BODY.replace("café", "cafe").replace("Núñez", "Nunez"),
    BODY.replace("harbour", "har\u00adbour").replace("quay", "quay\u200b"),
    BODY.replace("1,500", "1 500").replace(" - ", " — "),
    BODY.upper(),
]


@pytest.mark.parametrize("body", AROUND)
def test_what_stands_around_a_text_or_is_typography_is_the_same_whichever_way_it_changes(body: str) -> None:
    assert same(article(body), article())
    assert same(article(), article(body))


WITHIN = [
    BODY.replace("14 ships", "15 ships"),
    BODY.replace("$1,500", "€1,500"),
    BODY.replace("1,500", "1.5"),
    BODY.replace("lost $1,500", "lost $15,00"),
    BODY.replace("Nobody was hurt", "Two people were hurt"),
    BODY + "\n\nThe crane was forty years old.",
    BODY + "\n\nThe crane will be taken down on Friday, the minister told Mercury in an interview.",
    BODY.rpartition("\n\n")[0],
    BODY + "\n\nHe asked readers to subscribe to the view that cranes are safe.",
    BODY.replace("at six", "at seven"),
    "Mercury",
]


@pytest.mark.parametrize("body", WITHIN)
def test_a_changed_word_number_or_sentence_is_not_the_same(body: str) -> None:
    assert not same(article(body), article())
    assert not same(article(), article(body))


def test_a_suffix_with_the_sites_name_is_no_other_title_but_other_words_are() -> None:
    plain = article()
    assert same(replace(plain, title=plain.title + " - Mercury News"), plain)
    assert same(plain, replace(plain, title=plain.title + " | MERCURY"))
    assert same(replace(plain, title="Harbour Closed After Crane Falls"), plain)
    assert not same(replace(plain, title="Harbour reopens after crane falls"), plain)


def test_a_lead_that_moves_into_the_body_or_goes_is_the_same_and_another_lead_is_not() -> None:
    assert same(article(lead=LEAD), article())
    assert same(article(LEAD + "\n\n" + BODY), article(lead=LEAD))
    assert same(article(lead=LEAD), article(LEAD + "\n\n" + BODY))
    assert not same(article(lead=LEAD), article(lead="The harbour is open again, the authority said."))


@pytest.mark.parametrize(
    "line", ["(Adds comment in paragraph 4)", "By Ana Núñez", "(Corrige la cifra del párrafo 5, que es 354)"]
)
def test_a_lead_that_moves_in_front_of_an_advisory_is_the_same(line: str) -> None:
    stored = article(f"{line}\n\n{BODY}", lead=LEAD)
    assert same(article(f"{LEAD}\n\n{line}\n\n{BODY}"), stored)
    assert same(stored, article(f"{LEAD}\n\n{line}\n\n{BODY}"))
    assert not same(article(f"{LEAD}\n\n{line}\n\n{BODY.replace('14', '15')}"), stored)


def test_one_list_of_results_for_another_is_a_change() -> None:
    assert not same(article(BODY + "\n\nPorto Sereno beat Lima"), article(BODY + "\n\nLima beat Porto Sereno"))
    assert not same(article(BODY + "\n\nPorto Sereno 3 Lima 2"), article())
    flash = "A crane has fallen in Porto Sereno"
    assert not same(article("Two dead in a train crash near Lima"), article(flash))


def test_thai_writes_no_full_stops_and_a_new_paragraph_is_a_change() -> None:
    text = "ท่าเรือปิดทำการในคืนนี้หลังจากเครนล้มลงบนท่าเรือ"
    assert not same(article(text + "\n\nไม่มีผู้บาดเจ็บ"), article(text))


def test_a_change_behind_what_is_compared_word_by_word_is_a_change() -> None:
    long = "\n\n".join(f"Ship {number} lay at anchor." for number in range(20_000))
    assert same(article(long), article(long))
    assert same(article(long.replace("Ship 1 lay", "Ship 1 LAY")), article(long))
    assert not same(article(long + " Then it left."), article(long))
    assert not same(article(long.replace("Ship 19000 lay", "Ship 19000 sank")), article(long))
    short_lines = "\n".join("no" for _ in range(3_000))
    assert not same(article(short_lines + "\nyes"), article(short_lines))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\n\n".join(f"Ship number {n} lay at anchor outside" for n in range(20_000)), "\n\nAnd left."),
        ("no " * 500_000, "end"),
        ("港口重新开放" * 100_000, "完"),
        ("a" + "\u0315\u0300" * 200_000, "b"),
        ("Ã©" * 300_000, "b"),
    ],
    ids=["paragraphs", "words", "characters", "marks", "mojibake"],
)
def test_texts_of_megabytes_are_compared_in_a_moment(one: str, other: str) -> None:
    begun = time.process_time()
    assert not same(article(f"{other} {one}"), article(one))
    assert not same(article(one + other), article(one))
    assert time.process_time() - begun < 5, "it took half a minute and more, by the square of the length"


def test_a_title_of_blanks_is_read_in_a_moment() -> None:
    begun = time.process_time()
    assert not same(article(title="Harbour" + " " * 100_000 + "x"), article())
    assert not same(article(title="Harbour" + " - " * 100_000 + "x"), article())
    assert time.process_time() - begun < 2
    assert same(article(title="Harbour  closed \t after crane falls  |  Mercury News"), article())
