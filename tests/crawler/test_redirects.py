"""Where redirects may lead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.redirects import HOPS, RedirectRefused, target

HOSTS = ("agency.test", "cdn.agency.test:8443")
FROM = "https://agency.test/news/1"


def to(location: str, *, origin: str = FROM, hops: tuple[str, ...] = (), downgrade: bool = False) -> str:
    return target(origin, location, hosts=HOSTS, hops=hops or (origin,), downgrade=downgrade)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("https://agency.test/news/2", "https://agency.test/news/2"),
        ("https://www.agency.test/news/1", "https://www.agency.test/news/1"),
        ("HTTPS://AGENCY.TEST/x", "https://AGENCY.TEST/x"),
        ("/news/2", "https://agency.test/news/2"),
        ("2?page=3", "https://agency.test/news/2?page=3"),
        ("//www.agency.test/a", "https://www.agency.test/a"),
        ("  /a b\n", "https://agency.test/a%20b"),
        ("/новости", "https://agency.test/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8"),
        ("/news/2#top", "https://agency.test/news/2"),
        ("https://agency.test:443/x", "https://agency.test:443/x"),
        ("https://cdn.agency.test:8443/x", "https://cdn.agency.test:8443/x"),
    ],
)
def test_a_redirect_within_the_source_is_followed(location: str, url: str) -> None:
    assert to(location).lower() == url.lower()


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("https://elsewhere.test/", "none of the source's hosts"),
        ("https://agency.test.elsewhere.test/", "none of the source's hosts"),
        ("https://sub.agency.test/", "none of the source's hosts"),
        ("https://notagency.test/", "none of the source's hosts"),
        ("https://agency.test:8080/", "none of the source's hosts"),
        ("https://cdn.agency.test/", "none of the source's hosts"),
        ("https://127.0.0.1/", "none of the source's hosts"),
        ("https://user:pw@agency.test/", "user name"),
        ("https://agency.test@elsewhere.test/", "user name"),
        ("http://agency.test/news/2", "from https to http"),
        ("file:///etc/passwd", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("data:text/html,x", "only http and https"),
        ("ftp://agency.test/x", "only http and https"),
        ("https://", "in a circle"),
        ("https://[::1/", "no address"),
        ("https://agency.test:99999/", "no address"),
        (FROM, "in a circle"),
        (FROM + "#again", "in a circle"),
        ("", "in a circle"),
        ("/" + "a" * 3000, "characters"),
    ],
)
def test_a_redirect_that_leads_astray_is_refused_with_its_reason(location: str, reason: str) -> None:
    with pytest.raises(RedirectRefused) as caught:
        to(location)
    assert reason in caught.value.reason
    assert FROM in str(caught.value)


def test_a_longer_circle_is_seen() -> None:
    with pytest.raises(RedirectRefused, match="in a circle"):
        to(
            "https://agency.test/a",
            origin="https://agency.test/c",
            hops=("https://agency.test/a", "https://agency.test/b"),
        )


def test_only_so_many_hops_are_followed() -> None:
    hops = [FROM]
    for number in range(HOPS):
        hops.append(to(f"/hop/{number}", origin=hops[-1], hops=tuple(hops)))
    with pytest.raises(RedirectRefused, match="more than 5"):
        to("/hop/last", origin=hops[-1], hops=tuple(hops))


def test_a_downgrade_is_followed_only_where_the_source_says_so() -> None:
    assert to("http://agency.test/x", downgrade=True) == "http://agency.test/x"
    assert to("https://agency.test/x", origin="http://agency.test/x") == "https://agency.test/x"


def test_a_port_of_the_crawl_itself_stays_within_its_host() -> None:
    here = "http://agency.test:8123/a"
    assert to("/b", origin=here) == "http://agency.test:8123/b"
    with pytest.raises(RedirectRefused):
        to("http://www.agency.test:8123/b", origin=here)


@given(location=st.text(max_size=60))
def test_no_location_gets_out_of_the_hosts_or_raises_anything_else(location: str) -> None:
    try:
        url = to(location)
    except RedirectRefused:
        return
    assert url.lower().startswith(("https://agency.test", "https://www.agency.test", "https://cdn.agency.test:8443"))
