"""Links between the documents lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.documents import DOCS, DOCUMENTS, ROOT, anchors, code_words, links, listed


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "CHANGELOG.md"], ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_that_are_there(document: Path) -> None:
    for link in links(document):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        file, _, heading = link.partition("#")
        target = (document.parent / file).resolve() if file else document
        assert target.exists(), f"{document.name}: {link}: there is no {target}"
        assert target.is_relative_to(ROOT), link
        if heading:
            assert heading in anchors(target), f"{document.name}: {link}: it has {sorted(anchors(target))}"


def test_every_document_is_in_the_table_of_contents() -> None:
    assert sorted({*listed(DOCS / "index.md"), DOCS / "index.md"}) == sorted(set(DOCUMENTS) - {ROOT / "README.md"})


def test_the_pages_that_are_named_are_pages_of_the_site() -> None:
    pytest.importorskip("datasette", reason="the extra web is not installed")
    from storage.web.pages import NAVIGATION, ROUTES

    own = {"/data"}  # Datasette's page of the database
    named = {word for word in code_words(DOCS / "howto" / "site.md") if word.startswith("/")}
    answered = [re.compile(route) for route, page in ROUTES if page.__name__ != "closed"]
    for page in named - own:
        assert any(route.match(page.partition("?")[0]) for route in answered), page
    assert {page for _, page in NAVIGATION} <= named
