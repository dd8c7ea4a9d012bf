"""New, revised, unchanged, alias or copy: every rule of the decision, and that no sequence of fetches makes a chain."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import fingerprint
from pipelines.decision import decide, same_text
from storage.models import Article, Known, KnownArticle, RevisionKind, Status

URL = "https://wire.test/a/1"
BODY = "LIMA, Nov 1 (AFP) - The harbour was closed for the night. Boats waited outside until the pilot came at six."
OTHER = "LIMA, Nov 1 (AFP) - The harbour reopened at dawn. Nobody was hurt, and the boats went out to fish again."


def article(
    body: str = BODY,
    title: str = "Harbour closed",
    *,
    lead: str | None = None,
    marker: RevisionKind | None = None,
    url: str = URL,
    source: str = "wire",
    extractor: str = "1",
) -> Article:
    made = Article(
        source=source, key="id:1", url=url, canonical_url=URL, title=title, body=body, lead=lead, extractor=extractor,
        content_hash=fingerprint.content_hash(title, lead, body), sketch=fingerprint.sketch(body),
    )  # fmt: skip
    return replace(made, marker=marker, label=marker)


def stored(of: Article, status: Status = "live", revision: int = 1, earlier: tuple[str, ...] = ()) -> Known:
    return Known(
        KnownArticle(
            id=7, source=of.source, key=of.key, url=URL, revision=revision, content_hash=of.content_hash,
            hashes=(*earlier, of.content_hash), title=of.title, lead=of.lead, body=of.body, status=status, story_id=3,
            extractor=of.extractor, labels=(of.label,) if of.label else (),
            announced=(of.label,) if of.label else (),
        )
    )  # fmt: skip


def test_the_same_text_is_unchanged_and_writes_none() -> None:
    decision = decide(article(), stored(article(), revision=4))
    assert (decision.outcome, decision.article_id, decision.basis, decision.kind) == ("unchanged", 7, 4, None)
    assert decision.story_id == 3


def test_the_same_text_at_another_address_is_an_alias() -> None:
    decision = decide(article(url="https://wire.test/print/1"), stored(article()))
    assert (decision.outcome, decision.article_id, decision.kind) == ("alias", 7, None)


def test_a_tracking_parameter_makes_no_other_address() -> None:
    assert decide(article(url=URL + "?utm_source=feed"), stored(article())).outcome == "unchanged"


def test_the_same_words_at_another_address_are_an_alias_too() -> None:
    other = article(BODY.upper(), url="https://wire.test/amp/1")
    assert decide(other, stored(article())).outcome == "alias"


def test_new_words_are_an_update() -> None:
    decision = decide(article(OTHER), stored(article()))
    assert (decision.outcome, decision.kind, decision.status, decision.basis) == ("revised", "update", "live", 1)


@pytest.mark.parametrize(
    "body",
    [BODY.replace(" - ", " — "), BODY.upper(), BODY + "\n\n12 comments", BODY[20:]],
)
def test_typography_case_counters_and_dateline_are_minor(body: str) -> None:
    decision = decide(article(body), stored(article()))
    assert (decision.outcome, decision.kind) == ("revised", "minor")
    known = stored(article()).article
    assert known is not None
    assert same_text(article(body), known)


def test_blanks_alone_change_nothing() -> None:
    assert decide(article(BODY.replace(". Boats", ".\n\nBoats")), stored(article())).outcome == "unchanged"


def test_a_changed_number_is_an_update() -> None:
    assert decide(article(BODY.replace("six", "9")), stored(article())).kind == "update"


def test_a_new_title_is_an_update_and_a_lead_that_was_missing_is_minor() -> None:
    assert decide(article(title="Harbour shut"), stored(article())).kind == "update"
    assert decide(article(lead="Boats wait"), stored(article())).kind == "minor"
    assert decide(article(lead="Boats wait"), stored(article(lead="Boats leave"))).kind == "update"


@pytest.mark.parametrize(
    ("marker", "status"),
    [
        ("correction", "corrected"),
        ("withdrawal", "withdrawn"),
        ("refile", "live"),
        ("repeat", "live"),
        ("update", "live"),
    ],
)
def test_the_kind_is_the_one_that_the_text_announces(marker: RevisionKind, status: Status) -> None:
    decision = decide(article(OTHER, marker=marker), stored(article()))
    assert (decision.outcome, decision.kind, decision.status) == ("revised", marker, status)


def test_a_withdrawal_or_correction_of_the_same_text_is_a_revision_once() -> None:
    marks: tuple[tuple[RevisionKind, Status], ...] = (("withdrawal", "withdrawn"), ("correction", "corrected"))
    for marker, status in marks:
        marked = replace(article(), marker=marker)
        first = decide(marked, stored(article()))
        assert (first.outcome, first.kind, first.status) == ("revised", marker, status)
        again = decide(marked, stored(article(), status=first.status))
        assert (again.outcome, again.status) == ("unchanged", status)


def test_a_correction_that_stays_announced_does_not_make_every_comma_a_correction() -> None:
    decision = decide(article(BODY.upper(), marker="correction"), stored(article(), status="corrected"))
    assert (decision.kind, decision.status) == ("minor", "corrected")


def test_corrected_stays_corrected_through_an_update() -> None:
    assert decide(article(OTHER), stored(article(), status="corrected")).status == "corrected"


def test_withdrawn_stays_so_until_new_words_without_the_mark_come() -> None:
    known = stored(article(), status="withdrawn")
    assert decide(article(), known).status == "withdrawn"
    assert decide(article(BODY.upper()), known).status == "withdrawn"
    assert decide(article(OTHER, marker="withdrawal"), known).status == "withdrawn"
    live = decide(article(OTHER), known)
    assert (live.kind, live.status) == ("update", "live")


def test_an_old_copy_from_a_lagging_server_does_not_bring_a_withdrawn_story_back() -> None:
    withdrawn = article("STORY WITHDRAWN", marker="withdrawal")
    known = stored(withdrawn, status="withdrawn", revision=2, earlier=(article().content_hash,))
    decision = decide(article(), known)
    assert (decision.outcome, decision.status) == ("unchanged", "withdrawn")


def test_two_texts_in_turn_make_no_chain() -> None:
    known = stored(article(OTHER), revision=2, earlier=(article().content_hash,))
    decision = decide(article(), known)
    assert (decision.outcome, decision.kind) == ("unchanged", None)
    assert decision.detail


def test_an_earlier_text_that_calls_itself_a_repeat_is_one() -> None:
    known = stored(article(OTHER), revision=2, earlier=(article().content_hash,))
    decision = decide(article(marker="repeat"), known)
    assert (decision.outcome, decision.kind) == ("revised", "repeat")


def test_another_extractor_that_drops_a_line_makes_a_minor_revision_only() -> None:
    long = " ".join(f"Sentence number {n} says something of its own." for n in range(40))
    old = article(long + "\n\nThe pilot came at six to the ships outside.", extractor="1")
    new = article(long, extractor="2")
    assert decide(new, stored(old)).kind == "minor"
    assert decide(replace(new, extractor="1"), stored(old)).kind == "update"
    assert decide(article(OTHER, extractor="2"), stored(old)).kind == "update"


def test_reserved_text_goes_by_its_title_alone() -> None:
    reserved = replace(article(""), rights="reserved")
    assert decide(reserved, stored(article())).outcome == "unchanged"
    assert decide(replace(reserved, title="HARBOUR CLOSED"), stored(article())).outcome == "unchanged"
    assert decide(replace(reserved, title="Harbour open"), stored(article())).kind == "update"
    first = decide(reserved, Known())
    assert (first.outcome, first.story_id, first.kind) == ("new", None, "first")


def test_an_unknown_article_is_new_with_a_story_of_its_own() -> None:
    decision = decide(article(), Known())
    assert (decision.outcome, decision.article_id, decision.basis, decision.kind) == ("new", None, 0, "first")
    assert (decision.story_id, decision.status) == (None, "live")


def test_a_first_text_may_already_be_corrected_or_withdrawn() -> None:
    assert decide(article(marker="correction"), Known()).status == "corrected"
    assert decide(article(marker="withdrawal"), Known()).status == "withdrawn"


BODIES = st.sampled_from([BODY, BODY.upper(), OTHER, OTHER + " More later.", ""])
MARKERS: st.SearchStrategy[RevisionKind | None] = st.sampled_from(
    [None, "update", "correction", "refile", "repeat", "withdrawal"]
)


@given(st.lists(st.tuples(BODIES, MARKERS), min_size=1, max_size=12))
def test_whatever_is_fetched_twice_in_a_row_makes_one_revision(fetches: list[tuple[str, RevisionKind | None]]) -> None:
    first = article(fetches[0][0], marker=fetches[0][1])
    known = stored(first, decide(first, Known()).status).article
    assert known is not None
    for body, marker in fetches:
        fetched = article(body, marker=marker)
        for attempt in range(2):
            decision = decide(fetched, Known(known))
            assert decision.basis == known.revision
            assert (decision.outcome == "revised") == (decision.kind is not None)
            if decision.kind is None:
                assert decision.status == known.status
                continue
            assert attempt == 0
            same = known.announced if fetched.content_hash == known.content_hash else ()
            known = replace(
                known, revision=known.revision + 1, content_hash=fetched.content_hash, title=fetched.title,
                announced=(*same, *filter(None, [fetched.label])),
                body=fetched.body, status=decision.status, hashes=(*known.hashes, fetched.content_hash),
                labels=(*known.labels, *filter(None, [fetched.label])),
            )  # fmt: skip
