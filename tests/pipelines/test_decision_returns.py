"""Texts that come back, pages whose own time stays behind, teasers before a paywall, and what another extractor reads."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from pipelines import fingerprint, furniture, news
from pipelines.captures import LATE
from pipelines.decision import COMPARED, decide
from storage.models import AGAIN, Announcement, Article, Aside, Instant, Known, KnownArticle, Status, Wording

URL = "https://wire.test/a/1"
STORY = " ".join(
    f"On day {n} the harbour had {n * 7} boats, counted twice by the pilot Ana Quispe." for n in range(1, 21)
)
OTHER = " ".join(f"At dawn {n} the market sold {n * 9} crates, said its manager Luis Roca again." for n in range(1, 21))
NOTICE = "This story has been withdrawn."


def at(hour: int, minute: int = 0) -> str:
    return f"2026-11-0{1 + hour // 24}T{hour % 24:02d}:{minute:02d}:00Z"


def article(body: str, hour: int, modified: str | None = None, **more: object) -> Article:
    made = Article(
        source="wire", key="id:1", url=URL, canonical_url=URL, title="Harbour", body=body, extractor="1",
        content_hash=fingerprint.content_hash("Harbour", None, body), fetched_at=at(hour),
        modified=Instant(modified, "second", "+00:00", modified, "json-ld") if modified else None,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def stored(of: Article, status: Status = "live", **more: object) -> KnownArticle:
    known = KnownArticle(
        id=7, source=of.source, key=of.key, url=URL, revision=1, content_hash=of.content_hash, hashes=(of.content_hash,),
        title=of.title, lead=None, body=of.body, status=status, story_id=3, extractor="1", here=True,
        checked_at=of.fetched_at, modified_at=of.modified.at if of.modified else None,
        modified_from=of.modified.origin if of.modified else None,
    )  # fmt: skip
    return replace(known, **more)  # type: ignore[arg-type]


def withdrawn(**more: object) -> KnownArticle:
    known = stored(article(NOTICE, 10, at(10)), "withdrawn", revision=2)
    return replace(known, hashes=(article(STORY, 1).content_hash, known.content_hash), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("since", "hour", "modified", "kind", "status"),
    [
        (None, 12, None, None, "withdrawn"),
        (at(12), 12, None, None, "withdrawn"),
        (at(12), 13, None, "update", "live"),
        (None, 12, at(11), "update", "live"),
        (None, 12, at(12), None, "withdrawn"),
        (None, 12, at(9), None, "withdrawn"),
    ],
    ids=["first look", "same hour", "second look", "modified since", "time of the answer", "older time"],
)
def test_a_withdrawn_text_that_is_put_back_is_live_at_the_second_look_or_when_modified_since(
    since: str | None, hour: int, modified: str | None, kind: str | None, status: str
) -> None:
    decision = decide(article(STORY, hour, modified), Known(withdrawn(again_since=since)))
    assert (decision.kind, decision.status) == (kind, status)
    if kind is None and modified != at(9):
        assert decision.detail == AGAIN


def test_a_text_whose_mark_was_taken_off_is_live_at_the_second_look() -> None:
    known = stored(article(STORY, 10), "withdrawn", again_since=None)
    first = decide(article(STORY, 12), Known(known))
    assert (first.outcome, first.status, first.detail) == ("unchanged", "withdrawn", AGAIN)
    second = decide(article(STORY, 13), Known(replace(known, again_since=at(12))))
    assert (second.kind, second.status) == ("update", "live")


def test_the_words_from_before_a_withdrawal_in_other_dress_come_back_as_well() -> None:
    known = withdrawn(again_since=at(12), earlier=(Wording("Harbour", None, STORY),))
    assert decide(article(STORY.upper(), 13), Known(known)).status == "live"


def test_a_page_that_was_gone_is_back_whatever_time_it_gives_but_not_for_an_old_capture() -> None:
    known = stored(article(OTHER, 10, at(9)), "withdrawn", gone_status="live")
    known = replace(known, hashes=(article(STORY, 1).content_hash, known.content_hash), revision=2)
    assert decide(article(STORY, 12, at(2)), Known(known)).status == "live"
    assert decide(article(STORY, 4, at(2)), Known(known)).status == "withdrawn"


def test_a_time_that_stays_while_the_text_changes_holds_no_text_back() -> None:
    known = stored(article(STORY, 10, at(9)))
    found = article(STORY + " More.", 12, at(2))
    assert decide(found, Known(known)).kind == "earlier"
    known = replace(known, aside=(Aside(found.content_hash, at(12), at(2)),), revision=2)
    known = replace(known, hashes=(*known.hashes, found.content_hash))
    assert decide(article(STORY + " More of it.", 14, at(2)), Known(known)).kind == "update"
    assert decide(article(STORY + " More of it.", 14, at(1)), Known(known)).kind == "earlier"


def test_a_text_that_was_set_aside_is_current_when_the_page_still_shows_it_and_only_once() -> None:
    current, found = article(STORY, 10, at(9)), article(OTHER, 12, at(2))
    known = stored(current, revision=2, aside=(Aside(found.content_hash, at(12), at(2)),))
    known = replace(known, hashes=(current.content_hash, found.content_hash))
    soon = f"2026-11-01T12:{int(LATE) // 60 - 1:02d}:00Z"
    assert decide(replace(found, fetched_at=soon), Known(known)).outcome == "unchanged"
    again = decide(replace(found, fetched_at=at(13)), Known(known))
    assert (again.outcome, again.kind) == ("revised", "update")
    # Now it is current; the other text, modified later, is back: a server lagged behind after all.
    now = stored(replace(found, fetched_at=at(13)), revision=3, aside=known.aside)
    now = replace(now, hashes=(*known.hashes, found.content_hash))
    assert decide(article(STORY, 14, at(9)), Known(now)).kind == "update"
    # And for good: the first one is no text that was only set aside any more.
    then = stored(article(STORY, 14, at(9)), revision=4, aside=known.aside)
    then = replace(then, hashes=(*now.hashes, current.content_hash))
    assert decide(article(OTHER, 16, at(2)), Known(then)).outcome == "unchanged"


def test_the_beginning_of_the_stored_text_before_a_paywall_is_no_revision() -> None:
    known = stored(article(STORY, 10))
    teaser = STORY[:400] + " …"
    decision = decide(article(teaser, 12, access="paywalled"), Known(known))
    assert (decision.outcome, bool(decision.detail)) == ("unchanged", True)
    assert decide(article(teaser, 12, access="open"), Known(known)).kind == "update"
    assert decide(article(OTHER[:400], 12, access="paywalled"), Known(known)).kind == "update"


@pytest.mark.parametrize("marker", ["refile", "repeat", "correction"])
def test_what_another_extractor_reads_in_the_same_words_is_not_announced(marker: str) -> None:
    found = article(STORY, 12, marker=marker, label="RPT", announced=(Announcement(marker, "RPT"),))  # type: ignore[arg-type]
    assert decide(found, Known(stored(article(STORY, 10)))).kind == marker
    assert decide(replace(found, extractor="2"), Known(stored(article(STORY, 10)))).outcome == "unchanged"


def test_no_more_than_some_earlier_texts_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def same(_: Article, text: Wording) -> bool:
        compared.append(text.body)
        return False

    earlier = tuple(Wording("Harbour", None, f"{OTHER} {'more ' * n}") for n in range(20))
    known = stored(article(STORY, 10), earlier=earlier)
    monkeypatch.setattr(furniture, "same", same)
    decide(article(OTHER + " Another end.", 12), Known(known))
    assert len(compared) <= COMPARED + 1  # the current one


def test_words_of_any_length_are_compared_in_no_time() -> None:
    mark = (Announcement("correction", "CORRECTED"),)
    found = article(f"{STORY} b{'a' * 20_000}", 12, announced=mark)
    known = stored(article(f"{STORY} {'a' * 20_000}c", 10), "corrected")
    began = time.process_time()
    assert news.mended(found, known) is None
    assert time.process_time() - began < 5.0  # the likeness of the two words alone took 25
