"""Copies, follow-ups and second keys: which stories a text joins, and which become one by it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from pipelines import fingerprint, kinship, overlap
from pipelines.decision import decide
from storage.models import Article, Kin, Known, KnownArticle

VOCABULARY = ["".join(random.Random(seed).choices("abdeiklmnorstu", k=2 + seed % 8)) for seed in range(3000)]


def words(seed: int, length: int = 300) -> list[str]:
    return random.Random(seed).choices(VOCABULARY, k=length)


def text(seed: int, length: int = 300) -> str:
    return " ".join(words(seed, length))


def article(body: str, *, source: str = "wire", title: str = "Harbour closed") -> Article:
    return Article(
        source=source, key="id:1", url="https://wire.test/1", canonical_url="https://wire.test/1", title=title, body=body,
        content_hash=fingerprint.content_hash(title, None, body), extractor="1", sketch=fingerprint.sketch(body),
    )  # fmt: skip


def kin(*bodies: str, source: str = "paper", story: int = 5, ident: int = 9, shared: int = 40) -> Kin:
    return Kin(ident, source, story, shared, fingerprint.content_hash("Another", None, bodies[0]), bodies)


def reworded(body: str, share: float, seed: int = 1) -> str:
    rng = random.Random(seed)
    return " ".join(rng.choice(VOCABULARY) if rng.random() < share else word for word in body.split())


A = text(1)


@pytest.mark.parametrize(
    "body",
    [
        A,
        "LIMA, Nov 1 (Mercury) - " + A,
        " ".join(A.split()[150:]),
        " ".join(A.split()[:150]),
        text(2, 60) + " " + A + " " + text(3, 120),
        reworded(A, 0.1),
        text(2, 60) + " " + reworded(" ".join(A.split()[:150]), 0.1) + " " + text(3, 120),
        A + " " + text(4, 330),
    ],
)
def test_a_text_whole_or_trimmed_with_words_changed_or_added_is_a_copy(body: str) -> None:
    decision = decide(article(body), Known(kin=(kin(A),), mark=3))
    assert (decision.outcome, decision.story_id, decision.merges, decision.mark) == ("copy", 5, (), 3)


@pytest.mark.parametrize(
    "body",
    [
        text(2),
        text(2) + " " + " ".join(A.split()[-60:]),
        text(2, 100) + " " + " ".join(A.split()[200:260]) + " " + text(3, 100),
        text(2, 180) + " " + " ".join(A.split()[:120]),
        " ".join(A.split()[:15]) + " " + text(2, 5),
    ],
)
def test_a_follow_up_with_a_fifth_of_anothers_words_is_a_story_of_its_own(body: str) -> None:
    decision = decide(article(body), Known(kin=(kin(A),)))
    assert (decision.outcome, decision.story_id) == ("new", None)


def test_a_form_filled_in_with_other_numbers_is_no_copy() -> None:
    form = [word for at, word in enumerate(words(7, 120)) for word in ((word, "{}") if at % 12 == 5 else (word,))]

    def filled(first: int) -> str:
        return " ".join(form).format(*range(first, first + 10))

    assert decide(article(filled(200)), Known(kin=(kin(filled(300)),))).outcome == "new"
    assert decide(article(filled(200)), Known(kin=(kin(filled(200)),))).outcome == "copy"


def test_a_brief_is_a_copy_where_nearly_all_of_it_is_the_same() -> None:
    brief = text(8, 12)
    assert decide(article(brief), Known(kin=(kin(brief),))).outcome == "copy"
    assert decide(article(brief + " " + text(9, 12)), Known(kin=(kin(brief),))).outcome == "new"
    assert decide(article(text(8, 6)), Known(kin=(kin(text(8, 6)),))).outcome == "new", "Full text follows soon"


def test_the_same_headline_and_words_are_a_copy_however_short() -> None:
    brief = article("Full text follows.")
    same = replace(kin(brief.body), content_hash=brief.content_hash)
    assert decide(brief, Known(kin=(same,))).outcome == "copy"


def test_any_earlier_text_of_an_article_counts() -> None:
    assert decide(article(A), Known(kin=(kin(text(2), A),))).outcome == "copy"


def test_an_article_that_links_stories_makes_them_one_under_the_oldest_number() -> None:
    halves = " ".join(A.split()[:140]), " ".join(A.split()[160:])
    kindred = (kin(halves[0], story=12, ident=1), kin(text(2), story=4, ident=2), kin(halves[1], story=8, ident=3))
    decision = decide(article(A), Known(kin=kindred))
    assert (decision.outcome, decision.story_id, decision.merges) == ("copy", 8, (12,))


def test_almost_the_same_text_of_its_own_source_shares_the_story_but_is_no_copy() -> None:
    near = decide(article(reworded(A, 0.03)), Known(kin=(kin(A, source="wire"),)))
    follow_up = decide(article(A + " " + text(2, 200)), Known(kin=(kin(A, source="wire"),)))
    assert (near.outcome, near.story_id) == ("new", 5)
    assert (follow_up.outcome, follow_up.story_id) == ("new", None)


def test_a_copy_of_another_source_is_named_though_the_own_source_has_it_too() -> None:
    kindred = (kin(A, source="wire", ident=1, shared=60), kin(A, source="paper", ident=2, shared=50))
    assert decide(article(A), Known(kin=kindred)).outcome == "copy"


def test_an_article_whose_text_is_reserved_is_no_copy() -> None:
    assert decide(article(""), Known(kin=(kin(A),))).outcome == "new"


def known(body: str, story: int) -> KnownArticle:
    of = article(body)
    return KnownArticle(
        id=7, source=of.source, key=of.key, url=of.url, revision=1, content_hash=of.content_hash,
        hashes=(of.content_hash,), title=of.title, lead=None, body=body, status="live", story_id=story, extractor="1",
    )  # fmt: skip


def test_a_revision_that_tells_another_storys_text_makes_both_one_and_leaves_none() -> None:
    joins = decide(article(A), Known(known(text(2), 3), (kin(A, story=5), kin(A, story=3, ident=8))))
    assert (joins.outcome, joins.story_id, joins.merges) == ("revised", 3, (5,))
    leaves = decide(article(text(4)), Known(known(A, 3), (kin(A, story=3),)))
    assert (leaves.outcome, leaves.story_id, leaves.merges) == ("revised", 3, ())


def test_words_of_languages_without_blanks_are_measured_too() -> None:
    rng = random.Random(5)
    body = "".join(chr(0x4E00 + rng.randrange(3000)) for _ in range(400))
    other = "".join(chr(0x4E00 + rng.randrange(3000)) for _ in range(400))
    one, two = fingerprint.body_words(body), fingerprint.body_words(body[:200] + other[:80])
    assert kinship.same_text(one, two)
    assert not kinship.same_text(one, fingerprint.body_words(other))


def test_a_digest_of_unrelated_stories_joins_none_of_them() -> None:
    parts = [text(seed, 100) for seed in (31, 32, 33)]
    stored = tuple(kin(part, story=number, ident=number) for number, part in enumerate(parts, 1))
    decision = decide(article("\n\n".join(parts)), Known(kin=stored))
    assert (decision.outcome, decision.story_id, decision.merges) == ("new", None, ())


def test_a_revision_that_becomes_a_digest_makes_no_stories_one() -> None:
    parts = [text(seed, 100) for seed in (31, 32, 33)]
    stored = tuple(kin(part, story=number, ident=number) for number, part in enumerate(parts, 11))
    decision = decide(article("\n\n".join(parts)), Known(known(text(2), 3), stored))
    assert (decision.outcome, decision.story_id, decision.merges) == ("revised", 3, ())


def test_a_digest_that_is_printed_twice_is_one_story_without_those_in_it() -> None:
    parts = [text(seed, 100) for seed in (31, 32, 33)]
    stored = [kin(part, story=number, ident=number) for number, part in enumerate(parts, 1)]
    decision = decide(article("\n\n".join(parts)), Known(kin=(*stored, kin("\n\n".join(parts), story=7, ident=70))))
    assert (decision.outcome, decision.story_id, decision.merges) == ("copy", 7, ())


@pytest.mark.parametrize("number", [3, 4, 8])
def test_a_story_does_not_join_the_digest_that_holds_it(number: int) -> None:
    parts = [text(40 + at, 100) for at in range(number)]
    assert decide(article(parts[1]), Known(kin=(kin("\n\n".join(parts)),))).outcome == "new"


def test_an_item_with_one_paragraph_of_a_long_story_is_not_its_copy() -> None:
    item = "A new thing. " + " ".join(A.split()[90:120])
    assert decide(article(item), Known(kin=(kin(A),))).outcome == "new"


def test_of_bodies_without_end_so_much_is_compared_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    measure = overlap.measure

    def counted(one: list[str], other: list[str]) -> overlap.Shared:
        compared.append(len(other))
        return measure(one, other)

    monkeypatch.setattr(overlap, "measure", counted)
    bodies = tuple(text(seed, 100_000) for seed in range(50, 54))
    stored = tuple(kin(*bodies, story=number, ident=number) for number in range(12))
    assert decide(article(text(60, 100_000)), Known(kin=stored)).outcome == "new"
    assert sum(compared) <= kinship.COMPARED / 2


@pytest.mark.parametrize("shared", [(40, 30), (30, 40)])
def test_a_digest_in_another_story_does_not_draw_that_one_in_where_a_copys_own_story_is_known(
    shared: tuple[int, int],
) -> None:
    copy = A + " " + text(4, 90)
    digest = text(2, 240) + " " + A + " " + text(3, 160)
    assert kinship.same_text(copy.split(), digest.split()), "the digest alone would be taken for the same text"
    held = (kin(digest, story=4, ident=8, shared=shared[0]), kin(A, shared=shared[1], source="outlet"))
    decision = decide(article(copy), Known(kin=held))
    assert (decision.outcome, decision.story_id, decision.merges) == ("copy", 5, ())
