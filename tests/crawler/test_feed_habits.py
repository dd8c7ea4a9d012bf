"""Feeds, sitemaps and JSON lists after agencies' habits (`feeds/`): each gives every link, in order, with its exact time."""

from __future__ import annotations

import gzip
import tomllib
from pathlib import Path
from typing import Any

import pytest

from crawler.discovery.read import Discovery, read
from crawler.source import Endpoint, JsonPaths, Source
from storage.models import Profile

FEEDS = Path(__file__).parent / "feeds"
URL = "https://agency.test/rss/all.xml"
CASES: list[dict[str, Any]] = tomllib.loads((FEEDS / "expected.toml").read_text("utf-8"))["feed"]
PATHS = JsonPaths("newsList", "link", title="title", lead="lead", published="date")


def discover(body: bytes, case: dict[str, Any]) -> Discovery:
    kind = case.get("kind", "feed")
    endpoint = Endpoint(URL, kind, json=PATHS if kind == "listing" else None)
    source = Source(
        "agency", "Agency", "https://agency.test", ("agency.test",), None, ("en",),
        Profile("agency", timezone=case.get("zone", "Europe/Moscow")), (endpoint,),
    )  # fmt: skip
    return read(
        kind, body, url=URL, content_type=case.get("content_type"), charset=None, endpoint=endpoint, source=source
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["file"])
def test_a_feed_gives_every_link_with_its_exact_time(case: dict[str, Any]) -> None:
    text = (FEEDS / case["file"]).read_bytes().decode()
    body = text.encode(case.get("encoding", "utf-8"))
    found = discover(gzip.compress(body) if case.get("gzip") else body, case)
    given = []
    for link in found.links:
        said: dict[str, Any] = {"url": link.url}
        if link.published is not None:
            said["at"] = link.published.at
            if link.published.origin.endswith("(source timezone)"):
                said["in_zone"] = True
        said |= {"modified": link.modified.at} if link.modified else {}
        given.append(said | {key: value for key in ("title", "full_text") if (value := getattr(link, key))})
    assert given == case["links"]
    assert (found.problem, found.total - len(found.links)) == (case.get("problem"), case.get("refused", 0))


def test_every_fixture_is_expected_and_there_are_at_least_thirty() -> None:
    files = {path.name for path in FEEDS.iterdir()} - {"expected.toml"}
    assert files == {case["file"] for case in CASES}
    assert len(files) >= 30


def test_a_feed_of_774_items_gives_774() -> None:
    items = "".join(
        f"<item><title>Story {n}</title><link>/news/{n}</link><description>{'Words. ' * 40}</description>"
        f"<pubDate>Wed, 29 Jul 2026 {n // 60:02}:{n % 60:02}:07 +0300</pubDate></item>"
        for n in range(774)
    )
    found = discover(f"<rss><channel>{items}</channel></rss>".encode(), {})
    assert [link.url for link in found.links] == [f"https://agency.test/news/{n}" for n in range(774)]
    times = [link.published.at for link in found.links if link.published]
    assert len(set(times)) == 774
    assert times == sorted(times)
    assert (times[0], times[-1]) == ("2026-07-28T21:00:07Z", "2026-07-29T09:53:07Z")
