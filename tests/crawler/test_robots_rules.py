"""Which rules of a robots.txt are ours and what they match: the behaviours that google/robotstxt's 21 test groups name, in
own words and by RFC 9309 where the two differ (a rule's `%62` is a `b`)."""

from __future__ import annotations

from random import Random

import pytest

from bench.torture.robots_cases import GROUPS as GOOGLES
from bench.torture.robots_cases import cases
from crawler.politeness import robots, robots_groups


def may(body: str, path: str, agent: str = "Dateline") -> bool:
    read = robots.read(200, body.encode(), now=0.0, host="agency.test", agent=agent)
    return robots.allowed(read, f"https://agency.test{path}", agent)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("user-agent: Dateline\ndisallow: /\n", False),
        ("port: Dateline\npier: /\n", True),
        ("user-agent Dateline\ndisallow /\n", False),
        ("USER-AGENT: Dateline\nDISALLOW: /\n", False),
        ("user agent: Dateline\ndisalow: /\n", False),
        ("  User-agent :  Dateline  \n\tDisallow:\t/ # all\n", False),
    ],
)
def test_line_syntax(body: str, expected: bool) -> None:
    assert may(body, "/x/y") is expected


GROUPS = """Allow: /orphan/
Disallow: /orphan/

User-agent: Dateline
Disallow: /
Allow: /x/

User-agent: SecondBot
Disallow: /
Allow: /y/


User-agent: ThirdBot
User-agent: FourthBot
User-agent: Other
Disallow: /
Allow: /z/
"""


@pytest.mark.parametrize(
    ("agent", "path", "expected"),
    [
        ("Dateline", "/x/b", True),
        ("Dateline", "/z/d", False),
        ("SecondBot", "/y/c", True),
        ("SecondBot", "/x/b", False),
        ("ThirdBot", "/z/d", True),
        ("FourthBot", "/z/d", True),
        ("FourthBot", "/y/c", False),
        ("Unnamed", "/orphan/a", True),
    ],
)
def test_rules_belong_to_all_agents_named_above_them(agent: str, path: str, expected: bool) -> None:
    assert may(GROUPS, path, agent) is expected


@pytest.mark.parametrize("line", ["Sitemap: https://agency.test/map", "Unknown: line", "Host: agency.test", ""])
def test_other_lines_do_not_part_agents_from_one_another(line: str) -> None:
    body = f"User-agent: Dateline\n{line}\nUser-agent: *\nDisallow: /\n"
    assert not may(body, "/x")
    assert not may(body, "/x", "Somebody")


@pytest.mark.parametrize(
    "name", ["dateline", "DATELINE", "Dateline/1.0", "Dateline (news)", "Dateline bot", "Dateline*"]
)
def test_our_token_is_known_in_any_case_and_up_to_its_end(name: str) -> None:
    assert not may(f"User-agent: {name}\nDisallow: /\n", "/x")


@pytest.mark.parametrize("name", ["Date", "line", "Dateline-News", "Datelines", "xDateline", "Da", "", "1Dateline"])
def test_other_tokens_are_not_ours(name: str) -> None:
    assert may(f"User-agent: {name}\nDisallow: /\n", "/x")


def test_everyones_rules_count_only_where_none_are_ours() -> None:
    body = "User-agent: *\nDisallow: /\n\nUser-agent: Dateline\nDisallow: /own\n"
    assert may(body, "/x")
    assert not may(body, "/own/x")
    assert not may(body, "/x", "Somebody")


def test_a_group_of_ours_without_rules_allows_everything() -> None:
    assert may("User-agent: *\nDisallow: /\nUser-agent: Dateline\nDisallow:\n", "/x")
    assert may("User-agent: *\nDisallow: /\nUser-agent: Dateline\n", "/x")


def test_two_groups_of_ours_are_one() -> None:
    body = "User-agent: Dateline\nDisallow: /a\n\nUser-agent: x\nDisallow: /c\n\nUser-agent: Dateline\nDisallow: /b\n"
    assert [may(body, path) for path in ("/a", "/b", "/c")] == [False, False, True]


def test_a_star_with_words_behind_it_is_everyone() -> None:
    assert not may("User-agent: * all of you\nDisallow: /\n", "/x")


def test_paths_are_case_sensitive() -> None:
    assert may("User-agent: *\nDisallow: /X/\n", "/x/")
    assert not may("User-agent: *\nDisallow: /X/\n", "/X/y")


@pytest.mark.parametrize(
    ("lines", "path", "expected"),
    [
        (("disallow: /x/page.html", "allow: /x/"), "/x/page.html", False),
        (("allow: /x/page.html", "disallow: /x/"), "/x/page.html", True),
        (("allow: /x/page.html", "disallow: /x/"), "/x/", False),
        (("disallow: ", "allow: "), "/x", True),
        (("disallow: /", "allow: /"), "/x", True),
        (("disallow: /x", "allow: /x/"), "/x", False),
        (("disallow: /x", "allow: /x/"), "/x/", True),
        (("disallow: /x/page.html", "allow: /x/page.html"), "/x/page.html", True),
        (("allow: /page", "disallow: /*.html"), "/page.html", False),
        (("allow: /page", "disallow: /*.html"), "/page", True),
        (("allow: /x/page.", "disallow: /*.html"), "/x/page.html", True),
        (("disallow: /x/page", "allow: /x/page", "disallow: /x/page.html"), "/x/page.html", False),
    ],
)
def test_the_longest_match_decides_and_allow_on_a_tie(lines: tuple[str, ...], path: str, expected: bool) -> None:
    assert may("\n".join(("user-agent: Dateline", *lines)), path) is expected


@pytest.mark.parametrize(
    ("rule", "path", "expected"),
    [
        (
            "/port/pier?id=tide&line=http://pier.test?mast&keel",
            "/port/pier?id=tide&line=http://pier.test?mast&keel",
            True,
        ),
        ("/port/pier/ё", "/port/pier/%D1%91", True),
        ("/port/pier/%D1%91", "/port/pier/%D1%91", True),
        ("/port/pier/%d1%91", "/port/pier/%D1%91", True),
        ("/port/pier/%66%6F%67", "/port/pier/fog", True),
        ("/новости/", "/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8/1", True),
        ("/a%2Fb", "/a/b", False),
    ],
)
def test_percent_encoding_does_not_matter_but_for_reserved_characters(rule: str, path: str, expected: bool) -> None:
    assert may(f"User-agent: Dateline\nDisallow: /\nAllow: {rule}\n", path) is expected


@pytest.mark.parametrize(
    ("rule", "path", "blocked"),
    [
        ("/port/pier/reef", "/port/pier/reef", True),
        ("/port/pier/reef", "/port/reef", False),
        ("/port/pier*reef", "/port/pier/reef", True),
        ("/port/pier*reef", "/port/pier__reef", True),
        ("/port/pier*reef", "/port/pier", False),
        ("/port/pier$", "/port/pier", True),
        ("/port/pier$", "/port/pier/ice", False),
        ("/*.php$", "/quay/timetable.php", True),
        ("/*.php$", "/timetable.php?parameters", False),
        ("/*.php$", "/timetable.php5", False),
        ("/ferry*", "/ferrylines/timetable.html", True),
        ("/ferry/", "/ferry", False),
        ("/ferry*.php", "/ferrylines/oldferry.php?parameters", True),
        ("/ferry*.php", "/Ferry.PHP", False),
        ("*.gif", "/a/b.gif", True),
        ("ferry", "/ferry", False),
        ("/port/pier#ice", "/port/pier", True),
    ],
)
def test_stars_ends_and_prefixes(rule: str, path: str, blocked: bool) -> None:
    assert may(f"User-agent: Dateline\nDisallow: {rule}\n", path) is not blocked


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/allowed/", True), ("/allowed/index.html", True), ("/allowed/index.htm", False), ("/", False)],
)
def test_an_allowed_index_html_allows_its_quay(path: str, expected: bool) -> None:
    assert may("User-agent: *\nAllow: /allowed/index.html\nDisallow: /\n", path) is expected


def test_a_line_longer_than_the_limit_is_cut_and_still_counts() -> None:
    body = f"User-agent: Dateline\nDisallow: /x/{'q' * robots_groups.LINE_LIMIT}/more\n"
    assert may(body, "/mole")
    assert not may(body, f"/x/{'q' * robots_groups.LINE_LIMIT}/y")


@pytest.mark.parametrize(
    "url", ["https://agency.test", "https://agency.test/", "https://agency.test?a=b", "http://agency.test/#f"]
)
def test_an_address_without_a_path_is_the_root(url: str) -> None:
    read = robots.read(200, b"User-agent: *\nDisallow: /\n", now=0.0, host="agency.test", agent="Dateline")
    assert not robots.allowed(read, url, "Dateline")


def test_a_rule_that_is_a_whole_address_or_holds_a_line_separator_harms_no_other_rule() -> None:
    body = "User-agent: *\nDisallow: /a\u2028b\nDisallow: https://agency.test/z\nDisallow: /c\n"
    assert [may(body, path) for path in ("/a", "/c", "/z")] == [True, False, True]


def test_the_21_groups_hold_with_made_paths_and_crawlers() -> None:
    judged, named = 0, set()
    for seed in range(10):
        for case in cases(Random(seed), ("Dateline", "HarbourBot", "x_y-z")[seed % 3]):
            read = robots.read(200, case.body, now=0.0, host="agency.test", agent=case.agent)
            for path, expected in case.allowed:
                told = robots.allowed(read, f"https://agency.test{path}", case.agent)
                assert told is expected, (case.group, case.body[:500], case.agent, path[:100])
                judged += 1
            named.add(case.group)
    assert (len(GOOGLES), len(named)) == (21, 21)
    assert judged > 1_000


@pytest.mark.parametrize(
    ("rule", "asked"),
    [
        ("/a?u=https://pier.test/x", "/a?u=https%3A%2F%2Fpier.test%2Fx"),
        ("/a?u=https%3a%2f%2fpier.test", "/a?u=https://pier.test"),
        ("/*u=https%3A%2F%2Fpier", "/a?u=https%3A%2F%2Fpier"),
    ],
)
def test_what_a_query_may_hold_bare_is_the_same_encoded(rule: str, asked: str) -> None:
    """RFC 9309 2.2.2's own table."""
    assert not may(f"User-agent: Dateline\nDisallow: {rule}\n", asked)
