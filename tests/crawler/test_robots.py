"""robots.txt: what an answer means by RFC 9309, mis-saved files, delays. The matching is in test_robots_rules.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness import robots
from storage.models import HostRules

NOW = 1_700_000_000.0


def rules(body: str | bytes, status: int | None = 200) -> HostRules:
    raw = body.encode() if isinstance(body, str) else body
    return robots.read(status, raw, now=NOW, host="agency.test", agent=robots.TOKEN)


def may(body: str | bytes, path: str, agent: str = "Dateline") -> bool:
    raw = body.encode() if isinstance(body, str) else body
    read = robots.read(200, raw, now=NOW, host="agency.test", agent=agent)
    return robots.allowed(read, f"https://agency.test{path}", agent)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_line_that_the_limit_cuts_is_no_rule(end: str, encoding: str) -> None:
    body = end.join(["User-agent: *", "Disallow: /closed", "#", "Disallow: /private/"]).encode(encoding)
    fill = "#".encode(encoding)[-len("#".encode("utf-16-le")) if encoding == "utf-16" else -1 :]
    cut = body.index("#".encode(encoding)[-len(fill) :])
    for missing in range(1, 12):
        goal = robots.BODY_LIMIT - len(body) + missing * len(fill)
        long = body[:cut] + fill * (goal // len(fill)) + body[cut:]
        assert may(long, "/news")
        assert not may(long, "/closed")


@pytest.mark.parametrize("status", [200, 204, 299])
def test_a_2xx_answer_is_read_as_rules_for_a_day(status: int) -> None:
    read = rules("User-agent: *\nDisallow: /x", status)
    assert (read.status, read.until) == ("ok", NOW + 86400)


@pytest.mark.parametrize("status", [301, 308, 400, 401, 403, 404, 410, 451])
def test_an_unavailable_robots_allows_everything_whatever_its_body_says(status: int) -> None:
    read = rules("User-agent: *\nDisallow: /", status)
    assert read.status == "allow_all"
    assert robots.allowed(read, "https://agency.test/a", "Dateline")
    assert read.until == NOW + 86400


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 599, 100, None])
def test_an_unreachable_robots_closes_the_host_for_a_while_even_if_its_body_allows(status: int | None) -> None:
    read = rules("User-agent: *\nAllow: /", status)
    assert read.status == "disallow_all"
    assert not robots.allowed(read, "https://agency.test/a", "Dateline")
    assert 900 <= read.until - NOW <= 3600


def test_a_host_whose_robots_was_never_read_is_closed_but_for_robots_itself() -> None:
    unread = HostRules("agency.test")
    assert robots.stale(unread, NOW)
    assert not robots.allowed(unread, "https://agency.test/a", "Dateline")
    assert robots.allowed(unread, "https://agency.test/robots.txt", "Dateline")


def test_rules_are_stale_when_their_day_is_over() -> None:
    read = rules("")
    assert not robots.stale(read, NOW + 86399)
    assert robots.stale(read, NOW + 86400)


def test_robots_itself_is_always_allowed() -> None:
    assert may("User-agent: *\nDisallow: /", "/robots.txt")


def test_bytes_past_500_kib_are_not_read() -> None:
    head = b"User-agent: *\nDisallow: /early\n"
    body = head + b"#" * (robots.BODY_LIMIT - len(head) - 1) + b"\nDisallow: /late\n"
    assert not may(body, "/early")
    assert may(body, "/late")


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /x",
        b"\xef\xbbUser-agent: *\nDisallow: /x",
        b"\x00\x00User-agent: *\nDisallow: /x",
        "User-agent: *\nDisallow: /x".encode("utf-16"),
        "User-agent: *\nDisallow: /x".encode("utf-16-le"),
        b"User-agent: *\rDisallow: /x",
        b"User-agent: *\r\nDisallow: /x\r\n",
        b"\xff\xfe\xfd\nUser-agent: *\nDisallow: /x"[3:],
    ],
)
def test_rules_are_found_in_mis_saved_files(body: bytes) -> None:
    assert not may(body, "/x")
    assert may(body, "/y")


def test_a_mark_that_is_no_byte_order_mark_spoils_only_its_line() -> None:
    assert may(b"\xef\x11\xbfUser-agent: *\nDisallow: /\n", "/x")


@pytest.mark.parametrize("body", [b"", b"<!doctype html><html><body>Not found: /</body></html>", b"\x00\x01\xff" * 100])
def test_a_page_that_is_no_robots_txt_forbids_nothing(body: bytes) -> None:
    assert may(body, "/x")


@pytest.mark.parametrize(
    ("body", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 5\n", 5.0),
        ("User-agent: *\nCrawl-delay: 0.5\n", 0.5),
        ("User-agent: *\nCrawl-delay: 0\n", None),
        ("User-agent: *\nCrawl-delay: soon\n", None),
        ("User-agent: *\nCrawl-delay: -3\n", None),
        ("User-agent: *\nCrawl-delay: inf\n", None),
        ("User-agent: *\nRequest-rate: 1/10\n", 10.0),
        ("User-agent: *\nRequest-rate: 30/1m\nCrawl-delay: 1\n", 2.0),
        ("User-agent: *\nCrawl-delay: 9\n\nUser-agent: Dateline\nCrawl-delay: 3\n", 3.0),
        ("User-agent: *\nCrawl-delay: 9\n\nUser-agent: Other\nDisallow: /\n", 9.0),
        ("User-agent: Dateline\nDisallow:\n\nUser-agent: *\nCrawl-delay: 9\n", None),
    ],
)
def test_our_groups_delay_is_read(body: str, delay: float | None) -> None:
    assert rules(body).crawl_delay == delay


def test_an_absurd_delay_is_cut_and_its_wish_can_be_shown() -> None:
    read = rules("User-agent: *\nCrawl-delay: 86400\n")
    assert read.crawl_delay == robots.CRAWL_DELAY_LIMIT
    assert robots.asked_delay(read, "Dateline") == 86400.0


def test_a_crawl_delay_ends_a_list_of_agents() -> None:
    assert may("User-agent: *\nCrawl-delay: 9\n\nUser-agent: Other\nDisallow: /\n", "/x")


@given(body=st.binary(max_size=400), path=st.text(max_size=40))
def test_no_body_and_no_path_raises(body: bytes, path: str) -> None:
    read = rules(b"User-agent: *\nDisallow: /no\n" + body)
    robots.allowed(read, "https://agency.test/" + path.replace("[", "").replace("]", ""), "Dateline")


@given(
    prefix=st.from_regex(r"/[a-z]{1,6}(/[a-z]{1,6})?", fullmatch=True),
    rest=st.from_regex(r"[a-z/]{0,9}", fullmatch=True),
)
def test_everything_below_a_disallowed_prefix_is_disallowed(prefix: str, rest: str) -> None:
    assert not may(f"User-agent: *\nDisallow: {prefix}\n", prefix + rest)
