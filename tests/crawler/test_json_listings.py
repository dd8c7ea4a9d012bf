"""JSON lists of links, by the dotted paths of a TOML."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.discovery.json_listing import at
from crawler.discovery.read import PROBLEMS, Discovery, read
from crawler.source import Endpoint, JsonPaths, Source
from storage.models import Profile

URL = "https://agency.test/api/list?page=1"
PATHS = JsonPaths("result.contents", "url", title="name", lead="text.lead", published="dates.0")
SOURCE = Source(
    "agency", "Agency", "https://agency.test", ("agency.test",), None, ("en",), Profile("agency", timezone="Asia/Seoul"),
    (Endpoint(URL, "listing", json=PATHS),),
)  # fmt: skip


def discover(answer: Any, paths: JsonPaths = PATHS, *, role: Any = "live", later: bool = False) -> Discovery:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    endpoint = Endpoint(URL, "listing", role=role, json=paths)
    return read(
        "listing", body, url=URL, content_type="application/json", charset=None, endpoint=endpoint, source=SOURCE,
        later=later,
    )  # fmt: skip


def test_an_items_paths_give_its_link() -> None:
    item = {
        "url": "/n/1#x",
        "name": "One &amp; <b>all</b>",
        "text": {"lead": "<p>Short.</p>"},
        "dates": ["2026-07-29 16:44"],
    }
    (link,) = discover({"result": {"contents": [item]}}).links
    assert (link.url, link.title, link.lead, link.via) == ("https://agency.test/n/1", "One & all", "Short.", "listing")
    assert link.published is not None
    assert (link.published.at, link.published.origin) == ("2026-07-29T07:44:00Z", "listing (source timezone)")


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        (1785332675, "2026-07-29T13:44:35Z"),
        (1785332675.9, "2026-07-29T13:44:35Z"),
        (1785332675999, "2026-07-29T13:44:35Z"),
        ("1785332675", "2026-07-29T13:44:35Z"),
        ("2026-07-29T16:44:35+03:00", "2026-07-29T13:44:35Z"),
        (0, None), (-5, None), (20260729, None), (10**30, None), (10**400, None), (float("inf"), None), (float("nan"), None),
        (True, None), (None, None), ([1785332675], None), ({"$date": 1785332675}, None),
    ],
)  # fmt: skip
def test_a_time_is_seconds_milliseconds_or_text_and_says_how_it_was_written(written: Any, instant: str | None) -> None:
    (link,) = discover([{"url": "/1", "t": written}], JsonPaths("", "url", published="t")).links
    assert (link.published.at if link.published else None) == instant
    if link.published is not None:
        assert link.published.raw == str(written)
        assert link.published.offset == ("+03:00" if "T" in str(written) else "+00:00")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"", "empty_body"),
        (b"<html><body>No such page</body></html>", "not_json"),
        (b"<html><script src=//servicepipe.ru/x.js></script></html>", "bot_check"),
        (b'{"result": {"contents": [', "not_json"),
        (b"[" * 200_000 + b"]" * 200_000, "not_json"),
        (b'{"result": {"contents": ' + b"9" * 5000 + b"}}", "not_json"),
        ({"result": None}, "no_items"),
        ({"result": {"contents": {"url": "/1"}}}, "no_items"),
        ([1, 2], "no_items"),
        ({"result": {"contents": []}}, "empty_listing"),
    ],
)
def test_what_is_no_list_ends_in_a_stated_problem(answer: Any, problem: str) -> None:
    found = discover(answer)
    assert (found.links, found.problem) == ((), problem)
    assert problem in PROBLEMS


def test_the_page_after_the_last_may_be_empty() -> None:
    empty: Any = {"result": {"contents": []}}
    assert discover(empty, role="archive").problem == "empty_listing"
    assert discover(empty, role="archive", later=True).problem is None


def test_a_list_is_read_to_its_limit_and_not_beyond_its_size() -> None:
    began = time.process_time()
    found = discover({"result": {"contents": [{"url": f"/{n}"} for n in range(6000)]}})
    assert (len(found.links), found.refused) == (5000, (("over_limit", 1000),))
    assert discover(b'{"a": "' + b"x" * 6_000_000 + b'"}').problem == "too_large"
    assert time.process_time() - began < 3.0


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["result", "contents", "url", "name", "text", "lead", "dates", "0"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=60)
@given(json_values)
def test_nothing_that_json_can_say_breaks_the_reader(answer: Any) -> None:
    for paths in (PATHS, JsonPaths("", "url", "name", "text", "dates"), JsonPaths("contents.0", "", "", "", "")):
        found = discover(answer, paths)
        assert found.total == len(found.links) + sum(count for _, count in found.refused)
        assert (found.problem is None) == (found.total > 0)


@settings(max_examples=60)
@given(json_values, st.text(alphabet="url.0 result", max_size=12))
def test_no_path_leads_astray(answer: Any, path: str) -> None:
    at(answer, path)
