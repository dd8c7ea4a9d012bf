"""Several marks and notes that stand together: only what is announced anew decides the kind."""

from __future__ import annotations

import pytest

from pipelines import fingerprint, markers, news
from pipelines.decision import decide
from storage.models import Announcement, Article, Known, KnownArticle, RevisionKind, Status

URL = "https://wire.test/a/1"
FIRST = "LIMA, Nov 1 (WIRE) - The harbour of Callao was closed for 12 hours, pilot Ana Quispe said on Monday."
SECOND = "Boats waited outside until 40 of them were let in after dusk, and Quispe counted each of them twice."
NOTE = "Correction: An earlier version of this story gave a wrong number of boats. It is 40."
OTHER_NOTE = "Correction: An earlier version of this story gave a wrong number of hours. It is 13."
MORE = "The fish market opened an hour later than it does, and sold out before noon, its manager Luis Roca noted."


def page(headline: str, *paragraphs: str, data: str | None = None) -> Article:
    """A page's article with the marks that its headline and text bear."""
    body = "\n\n".join(paragraphs)
    marker = markers.read(headline, body)
    announced = (*marker.announced, *([Announcement("correction", data, data=True)] if data else []))
    return Article(
        source="wire", key="id:1", url=URL, canonical_url=URL, title=marker.title, body=body, extractor="1",
        content_hash=fingerprint.content_hash(marker.title, None, body), sketch=fingerprint.sketch(body),
        marker=marker.kind, label=marker.label, announced=announced, signal="correction" if data else None,
    )  # fmt: skip


def stored(of: Article, status: Status = "live", labels: tuple[str, ...] = ()) -> KnownArticle:
    words = tuple(one.words for one in of.announced)
    return KnownArticle(
        id=7, source=of.source, key=of.key, url=URL, revision=1, content_hash=of.content_hash, hashes=(of.content_hash,),
        title=of.title, lead=of.lead, body=of.body, status=status, story_id=3, extractor="1", labels=(*labels, *words),
        announced=words,
    )  # fmt: skip


def kind(found: Article, known: KnownArticle) -> RevisionKind | None:
    return decide(found, Known(known)).kind


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("Port closed", FIRST, SECOND, NOTE), ("UPDATE 2-Port closed", FIRST, SECOND, MORE, NOTE), "update"),
        (("Port closed", FIRST, SECOND, NOTE), ("Port closed", FIRST, SECOND, MORE, NOTE), "update"),
        (("Port closed", FIRST, SECOND, NOTE), ("Port closed", FIRST, SECOND, OTHER_NOTE), "correction"),
        (
            ("UPDATE 1-Port closed", FIRST, SECOND),
            (
                "UPDATE 1-Port closed",
                "(This story corrects the figure in paragraph 1)",
                FIRST,
                SECOND.replace("40", "41"),
            ),
            "correction",
        ),
        (
            ("Port closed", FIRST, SECOND, NOTE),
            ("REFILE-Port closed", FIRST.replace("Quispe", "Qispe"), SECOND.replace("Quispe", "Qispe"), NOTE),
            "refile",
        ),
        (("CORRECTED-Port closed", FIRST, SECOND), ("CORRECTED-Harbour shut for half a day", FIRST, SECOND), "update"),
        (("CORRECTED-Port closed", FIRST, SECOND), ("CORRECTED-Port closed", FIRST, SECOND, MORE), "update"),
    ],
)
def test_of_several_announcements_the_new_one_decides(
    before: tuple[str, ...], after: tuple[str, ...], expected: RevisionKind
) -> None:
    known = stored(page(before[0], *before[1:]), "corrected")
    assert kind(page(after[0], *after[1:]), known) == expected


@pytest.mark.parametrize(
    ("mark", "old", "new", "expected"),
    [
        ("REFILE-", "Quispe", "Quisppe", "refile"),
        ("REFILE-", "12 hours", "13 hours", "refile"),
        ("CORRECTED-", "12 hours", "13 hours", "correction"),
        ("CORRECTED-", "closed for", "blocked for", "update"),
        ("", "Quispe", "Quisppe", "update"),
    ],
)
def test_under_a_mark_that_stays_a_change_that_only_mends_is_another_one(
    mark: str, old: str, new: str, expected: RevisionKind
) -> None:
    known = stored(page(f"{mark}Port closed", FIRST, SECOND), "corrected")
    assert kind(page(f"{mark}Port closed", FIRST.replace(old, new), SECOND.replace(old, new)), known) == expected


def test_a_mark_that_was_dropped_and_comes_back_is_new_but_a_note_that_comes_back_is_not() -> None:
    known = stored(page("Port closed", FIRST, SECOND), "corrected", labels=("CORRECTED", "RPT", NOTE))
    assert kind(page("CORRECTED-Port closed", FIRST, SECOND, MORE), known) == "correction"
    assert kind(page("RPT-Port closed", FIRST, SECOND), known) == "repeat"
    assert kind(page("Port closed", FIRST, SECOND, MORE, NOTE), known) == "update"


def test_a_correction_in_the_metadata_counts_when_it_is_another_one() -> None:
    known = stored(page("Port closed", FIRST, SECOND, data="It is 40."), "corrected")
    changed = (FIRST, SECOND.replace("40", "41"))
    assert kind(page("Port closed", *changed, data="It is 40."), known) == "update"
    assert kind(page("Port closed", *changed, data="It is 41."), known) == "correction"
    assert kind(page("Port closed", FIRST, SECOND, data="It is 41."), known) is None


def test_curly_quotes_make_no_new_note() -> None:
    known = stored(page("Port closed", FIRST, SECOND, 'Correction: It is "Quispe", not "Kispe", in paragraph 2.'))
    found = page("Port closed", FIRST, SECOND, "Correction: It is “Quispe”, not “Kispe”, in paragraph 2.")
    assert news.kind(found, known.announced) is None
