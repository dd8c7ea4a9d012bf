"""The log: one line an event, no control signs, no secrets, whoever says it."""

from __future__ import annotations

import logging
import stat
import time
import unicodedata
import warnings
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.settings import Settings
from twisted.python import log as twisted_log

from crawler.log_lines import LONGEST, log_lines, one_line

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("GET https://joe:SECRET@x.test/a?token=SECRET&b=1", "GET https://***@x.test/a?token=***&b=1"),
        ("https://x.test/?b=1&api_key=a%20SECRET#part", "https://x.test/?b=1&api_key=***#part"),
        ("proxy user:SECRET@proxy.test:3128 refused", "proxy ***@proxy.test:3128 refused"),
        ("{b'Authorization': [b'Bearer SECRET'], b'Host': [b'x']}", "{b'Authorization': [***], b'Host': [b'x']}"),
        ("Proxy-Authorization: Basic SECRET==", "Proxy-Authorization: ***"),
        ("Set-Cookie: sid=SECRET; path=/", "Set-Cookie: ***"),
        ("{'Set-Cookie': ['a=SECRET; Path=/', 'b=SECRET'], 'Host': 'x'}", "{'Set-Cookie': [***], 'Host': 'x'}"),
        ("[('X-Api-Key', 'SECRET'), (b'x-auth-token', b'SECRET')]", "[('X-Api-Key', ***), (b'x-auth-token', b***)]"),
        ("X-Authorization: SECRET", "X-Authorization: ***"),
        ("{b'X-Forwarded-Cookie': [b'a=SECRET']}", "{b'X-Forwarded-Cookie': [***]}"),
        ("password:   SECRET", "password:   ***"),
        ('{"password": "SECRET", "user": "joe"}', '{"password": ***, "user": "joe"}'),
        ("to https://y.test/?u=https%3A%2F%2Fx%2F%3Ftoken%3DSECRET%26z%3D1", "to https://y.test/?u=https%3A%2F%2Fx%2F%3Ftoken%3D***%26z%3D1"),
        ("x-api-key: SECRET, x", "x-api-key: ***, x"),
        ("token: SECRET", "token: ***"),
        ("{b'X-Api-Key': [b'SECRET'], b'Host': [b'x']}", "{b'X-Api-Key': [b***], b'Host': [b'x']}"),
        ("http://x.test/a?x-api-key=SECRET", "http://x.test/a?x-api-key=***"),
        ("http://x.test/a;jsessionid=SECRET", "http://x.test/a;jsessionid=***"),
    ],
)  # fmt: skip
def test_secrets_are_taken_out(said: str, written: str) -> None:
    assert one_line(said) == written


@pytest.mark.parametrize(
    "said",
    [
        "https://x.test/?monkey=1&keyword=gas",
        "joe@example.org wrote at 12:30",
        "the key: what they said",
        "GET https://agency.test/news/cookie: HTTP 503",
        "https://agency.test/2026/the-cookie, failed:timeout: took 30 s",
        "https://agency.test/news/token: HTTP 503",
        "a@b.test, c@d.test",
    ],
)
def test_what_is_no_secret_stays(said: str) -> None:
    assert one_line(said) == said


@given(st.text(st.one_of(st.sampled_from("\x1b\r\n\x85\u2028\u202e\ud800\x9b:@/?=&'\""), st.characters())))
def test_any_text_is_one_line_without_control_signs(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not {unicodedata.category(c) for c in line} & {"Cc", "Zl", "Zp", "Cs"}
    line.encode()


@pytest.mark.parametrize("piece", ["a:", "//a", "cookie", "token=", "token='", "a.a-", "a-key", "\x1b["])
def test_a_line_has_an_end_and_takes_time_by_its_length(piece: str) -> None:
    def seconds(letters: int) -> float:
        began = time.process_time()
        one_line((piece * letters)[:letters])
        return time.process_time() - began

    assert len(one_line(piece * 200_000)) < 7 * LONGEST
    half, whole = (min(seconds(letters) for _ in range(3)) for letters in (LONGEST // 4, LONGEST))
    assert whole < 8 * max(half, 0.001)


def test_scrapy_twisted_warnings_and_tracebacks_go_through_it_into_a_file_of_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "crawl.log"
    settings = Settings({"LOG_FILE": str(file), "LOG_LEVEL": "DEBUG"})
    with log_lines(settings):
        logging.getLogger("scrapy.core.engine").debug("Crawled <GET https://x.test/?token=SECRET>\x1b[2J\nforged")
        logging.getLogger("twisted").error("Unhandled\r\nforged")
        try:
            raise ValueError("from a page:\n2026-01-01 forged\u2028line")
        except ValueError:
            logging.getLogger("crawler.ledger").exception("broke")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn("odd\nforged", stacklevel=1)
        assert settings.getbool("LOG_INSTALL_ROOT_HANDLER") is False
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    written = file.read_text("utf-8")
    lines = written.splitlines()
    assert all(line[:2] == "20" for line in lines), lines
    assert len(lines) >= 3
    assert "SECRET" not in written
    assert "\\nforged" in written
    assert "ValueError: from a page:\\n2026-01-01 forged\\u2028line" in written
    twisted_log.msg("said after the end")
    assert file.read_text("utf-8") == written
