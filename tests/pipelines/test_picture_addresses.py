"""A picture's address is one that a reader may follow, whatever the page says."""

from __future__ import annotations

import html

import pytest

from pipelines import extractor
from storage.models import Page, Profile

PROSE = (
    "<p>The port authority of the northern harbour said on Tuesday that ferries would run again from the weekend.</p>"
    * 4
)


def picture(said: str) -> str | None:
    body = f'<title>Harbour reopens</title><meta property="og:image" content="{html.escape(said)}"><article>{PROSE}</article>'
    url = "https://wire.test/a/1"
    page = Page(url=url, final_url=url, body=body.encode(), fetched_at="2026-11-01T08:00:00Z", profile=Profile("wire"))
    found = extractor.extract(page).article
    assert found is not None
    return found.image_url


@pytest.mark.parametrize(
    "said",
    ["javascript:alert(1)", "\x01javascript:alert(1)", " JAVASCRIPT:x", "vbscript:x", "data:image/svg+xml,x",
     "file:///etc/passwd", "blob:https://wire.test/1", "https://joe:pw@wire.test/p.jpg"],
)  # fmt: skip
def test_what_is_no_http_address_is_no_picture(said: str) -> None:
    assert picture(said) is None


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("/quay.jpg?w=1&s=a|b", "https://wire.test/quay.jpg?w=1&s=a|b"),
        ("java\tscript:alert(1)", "https://wire.test/a/java%20script:alert(1)"),
        ("/a b.jpg", "https://wire.test/a%20b.jpg"),
        ('/a"onerror=x.jpg', "https://wire.test/a%22onerror=x.jpg"),
        ("/\u202egpj.exe", "https://wire.test/gpj.exe"),
        ("//img.test/<x>.jpg", "https://img.test/%3Cx%3E.jpg"),
    ],
)
def test_what_steers_is_encoded_or_gone(said: str, kept: str) -> None:
    assert picture(said) == kept
