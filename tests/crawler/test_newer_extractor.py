"""An extractor that changed between two looks: what only it changed is no news, what the agency changed still is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipelines import extractor, fingerprint
from tests.crawler import looks as looks_at
from tests.crawler.looks import OTHER, TEXT, Looks, Sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from storage.models import Extraction, Page

PAGE = "/news/1"
TAKEN_OFF = "Fourteen ships"
FLASH = Sheet(text=TEXT[:2])


@pytest.fixture
def looks(tmp_path: Path) -> Iterator[Looks]:
    looks = Looks(tmp_path)
    looks.keep_raw = True
    yield looks
    looks.close()


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Installs the next extractor: it has another number, and takes a paragraph of the text for boilerplate."""

    def extract(page: Page) -> Extraction:
        found = extractor.extract(page)
        assert found.article is not None
        kept = [text for text in found.article.body.split("\n\n") if not text.startswith(TAKEN_OFF)]
        body = "\n\n".join(kept)
        hashed = fingerprint.content_hash(found.article.title, found.article.lead, body)
        return replace(
            found, article=replace(found.article, body=body, content_hash=hashed, sketch=fingerprint.sketch(body))
        )

    def install() -> None:
        monkeypatch.setattr(extractor, "ENGINE", "dateline 1000, trafilatura 2")
        monkeypatch.setattr(looks_at, "extract", extract)

    return install


def _body(looks: Looks) -> str:
    return str(looks.crawl.sql("SELECT body FROM articles WHERE id = 1")[0][0])


def test_the_same_page_is_unchanged_by_a_newer_extractor(looks: Looks, upgrade: Callable[[], None]) -> None:
    looks.look(PAGE, Sheet())
    upgrade()
    assert TAKEN_OFF in _body(looks)
    assert looks.look(PAGE, Sheet()) == "unchanged"
    assert looks.kinds() == ["first"]
    assert TAKEN_OFF not in _body(looks)
    assert looks.changes() == [("first", 1), ("reextracted", 1)]
    assert looks.extractor.pages == 1
    assert looks.look(PAGE, Sheet()) == "unchanged"
    assert looks.extractor.pages == 1, "once after the change"


def test_a_true_change_seen_by_a_newer_extractor_is_one_update(looks: Looks, upgrade: Callable[[], None]) -> None:
    looks.look(PAGE, FLASH)
    upgrade()
    assert looks.look(PAGE, Sheet()) == "revised"
    assert looks.kinds() == ["first", "update"]
    assert looks.changes() == [("first", 1), ("reextracted", 1), ("update", 2)]
    first, second = looks.crawl.sql("SELECT body, extractor FROM revisions ORDER BY revision")
    assert (first[0], second[0]) == (TEXT[0], f"{TEXT[0]}\n\n{TEXT[2]}")
    assert first[1] == second[1]


def test_a_server_that_answers_with_old_and_new_copies_in_turn_is_still_seen_through(
    looks: Looks, upgrade: Callable[[], None]
) -> None:
    looks.look(PAGE, FLASH)
    looks.look(PAGE, Sheet())
    upgrade()
    assert looks.look(PAGE, FLASH) == "unchanged"
    assert looks.look(PAGE, Sheet()) == "unchanged"
    assert looks.kinds() == ["first", "update"]


def test_an_earlier_text_that_comes_back_is_seen_through_where_only_the_current_one_was_made_anew(
    looks: Looks, upgrade: Callable[[], None]
) -> None:
    looks.look(PAGE, FLASH)
    looks.look(PAGE, Sheet())
    upgrade()
    looks.look(PAGE, Sheet())
    name = extractor.stamp(looks.source.profile)
    looks.crawl.sql(
        "UPDATE revision SET extractor = 'dateline 1', body = ?, content_hash = 'x' WHERE revision = 1",
        "\n\n".join(TEXT[:2]),
    )
    looks.crawl.sql("UPDATE revision SET extractor = ? WHERE revision = 2", name)
    assert looks.look(PAGE, FLASH) == "unchanged"
    assert looks.kinds() == ["first", "update"]


def test_a_page_that_is_not_kept_makes_a_minor_revision_at_most(looks: Looks, upgrade: Callable[[], None]) -> None:
    looks.keep_raw = False
    looks.look(PAGE, Sheet())
    upgrade()
    assert looks.look(PAGE, Sheet()) == "revised"
    assert looks.kinds() == ["first", "minor"]
    assert looks.look(PAGE, Sheet()) == "unchanged"
    assert looks.look(PAGE, Sheet(text=OTHER)) == "revised"
    assert looks.kinds() == ["first", "minor", "update"]


@pytest.mark.parametrize(("modified", "kind"), [(None, "minor"), ("2026-11-01T12:00:00Z", "update")])
def test_a_story_that_grew_and_is_not_kept_is_an_update_where_its_page_says_that_it_was_modified(
    looks: Looks, upgrade: Callable[[], None], modified: str | None, kind: str
) -> None:
    looks.keep_raw = False
    told = modified and "2026-11-01T09:00:00Z"
    looks.look(PAGE, Sheet(text=(TEXT[0], TEXT[2]), modified=told))
    upgrade()
    assert looks.look(PAGE, Sheet(text=(TEXT[0], TEXT[2], *OTHER), modified=modified)) == "revised"
    assert looks.kinds() == ["first", kind]


def test_a_kept_page_that_the_newer_extractor_refuses_leaves_the_words(
    looks: Looks, upgrade: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks.look(PAGE, Sheet(text=(*TEXT, "Wall.")))
    upgrade()
    seen = looks_at.extract

    def refusing(page: Page) -> Extraction:
        found = seen(page)
        return replace(found, article=None, reason="listing") if b"Wall." in page.body else found

    monkeypatch.setattr(looks_at, "extract", refusing)
    assert looks.look(PAGE, Sheet()) == "revised"
    assert looks.kinds() == ["first", "minor"]
    ((words, by, why),) = looks.crawl.sql("SELECT body, refused_by, refused_why FROM revisions WHERE revision = 1")
    assert (TAKEN_OFF in words, by.startswith("dateline 1000"), why) == (True, True, "listing")
