"""Pages that a script draws: the text stands in the page's data, or only in the script."""

from __future__ import annotations

import json

import pytest

from pipelines.extractor import extract
from storage.models import Page, Profile

URL = "https://wire.test/2026/09/01/port-of-kiel-reopens"
TITLE = "Port of Kiel reopens after repairs"
LINES = [
    f"The harbour master said on day {n} that the {n}th berth was free again, and ferry {n} left at noon."
    for n in range(6)
]


def page(inner: str, *, free: bool = True) -> Page:
    data = {
        "@type": "NewsArticle", "headline": TITLE, "datePublished": "2026-09-01T10:00:00Z", "isAccessibleForFree": free,
        "articleBody": "\n\n".join(LINES),
    }  # fmt: skip
    inner = inner.replace("@@", json.dumps(data))
    html = f"<html lang=en><head><title>{TITLE}</title></head><body>{inner}</body></html>"
    return Page(URL, URL, html.encode(), "2026-09-01T12:00:00Z", Profile(source="wire"))


def test_the_text_of_an_application_is_read_from_its_data_where_the_page_has_none() -> None:
    found = extract(page("<div id='app'></div><script type='application/ld+json'>@@</script>"))
    assert found.article is not None
    assert found.article.body == "\n\n".join(LINES)
    assert dict(found.sources)["body"] == "json-ld"


@pytest.mark.parametrize(
    "shown",
    ["<div class='skeleton'>Loading</div>", "<noscript>You need to enable JavaScript to run this app.</noscript>",
     "<nav><a href='/w'>World</a><a href='/s'>Sport</a></nav>", f"<article><h1>{TITLE}</h1><p>{LINES[0]}</p></article>"],
)  # fmt: skip
def test_what_the_page_shows_until_the_script_has_run_is_not_the_text(shown: str) -> None:
    footer = "<footer><p>© Harbour Wire, all rights reserved</p></footer>"
    found = extract(page(f"<div id='app'>{shown}</div>{footer}<script type='application/ld+json'>@@</script>"))
    assert found.article is not None
    assert found.article.body == "\n\n".join(LINES)


def test_the_rest_behind_a_call_to_subscribe_is_not_taken_of_the_data() -> None:
    shown = f"<article><h1>{TITLE}</h1><p>{LINES[0]}</p><p>Subscribe to continue reading this article.</p></article>"
    found = extract(page(f"{shown}<script type='application/ld+json'>@@</script>"))
    assert found.article is not None
    assert LINES[1] not in found.article.body


def test_sentences_that_only_the_data_have_are_told() -> None:
    shown = "".join(f"<p>{line}</p>" for line in LINES[:4])
    found = extract(page(f"<article><h1>{TITLE}</h1>{shown}</article><script type='application/ld+json'>@@</script>"))
    assert found.article is not None
    assert found.article.body == "\n\n".join(LINES[:4])
    assert [text for rule, text in found.dropped if rule == "not printed"] == LINES[4:]


def test_data_that_readers_pay_for_is_not_taken() -> None:
    assert (
        extract(page("<div id='app'></div><script type='application/ld+json'>@@</script>", free=False)).article is None
    )


def test_a_text_that_only_a_script_holds_is_refused_with_that_reason() -> None:
    found = extract(page("<div id='__next'></div><script id='__NEXT_DATA__' type='application/json'>{}</script>"))
    assert (found.reason, found.detail) == ("no_text", "text only in scripts")
