"""What may go into a column that somebody follows."""

from __future__ import annotations

import pytest

from storage import clean
from storage.errors import Unstorable
from tests.storage.harness import article


@pytest.mark.parametrize("field", ["url", "canonical_url", "image_url"])
@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.test/",
        " http://a.test/",
        "",
    ],
)
def test_an_address_to_follow_is_http_or_it_is_not_stored(field: str, url: str) -> None:
    with pytest.raises(Unstorable, match=field):
        clean.article(article(1, **{field: url}))


@pytest.mark.parametrize("field", ["url", "canonical_url", "image_url", "key"])
@pytest.mark.parametrize("sign", ["\x1b", "\n", "\x9b", "\u202e", "\u2028", "\x00"])
def test_no_address_holds_a_control_sign(field: str, sign: str) -> None:
    with pytest.raises(Unstorable):
        clean.article(article(1, **{field: f"https://a.test/{sign}"}))
    clean.article(article(1, **{field: "HTTPS://a.test/é?x=1"}))
