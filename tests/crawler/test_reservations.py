"""Reserved rights, conditional requests, and how long an answer holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.politeness.conditional import headers, max_age, validators
from crawler.politeness.reservations import reserved
from storage.models import Validators


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("noarchive", "X-Robots-Tag: noarchive"),
        ("NoIndex, nofollow", "X-Robots-Tag: noindex"),
        ("nofollow , none", "X-Robots-Tag: none"),
        ("nocache", "X-Robots-Tag: nocache"),
        ("dateline: noarchive", "X-Robots-Tag: noarchive"),
        ("Dateline: nosnippet, noindex", "X-Robots-Tag: noindex"),
        ("googlebot: noindex, dateline: noarchive", "X-Robots-Tag: noarchive"),
        ("unavailable_after: 25 Jun 2010 15:00:00 PST, noarchive", "X-Robots-Tag: noarchive"),
        ("max-snippet: 50, noindex", "X-Robots-Tag: noindex"),
        ("googlebot: noindex, nofollow", None),
        ("all", None),
        ("index, follow, nosnippet, max-image-preview: large", None),
        ("noimageindex, noindexes", None),
        ("", None),
    ],
)
def test_the_robots_header_reserves_for_everyone_or_for_us(value: str, reason: str | None) -> None:
    assert reserved([("X-Robots-Tag", value)]) == reason


@pytest.mark.parametrize(
    ("value", "reserves"),
    [
        ("unavailable_after: 25 Jun 2010 15:00:00 PST", True),
        ("unavailable_after: Fri, 25 Jun 2010 15:00:00 GMT", True),
        ("noimageindex, unavailable_after: Friday, 25-Jun-10 15:00:00 UTC", True),
        ("dateline: unavailable_after: 2010-06-25T15:00:00+02:00", True),
        ("otherbot: unavailable_after: 2010-06-25", False),
        ("unavailable_after: 2027-01-01", False),
        ("unavailable_after: soon", False),
        ("unavailable_after", False),
    ],
)
def test_a_page_whose_last_day_has_come_reserves_its_text(value: str, reserves: bool) -> None:
    said = reserved([("X-Robots-Tag", value)], at="2026-11-26T00:00:00Z") or ""
    assert (said.startswith("X-Robots-Tag: unavailable_after 2010-06-25")) is reserves
    assert reserved([("X-Robots-Tag", value)]) is None, "without a time of fetching nothing has come"


def test_each_of_several_robots_headers_speaks_for_itself() -> None:
    assert (
        reserved([("X-Robots-Tag", "googlebot: noindex"), ("x-robots-tag", "noarchive")]) == "X-Robots-Tag: noarchive"
    )


@pytest.mark.parametrize(
    ("fields", "meta", "reason"),
    [
        ({"TDM-Reservation": "1"}, None, "tdm-reservation: 1"),
        ({"tdm-reservation": "0"}, None, None),
        ({"tdm-reservation": "yes"}, None, None),
        (
            {"tdm-reservation": "1", "tdm-policy": "https://agency.test/tdm.json"},
            None,
            "tdm-reservation: 1 (policy https://agency.test/tdm.json)",
        ),
        ({"tdm-reservation": "1"}, [("tdm-reservation", "0")], None),
        ({"tdm-reservation": "0"}, [("tdm-reservation", "1")], "meta tdm-reservation: 1"),
        ({}, [("Robots", "noarchive")], "meta robots: noarchive"),
        ({}, [("googlebot", "noarchive")], None),
        ({}, [("dateline", "none")], "meta dateline: none"),
    ],
)
def test_tdm_and_meta_reservations(
    fields: dict[str, str], meta: list[tuple[str, str]] | None, reason: str | None
) -> None:
    assert reserved(fields, meta) == reason


@given(st.lists(st.tuples(st.sampled_from(["x-robots-tag", "tdm-reservation", "a"]), st.text(max_size=40)), max_size=5))
def test_no_header_raises(fields: list[tuple[str, str]]) -> None:
    reserved(fields, fields)
    validators(fields)
    max_age(fields)


def test_validators_are_sent_back_verbatim() -> None:
    given_back = validators({"ETag": 'W/"a,b"', "last-modified": "Wed, 01 Nov 2023 08:00:00 GMT"})
    assert headers(given_back) == {"If-None-Match": 'W/"a,b"', "If-Modified-Since": "Wed, 01 Nov 2023 08:00:00 GMT"}


@pytest.mark.parametrize("value", ["", "a\r\nHost: elsewhere.test", "a\x00", "é" * 2000, "ж", "x" * 1025])
def test_what_cannot_be_sent_back_is_not_kept(value: str) -> None:
    assert validators([("ETag", value)]) == Validators()
    assert headers(Validators()) == {}


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"Cache-Control": "public, max-age=600"}, 600),
        ({"cache-control": 'MAX-AGE="60", must-revalidate'}, 60),
        ({"cache-control": "max-age=600", "age": "100"}, 500),
        ({"cache-control": "max-age=60", "age": "100"}, 0),
        ({"cache-control": "no-cache, max-age=600"}, None),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "max-age=-1"}, None),
        ({}, None),
    ],
)
def test_how_long_an_answer_calls_itself_fresh(fields: dict[str, str], seconds: int | None) -> None:
    assert max_age(fields) == seconds
