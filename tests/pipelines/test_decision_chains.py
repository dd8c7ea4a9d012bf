"""No sequence of looks makes a chain of revisions beyond what the texts announce, and late captures never become current."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import fingerprint
from pipelines.captures import LATE
from pipelines.decision import decide
from storage.models import Article, Decision, Instant, Known, KnownArticle, RevisionKind

NOON = "2026-11-01T12:00:00Z"
URL = "https://wire.test/a/1"
TEXTS = {
    "A": "The harbour was closed for the night. Boats waited outside until the pilot came at six.",
    "B": "The harbour reopened at dawn. Nobody was hurt, and the boats went out to fish again.",
    "C": "The minister has asked for an inquiry. The crane was forty years old and had been painted twice.",
}


def article(text: str, marker: RevisionKind | None = None, **more: object) -> Article:
    body = TEXTS.get(text, text)
    made = Article(
        source="wire", key="id:1", url=URL, canonical_url=URL, title="Harbour closed", body=body, extractor="1",
        content_hash=fingerprint.content_hash("Harbour closed", None, body), marker=marker,
        label=marker and f"{marker.upper()}-", fetched_at=NOON,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def _words(found: Article) -> tuple[str, ...]:
    """What a store keeps of what is announced."""
    return tuple(one.words for one in found.announced) or tuple(filter(None, [found.label]))


class Stored:
    """What a store makes of one article's decisions."""

    def __init__(self) -> None:
        self.known: KnownArticle | None = None
        self.kinds: list[str] = []

    def look(self, found: Article) -> Decision:
        decision = decide(found, Known(self.known))
        known = self.known
        if known is None:
            self.known = KnownArticle(
                id=1, source="wire", key="id:1", url=URL, revision=1, content_hash=found.content_hash,
                hashes=(found.content_hash,), title=found.title, lead=None, body=found.body, status=decision.status,
                story_id=1, extractor="1", checked_at=found.fetched_at, here=True,
                labels=_words(found), announced=_words(found),
                modified_at=found.modified.at if found.modified else None,
                modified_from=found.modified.origin if found.modified else None,
            )  # fmt: skip
            self.kinds.append("first")
            return decision
        assert decision.basis == known.revision
        checked = max(known.checked_at or "", found.fetched_at or "")
        if decision.outcome == "revised":
            assert decision.kind is not None
            self.kinds.append(decision.kind)
            labels = (*known.labels, *_words(found))
            hashes = (*known.hashes, found.content_hash)
            known = replace(known, revision=known.revision + 1, hashes=hashes, labels=labels)
            if decision.kind != "earlier":
                same = known.announced if found.content_hash == known.content_hash else ()
                known = replace(known, announced=(*same, *_words(found)))
                if found.modified:
                    known = replace(known, modified_at=found.modified.at, modified_from=found.modified.origin)
                known = replace(known, content_hash=found.content_hash, body=found.body, title=found.title)
        self.known = replace(known, status=decision.status, checked_at=checked)
        return decision


MARKERS: st.SearchStrategy[RevisionKind | None] = st.sampled_from(
    [None, "update", "correction", "refile", "repeat", "withdrawal"]
)


@given(st.lists(st.sampled_from("AB"), min_size=2, max_size=30))
def test_two_texts_in_any_turn_make_two_revisions(turns: list[str]) -> None:
    stored = Stored()
    for text in turns:
        stored.look(article(text))
    assert len(stored.kinds) == len(set(turns))


@given(st.lists(st.tuples(st.sampled_from("ABC"), MARKERS), min_size=1, max_size=40))
def test_a_chain_is_never_longer_than_its_texts_and_what_they_announce(
    turns: list[tuple[str, RevisionKind | None]],
) -> None:
    stored = Stored()
    for text, marker in turns:
        stored.look(article(text, marker))
    texts = {text for text, _ in turns}
    announced = {turn for turn in turns if turn[1] in {"correction", "refile", "repeat"}}  # by each text once
    withdrawals = stored.kinds.count("withdrawal")
    assert len(stored.kinds) <= len(texts) + len(announced) + withdrawals
    # Withdrawn again only after new words brought it back, and each text is new once.
    assert withdrawals <= len(texts)


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 5)), min_size=1, max_size=20))
def test_whatever_the_order_of_captures_the_current_text_is_that_of_the_latest(turns: list[tuple[str, int]]) -> None:
    """Of captures an hour apart; at one time there is one text, and each text is there for one time."""
    at_a_time = {hour: text for text, hour in turns}
    hours = {text: hour for hour, text in at_a_time.items()}
    stored = Stored()
    for text, hour in ((text, hour) for text, hour in turns if hours.get(text) == hour):
        stored.look(article(text, fetched_at=f"2026-11-01T{10 + hour}:00:00Z"))
    if hours:
        latest = max(hours, key=lambda text: hours[text])
        assert stored.known is not None
        assert stored.known.body == TEXTS[latest]
        assert len(stored.kinds) == len(hours)


def modified(at: str, origin: str = "json-ld") -> Instant:
    return Instant(at, "second", "+00:00", at, origin)


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (modified("2026-11-01T09:00:00Z"), "earlier"),
        (modified("2026-11-01T10:50:00Z"), "update"),
        (modified("2026-11-01T11:30:00Z"), "update"),
        (modified("2026-11-01T09:00:00Z", "meta"), "update"),
        (Instant("2026-10-31", "day", None, "", "json-ld"), "update"),
        (None, "update"),
    ],
)
def test_a_page_modified_clearly_before_the_stored_text_by_the_same_witness_is_an_older_copy(
    found: Instant | None, kind: str
) -> None:
    stored = Stored()
    stored.look(article("A", modified=modified("2026-11-01T11:00:00Z")))
    assert stored.look(article("B", modified=found)).kind == kind


def test_a_stamp_from_the_future_does_not_make_all_that_follows_older() -> None:
    stored = Stored()
    stored.look(article("A", modified=modified("2026-11-03T11:00:00Z")))
    assert stored.look(article("B", modified=modified("2026-11-01T13:00:00Z"))).kind == "update"


def test_pages_that_are_read_out_of_turn_by_minutes_are_no_older_captures() -> None:
    stored = Stored()
    stored.look(article("A"))
    late = f"2026-11-01T11:{60 - int(LATE) // 60:02d}:00Z"
    assert stored.look(article("B", fetched_at=late)).kind == "update"
    assert stored.look(article("C", fetched_at="2026-11-01T11:44:59Z")).kind == "earlier"


def test_a_mark_that_stays_announces_nothing_of_later_words() -> None:
    stored = Stored()
    for text, marker in (("A", None), ("B", "correction"), ("C", "correction")):
        stored.look(article(text, marker))  # type: ignore[arg-type]
    assert stored.kinds == ["first", "correction", "update"]
    assert stored.known is not None
    assert stored.known.status == "corrected"


@pytest.mark.parametrize("marker", ["repeat", "refile"])
def test_the_same_text_with_a_new_mark_of_repeat_or_refile_is_a_revision_once(marker: RevisionKind) -> None:
    stored = Stored()
    for _ in range(2):
        stored.look(article("A"))
    for _ in range(3):
        stored.look(article("A", marker))
    stored.look(article("A"))
    stored.look(article("A", marker))
    assert stored.kinds == ["first", marker]


def test_a_repeat_that_was_modified_since_was_run_again_but_not_at_each_look() -> None:
    stored = Stored()
    at = modified("2026-11-01T11:00:00Z")
    stored.look(article("A", "repeat", modified=at, fetched_at="2026-11-01T11:10:00Z"))
    stored.look(article("A", "repeat", modified=at, fetched_at="2026-11-01T12:00:00Z"))
    later = modified("2026-11-01T12:30:00Z")
    for hour in (13, 14):
        stored.look(article("A", "repeat", modified=later, fetched_at=f"2026-11-01T{hour}:00:00Z"))
    for hour in (15, 16):  # the time of the answer
        now = f"2026-11-01T{hour}:00:00Z"
        stored.look(article("A", "repeat", modified=modified(now), fetched_at=now))
    assert stored.kinds == ["first", "repeat"]
