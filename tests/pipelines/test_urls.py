"""One spelling for one address, and never another resource."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.urls import canonical, harmless, host, same_site

TABLE = [
    ("HTTP://Agency.TEST/News", "http://agency.test/News"),
    ("https://agency.test", "https://agency.test/"),
    ("https://agency.test:443/a", "https://agency.test/a"),
    ("http://agency.test:443/a", "http://agency.test:443/a"),
    ("https://user:secret@agency.test/a", "https://agency.test/a"),
    ("https://agency.test./a", "https://agency.test/a"),
    ("https://agency.test/a#top", "https://agency.test/a"),
    ("https://agency.test/a?", "https://agency.test/a"),
    ("https://agency.test/a?id=7&utm_source=x&fbclid=1&UTM_Medium=y", "https://agency.test/a?id=7"),
    ("https://agency.test/a?b=2&a=1", "https://agency.test/a?b=2&a=1"),
    ("https://agency.test/a?PHPSESSID=1&x", "https://agency.test/a?x"),
    ("https://agency.test/a;jsessionid=9F.node1?x=1", "https://agency.test/a?x=1"),
    ("https://agency.test/a;v=1.1/b", "https://agency.test/a;v=1.1/b"),
    ("https://agency.test/a/./b/../c/", "https://agency.test/a/c/"),
    ("https://agency.test/../../a", "https://agency.test/a"),
    ("https://agency.test/a//b", "https://agency.test/a//b"),
    ("https://agency.test/%7euser/%e4%b8%ad", "https://agency.test/~user/%E4%B8%AD"),
    ("https://agency.test/中", "https://agency.test/%E4%B8%AD"),
    ("https://agency.test/a%2Fb", "https://agency.test/a%2Fb"),
    ("https://agency.test/100%", "https://agency.test/100%25"),
    ("https://agency.test/a b?q=c d", "https://agency.test/a%20b?q=c%20d"),
    ("https://новости.рф/а", "https://xn--b1amnebsh.xn--p1ai/%D0%B0"),
    ("https://straße.test/", "https://xn--strae-oqa.test/"),
    ("https://[2001:DB8::0:1]:443/", "https://[2001:db8::1]/"),
    (" https:\\\\agency.test\\a ", "https://agency.test/a"),
]


@pytest.mark.parametrize(("given_url", "expected"), TABLE)
def test_an_address_has_one_spelling(given_url: str, expected: str) -> None:
    assert canonical(given_url) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    "url",
    ["", "agency.test/a", "//agency.test/a", "ftp://agency.test/", "javascript:alert(1)", "data:text/html,x",
        "mailto:a@b.test", "https://", "https:///a", "https://a b/", "https://agency.test:port/",
        "https://agency.test:99999/", "https://%61gency.test/", "https://a..b/", "https://[::1/",
            "http://\ud800.test/", "http://agency.test/\ud800"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical(url)


def test_the_host_is_the_canonical_one() -> None:
    assert host("https://WWW.Agency.test.:8443/x") == "www.agency.test:8443"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("www.agency.test", "agency.test", True), ("m.agency.test", "www.agency.test", True), ("sport.agency.co.uk",
            "agency.co.uk", True),
        ("agency.co.uk", "outlet.co.uk", False), ("agency.test", "outlet.test", False), ("agency.test",
            "agency.test.evil.test", False), ("127.0.0.1:80", "127.0.0.2:80", False),
    ],
)  # fmt: skip
def test_hosts_of_one_site(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) is same


PIECES = st.text(alphabet="aZ0%./;=&?~ -_:@[]\\é中+#'\"2F7e\t", max_size=30)


@given(PIECES, PIECES, PIECES)
@example("..", "jsessionid=1", "")
@example("a;%6Asessionid=1", "%75tm_source=1", "")
@example("%%37%35", "", "")
@example(".;jsessionid=x/", "", "")
def test_canonical_is_idempotent(path: str, query: str, fragment: str) -> None:
    once = canonical(f"https://agency.test/{path}?{query}#{fragment}")
    assert canonical(once) == once
    assert once.startswith("https://agency.test/")
    assert once.isascii()


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    try:
        once = canonical(text)
    except ValueError:
        return
    assert canonical(once) == once


@given(st.text(st.one_of(st.sampled_from("\t\n\x0b\x1b\x9b\u202e\u2028 \"<>'&?#%é"), st.characters(codec="utf-8"))))
def test_a_harmless_address_is_printable_ends_no_attribute_and_means_the_same(text: str) -> None:
    url = harmless(f"https://agency.test/{text}")
    assert not set(url) & set('"<>`\t\n\r \x1b\x7f\x9b\u2028\u202e')
    assert harmless(url) == url
    if not text.startswith("#"):
        assert unquote(url) == unquote(f"https://agency.test/{text}")
