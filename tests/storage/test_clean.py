"""What may go into a column that somebody follows."""

from __future__ import annotations

import hashlib
import json

import pytest

from storage import clean
from storage.errors import Unstorable
from storage.models import Credit
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
        "http\u017f://a.test/",
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


@pytest.mark.parametrize(
    "text", ["", 'a "quoted" \\ line\n', "é\x7f\u2028 \x1b[0m\t\r\x01", "\\n\\u0001", "Москва 東京 😀"]
)
def test_the_hash_of_a_row_is_over_its_json(text: str) -> None:
    for long in (text, text * 300, f"{'x' * 600}{text}"):
        row = [1, "first", None, long, text, 0.5, True, [text]]
        said = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
        assert clean.row_hash(row) == hashlib.sha256(said).digest()[:16]
        assert clean.dumps([long, text]) == json.dumps([long, text], ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_a_text_is_cleaned_wherever_it_stands(text: str) -> None:
    found = clean.article(article(1, title=text, tags=("plain", text), credit=Credit("AFP", text, "high")))
    clean_text = clean.text(text)
    assert found.title == clean_text != text
    assert found.tags == ("plain", clean_text)
    assert found.credit is not None and found.credit.evidence == clean_text


def test_a_sketch_is_a_tuple_of_numbers() -> None:
    for wrong in ([1, 2], (1, "2"), (-1,), (1 << 32,)):
        with pytest.raises(Unstorable, match="sketch"):
            clean.article(article(1, sketch=wrong))
