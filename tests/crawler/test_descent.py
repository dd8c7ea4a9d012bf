"""What is read in its turn: which endpoint it is of, how deep, and how far back a listing's pages go."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.archives import after, posted
from crawler.discovery.descent import MAX_DEPTH, MAX_PAGES, MAX_SHOWN, children, next_page
from crawler.discovery.read import Discovery
from crawler.endings import child_of, endpoint_of
from crawler.listed import listed
from crawler.source import Endpoint, JsonPaths, Source
from storage.models import Instant, Lease, Link, Profile

HOME = "https://a.test"
INDEX = Endpoint(f"{HOME}/index.xml", "sitemap", follow=r"\.xml$")
LATEST = Endpoint(f"{HOME}/latest", "listing", article=("h3",), next=(".older",))
NUMBERED = Endpoint(f"{HOME}/list/{{page}}.json", "listing", role="archive", json=JsonPaths("items", "url"))
MONTHLY = Endpoint(f"{HOME}/{{year}}/{{month:02}}.xml", "sitemap", role="archive", follow="news")
SOURCE = Source(
    "s", "S", HOME, ("a.test",), None, ("en",), Profile("s"), (INDEX, LATEST, NUMBERED, MONTHLY)
)  # fmt: skip
SINCE = datetime(2026, 10, 10, tzinfo=UTC)
SPAN = (SINCE.timestamp(), datetime(2026, 10, 20, tzinfo=UTC).timestamp())


def lease(path: str, kind: Any = "listing", told: Link | None = None, backfill: int | None = 7) -> Lease:
    return Lease(1, 1, "s", HOME + path, kind, "a.test", 9e9, 0.0, witness=told, backfill=backfill)


def page(*days: int | None, following: str | None = None) -> Discovery:
    """A listing's page of articles; days of October, None for one without a date."""
    links = tuple(
        Link(
            f"{HOME}/{n}",
            published=Instant(f"2026-10-{day:02}T12:00:00Z", "second", None, "x", "listing") if day else None,
        )
        for n, day in enumerate(days)
    )
    return Discovery(links, total=len(links), next=following)


@pytest.mark.parametrize(
    ("template", "url", "next_url"),
    [
        ("/list/{page}.json", "/list/9.json", "/list/10.json"),
        ("/l?p={page:02}", "/l?p=09", "/l?p=10"),
        ("/l?p={page:02}", "/l?p=99", "/l?p=100"),
        ("/{year}/{month:02}/{page}", "/2026/10/1", "/2026/10/2"),
        ("/{page}/x/{page}", "/3/x/3", "/4/x/4"),
        ("/list?a=1&p={page}&b=.*", "/list?a=1&p=1&b=.*", "/list?a=1&p=2&b=.*"),
        ("/list/{page}.json", "/list/x.json", None),
        ("/list/{page}.json", "/other/1.json", None),
        ("/{year}/{month}", "/2026/10", None),
        ("/list", "/list", None),
    ],
)
def test_the_next_number_is_of_the_page_alone(template: str, url: str, next_url: str | None) -> None:
    assert after(HOME + template, HOME + url) == (HOME + next_url if next_url else None)


@given(st.integers(1, 10**6), st.integers(2000, 2099), st.integers(1, 12))
def test_pages_are_counted_one_by_one(number: int, year: int, month: int) -> None:
    template = f"{HOME}/{{year}}-{{month:02}}?p={{page}}"
    assert after(template, template.format(year=year, month=month, page=number)) == template.format(
        year=year, month=month, page=number + 1
    )


@pytest.mark.parametrize(
    ("template", "post", "url", "sent"),
    [
        ("/api#{page}", '{"p":"{page}","n":20}', "/api#3", '{"p":3,"n":20}'),
        ("/api#world-{page:02}", '{"p":"{page}"}', "/api#world-09", '{"p":9}'),
        ("/api#world", '{"section":7}', "/api#world", '{"section":7}'),
        ("/api", None, "/api", None),
    ],
)
def test_a_posts_page_is_the_number_in_its_address(template: str, post: str | None, url: str, sent: str | None) -> None:
    assert posted(Endpoint(HOME + template, "listing", role="archive", post=post), HOME + url) == sent


def test_a_page_leads_on_while_it_gives_something_wanted_that_is_not_all_too_old() -> None:
    at = lease("/list/1.json")
    assert next_page(page(12, 11), at, NUMBERED, SINCE) == Link(
        f"{HOME}/list/2.json", kind="listing", via="archive", endpoint=NUMBERED.url, page=1,
        shown=next_page(page(12, 11), at, NUMBERED, SINCE).shown,  # type: ignore[union-attr]  # given above
    )  # fmt: skip
    assert next_page(page(12, 9), at, NUMBERED, SINCE) is not None
    assert next_page(page(None, None), at, NUMBERED, SINCE) is not None, "nobody knows its dates"
    assert next_page(page(9, 8), at, NUMBERED, SINCE) is None
    assert next_page(page(9, None), at, NUMBERED, SINCE) is None, "what is known of it is too old"
    assert next_page(page(), at, NUMBERED, SINCE) is None


def test_the_day_in_an_address_dates_what_its_listing_does_not() -> None:
    def found(day: int) -> Discovery:
        return Discovery((Link(f"{HOME}/2026/10/{day:02}/story"),), total=1, next=f"{HOME}/latest?p=2")

    assert next_page(found(10), lease("/latest"), LATEST, SINCE) is not None
    assert next_page(found(7), lease("/latest"), LATEST, SINCE) is None


def test_a_page_that_comes_again_is_the_last_and_so_is_one_beyond_the_cap() -> None:
    first = next_page(page(12, 11), lease("/list/1.json"), NUMBERED, SINCE)
    assert first is not None
    second = lease("/list/2.json", told=first)
    assert next_page(page(12, 11), second, NUMBERED, SINCE) is None
    following = next_page(page(12, 11, 11), second, NUMBERED, SINCE)
    assert following is not None and (following.page, following.depth) == (2, 0)
    assert next_page(page(12, 11, 9), second, NUMBERED, SINCE) is None, "what is new on it is too old"
    last = lease("/list/2.json", told=replace(first, page=MAX_PAGES - 1))
    assert next_page(page(12), last, NUMBERED, SINCE) is None


def test_a_pages_own_link_goes_before_the_number_and_a_live_poll_reads_the_first_page_alone() -> None:
    found = page(12, following=f"{HOME}/latest?before=99")
    whole = listed(found, lease("/latest"), LATEST, SPAN)
    assert whole.links[-1].url == f"{HOME}/latest?before=99"
    assert (whole.outcome.name, whole.outcome.detail) == (
        "listed",
        f"1 entries, 1 links, next page {HOME}/latest?before=99",
    )
    assert [link.kind for link in listed(found, lease("/latest", backfill=None), LATEST, None).links] == ["article"]


def test_a_document_with_a_problem_gives_what_it_has_and_no_next_page() -> None:
    broken = replace(page(12, following=f"{HOME}/latest?p=2"), problem="truncated")
    whole = listed(broken, lease("/latest"), LATEST, SPAN)
    assert whole.outcome.name == "failed:truncated"
    assert [link.kind for link in whole.links] == ["article"]


def test_articles_outside_of_the_span_are_left_out_but_still_show_how_far_back_a_page_goes() -> None:
    whole = listed(page(25, 15), lease("/list/1.json"), NUMBERED, SPAN)
    assert [link.url for link in whole.links] == [f"{HOME}/1", f"{HOME}/list/2.json"]


def test_children_remember_their_endpoint_to_any_depth_and_end_at_the_cap() -> None:
    found = (Link(f"{HOME}/part.xml", kind="sitemap"), Link(f"{HOME}/1"))
    at = lease("/index.xml", "sitemap", backfill=None)
    endpoint = endpoint_of(at, SOURCE)
    assert endpoint is not None
    for depth in range(1, MAX_DEPTH + 1):
        (child, article), left_out = children(found, at, endpoint)
        assert (child.endpoint, child.depth, article, left_out) == (INDEX.url, depth, found[1], 0)
        at = lease("/part.xml", "sitemap", child, backfill=None)
        assert endpoint_of(at, SOURCE) is None
        endpoint = child_of(at, SOURCE)
        assert endpoint == INDEX
    assert children(found, at, endpoint) == ((found[1],), 1)


@pytest.mark.parametrize("backfill", [None, 7])
def test_what_a_listing_leads_to_is_read_as_that_listing(backfill: int | None) -> None:
    told = Link(f"{HOME}/older?x=1", kind="listing", endpoint=LATEST.url, depth=3, shown="x")
    at = lease("/older?x=1", told=told, backfill=backfill)
    assert endpoint_of(at, SOURCE) is None
    assert child_of(at, SOURCE) == LATEST


def test_a_child_that_is_named_itself_is_what_its_name_says() -> None:
    told = Link(LATEST.url, kind="listing", endpoint=INDEX.url, depth=1)
    assert endpoint_of(lease("/latest", told=told, backfill=None), SOURCE) == LATEST


def test_without_an_archive_a_backfill_reads_live_endpoints_as_what_they_are() -> None:
    assert endpoint_of(lease("/latest"), SOURCE) == LATEST
    assert endpoint_of(lease("/2026/10.xml", "sitemap"), SOURCE) == MONTHLY


def test_a_child_whose_endpoint_left_the_toml_is_read_plainly_or_as_the_archives() -> None:
    told = Link(f"{HOME}/old.xml", kind="sitemap", endpoint=f"{HOME}/gone.xml", depth=1)
    assert child_of(lease("/old.xml", "sitemap", told, backfill=None), SOURCE) == Endpoint(f"{HOME}/old.xml", "sitemap")
    assert child_of(lease("/old.xml", "sitemap", told), SOURCE) == replace(NUMBERED, kind="sitemap")


def test_a_page_of_many_links_that_comes_again_is_the_last() -> None:
    many = page(*[12] * 3 * MAX_SHOWN)
    first = next_page(many, lease("/list/1.json"), NUMBERED, SINCE)
    assert first is not None
    second = lease("/list/2.json", told=first)
    assert next_page(many, second, NUMBERED, SINCE) is None
    assert next_page(replace(many, links=many.links[::-1]), second, NUMBERED, SINCE) is None, "in whatever order"
    others = tuple(replace(link, url=f"{link.url}0000") for link in many.links)
    assert next_page(replace(many, links=others), second, NUMBERED, SINCE) is not None
    assert next_page(replace(many, links=many.links + others[:50]), second, NUMBERED, SINCE) is not None


def test_children_of_a_late_page_of_an_index_are_as_deep_as_those_of_its_first() -> None:
    paged = Endpoint(f"{HOME}/index?p={{page}}", "sitemap", role="archive")
    part = Discovery((Link(f"{HOME}/part.xml", kind="sitemap"),), total=1)
    told: Link | None = None
    for number in range(1, 3 * MAX_DEPTH):
        at = lease(f"/index?p={number}", "sitemap", told)
        found = replace(part, links=(replace(part.links[0], url=f"{HOME}/part{number}.xml"),))
        child, told = listed(found, at, paged, SPAN).links
        assert (child.url, child.depth, child.page) == (f"{HOME}/part{number}.xml", 1, 0)
        assert (told.url, told.depth, told.page) == (f"{HOME}/index?p={number + 1}", 0, number)


def test_an_index_that_leads_nowhere_says_which_pattern_does_not_match() -> None:
    found = Discovery((), "nothing_followed", total=7, refused=(("not_followed", 7),))
    whole = listed(found, lease("/index.xml", "sitemap"), INDEX, SPAN)
    assert whole.outcome.name == "failed:nothing_followed"
    assert whole.outcome.detail is not None and r"(7 sitemaps, follow = '\.xml$')" in whole.outcome.detail
