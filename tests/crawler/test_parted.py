"""A long live document comes in parts, and leaves what it would leave in one."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import zlib
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.discovery import parted
from crawler.discovery.parted import PART, Parted, links_of, packed, read
from crawler.source import Endpoint, Source
from pipelines import plain
from pipelines.plain import MOST, NotPlain
from storage.errors import Busy
from storage.links import Offered
from storage.models import Ending, Lease, Link, Profile, Validators
from storage.reader import Reader
from storage.store import Store
from tests.crawler.small_site import SmallSite, crawls
from tests.storage.harness import HOST, SOURCE, Crawl, page

MAP = f"https://{HOST}/map.xml"
WIRE = Source(SOURCE, "Wire", f"https://{HOST}", (HOST,), None, ("en",), Profile(SOURCE), (Endpoint(MAP, "sitemap"),))


def entry(url: str, number: int) -> str:
    return f"<url><loc>{url}</loc><lastmod>2023-10-{1 + number * 7 % 28:02}</lastmod></url>"


def urlset(entries: int, prefix: str = f"https://{HOST}/news/") -> bytes:
    listed = "".join(entry(f"{prefix}{n}", n) for n in range(entries))
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'.encode()


def said(lease: Lease, body: bytes, *, newest_first: bool) -> Parted:
    return read(
        lease, body, url=MAP, content_type="application/xml", endpoint=WIRE.endpoints[0], source=WIRE, later=False,
        span=None, zone=None, newest_first=newest_first,
    )  # fmt: skip


def rows(path: Path) -> list[tuple[Any, ...]]:
    with Reader(path) as reader:
        query = (
            "SELECT url, state, due, first, rank, newest, witness, backfill, etag, last_modified FROM link ORDER BY url"
        )
        return reader.db.conn.execute(query).fetchall()


def begun(path: Path) -> tuple[Crawl, Lease]:
    crawl = Crawl(path)
    crawl.open_host()
    crawl.seed((MAP, "sitemap"))
    return crawl, crawl.take()


@pytest.mark.parametrize("limit", [None, 4])
def test_parts_leave_the_rows_and_the_counts_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int | None
) -> None:
    monkeypatch.setattr(parted, "PART", 3)
    body = urlset(14)
    ends = []
    for name in ("whole", "parts"):
        crawl, lease = begun(tmp_path / f"{name}.db")
        crawl.offer(*(Link(page(n)) for n in range(11, 14)))  # the last part refuses nothing: all of it is known
        lease = replace(lease, first_poll=limit is not None)  # whose articles no allowance counts
        if name == "whole":
            monkeypatch.setattr(parted, "PART", 100)
        found = said(lease, body, newest_first=limit is not None)
        monkeypatch.setattr(parted, "PART", 3)
        assert len(found.parts) == (0 if name == "whole" else 4)
        validators = Validators('"b"', "Tue")
        offered = _offered(crawl.store, lease, found, first_poll_limit=limit, new_links=9, validators=validators)
        ends.append(
            (found.outcome, found.sample, offered, rows(crawl.path), crawl.sql("SELECT outcome, detail FROM fetch"))
        )
        crawl.close()
    assert ends[0] == ends[1]
    assert ("2 new addresses over the day's allowance" in str(ends[0][-1])) == (limit is None)
    kept = {row[-2:] for row in ends[0][3] if row[0] == MAP}
    assert kept == {(None, None) if limit is None else ('"b"', "Tue")}, "a 304 would hide what was not taken"


def _offered(store: Store, lease: Lease, found: Parted, **more: Any) -> Any:
    ending = Ending(
        lease.fetch_id, found.outcome, 1_700_000_000.0, lease=lease, urls=(lease.url,), links=found.links, **more
    )
    before = Offered()
    for part in found.parts:
        before.add(store.offer_part(ending, lambda part=part: links_of(part)).result())  # type: ignore[misc]
    return store.end(ending, before).result()


def test_a_process_that_dies_between_two_parts_leaves_a_fetch_that_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parted, "PART", 3)
    crawl, lease = begun(tmp_path / "died.db")
    found = said(lease, urlset(11), newest_first=True)
    ending = Ending(
        lease.fetch_id, found.outcome, crawl.now, lease=lease, urls=(lease.url,), links=found.links, first_poll_limit=4
    )
    for part in found.parts[:2]:
        crawl.store.offer_part(ending, lambda part=part: links_of(part)).result()  # type: ignore[misc]
    crawl.later(1000)  # the lease has run out
    crawl.frontier.reclaim(crawl.now).result()
    assert crawl.sql("SELECT outcome FROM fetch") == [("interrupted",)]
    crawl.later()
    again = crawl.take(kinds=["sitemap"])
    assert again.first_poll
    crawl.end(
        again, links=tuple(link for part in found.parts for link in links_of(part)) + found.links, first_poll_limit=4
    )
    died = rows(crawl.path)
    crawl.close()
    crawl, lease = begun(tmp_path / "alive.db")
    _offered(crawl.store, lease, found, first_poll_limit=4)
    alive = rows(crawl.path)
    crawl.close()
    assert [row[:2] for row in died if "/news/" in row[0]] == [row[:2] for row in alive if "/news/" in row[0]]


async def test_a_crawl_reads_a_long_sitemap_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reactor: object
) -> None:
    del reactor
    monkeypatch.setattr(parted, "PART", 3)
    monkeypatch.setattr(parted, "LONG", 100)
    site = SmallSite({})
    async with crawls(tmp_path, site, Endpoint("/map.xml", "sitemap")) as crawl:
        site.answers["/map.xml"] = urlset(8, f"{crawl.source.home}/news/").decode()
        report = await crawl.live()
        assert report.counts["listed"] == 1
        assert sorted(crawl.targets()) == ["/map.xml", *(f"/news/{n}" for n in range(8))]
        told = crawl.rows("SELECT outcome, detail FROM fetches WHERE kind = 'sitemap'")
        assert told == [("listed", "8 entries, 8 links")]


async def test_a_database_that_fails_between_two_parts_ends_the_crawl_and_loses_no_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reactor: object
) -> None:
    del reactor
    monkeypatch.setattr(parted, "PART", 3)
    offer_part, answers = Store.offer_part, [None, Busy("news.db: locked")]

    def failing(store: Store, *given: Any) -> Future[Offered]:
        if (error := answers.pop(0) if answers else None) is None:
            return offer_part(store, *given)
        failed: Future[Offered] = Future()
        failed.set_exception(error)
        return failed

    monkeypatch.setattr(Store, "offer_part", failing)
    site = SmallSite({})
    async with crawls(tmp_path, site, Endpoint("/map.xml", "sitemap")) as crawl:
        site.answers["/map.xml"] = (200, {"ETag": '"a"'}, urlset(8, f"{crawl.source.home}/news/"))
        with pytest.raises(Busy):
            await crawl.live()
        assert crawl.rows("SELECT finish_reason FROM runs") == [("storage_error",)]
        assert crawl.rows("SELECT outcome FROM fetches WHERE kind = 'sitemap'") == [("interrupted",)]
        assert crawl.rows("SELECT count(*) FROM link WHERE kind = 'article'") == [(3,)], "the first part is there"
        assert crawl.rows("SELECT etag FROM link WHERE kind = 'sitemap'") == [(None,)], "or the rest would hide"
        report = await crawl.live()
        assert report.reason == "finished"
        assert sorted(crawl.targets()) == ["/map.xml", "/map.xml", *(f"/news/{n}" for n in range(8))]
        assert crawl.rows("SELECT etag FROM link WHERE kind = 'sitemap'") == [('"a"',)]


async def test_a_part_that_is_none_fails_its_fetch_and_not_the_crawl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reactor: object
) -> None:
    del reactor
    monkeypatch.setattr(parted, "PART", 3)
    monkeypatch.setattr(plain, "packed", lambda _: b"from a worker that is not ours any more")
    site = SmallSite({})
    async with crawls(tmp_path, site, Endpoint("/map.xml", "sitemap")) as crawl:
        site.answers["/map.xml"] = (200, {"ETag": '"a"'}, urlset(8, f"{crawl.source.home}/news/"))
        report = await crawl.live()
        assert (report.reason, report.counts["failed:internal"]) == ("finished", 1)
        ((detail,),) = crawl.rows("SELECT detail FROM fetches WHERE kind = 'sitemap'")
        assert detail.startswith("NotPlain: a worker process sent what is not packed")
        assert crawl.rows("SELECT count(*), max(etag) FROM link WHERE kind <> 'robots'") == [(1, None)]


def sent(value: Any) -> bytes:
    return zlib.compress(pickle.dumps(value))


LINK = Link(page(1))


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (sent(os.system), r"posix\.system"),
        (sent("abc"), "no part of a list"),
        (sent(7), "no part of a list"),
        (sent([LINK]), "no part of a list"),
        (sent((LINK, "abc")), "no part of a list"),
        (sent((LINK,) * (PART + 1)), "no part of a list"),
        (b"xx", "not packed"),
        (sent((LINK,))[:-6], "no end"),
        (b"", "no end"),
        (zlib.compress(pickle.dumps((LINK,))[:-1]), "no answer"),
        (zlib.compress(b"\x80\x04(" + b"]" * MOST + b"t."), f"more than {MOST} bytes"),
    ],
)
def test_what_is_no_part_is_refused(part: bytes, why: str) -> None:
    assert links_of(sent((LINK,))) == (LINK,)
    with pytest.raises(NotPlain, match=why):
        links_of(part)


def test_a_part_is_read_up_to_its_last_byte_and_no_longer_one_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    longest = (Link(page(1), full_text="x" * 5000),)
    monkeypatch.setattr(plain, "MOST", len(pickle.dumps(longest, pickle.HIGHEST_PROTOCOL)))
    part = plain.packed(longest)
    assert part is not None
    assert links_of(part) == longest
    monkeypatch.setattr(plain, "MOST", plain.MOST - 1)
    assert plain.packed(longest) is None
    with pytest.raises(NotPlain, match="more than"):
        links_of(part)


def test_a_list_of_longer_texts_than_a_part_may_have_stays_whole(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    crawl, lease = begun(tmp_path / "long.db")
    crawl.close()
    monkeypatch.setattr(parted, "PART", 3)
    assert len(said(lease, urlset(8), newest_first=False).parts) == 2
    monkeypatch.setattr(plain, "MOST", 100)
    whole = said(lease, urlset(8), newest_first=False)
    assert (len(whole.links), whole.parts) == (8, ())


def test_a_long_document_is_packed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parted, "LONG", 100)
    long = urlset(20)
    assert packed(b"short") == b"short"
    assert len(packed(long)) < len(long)
    assert packed(packed(long)) == packed(long)


def test_reading_in_a_worker_brings_no_scrapy() -> None:
    code = (
        "import sys, crawler.discovery.parted; sys.exit(bool({'scrapy', 'twisted', 'sqlite_utils'} & set(sys.modules)))"
    )
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_a_list_with_other_lists_in_it_stays_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(parted, "PART", 1)
    crawl, lease = begun(tmp_path / "index.db")
    crawl.close()
    index = "".join(f"<sitemap><loc>https://{HOST}/{n}.xml</loc></sitemap>" for n in range(3))
    found = said(lease, f"<sitemapindex>{index}</sitemapindex>".encode(), newest_first=False)
    assert (len(found.links), found.parts) == (3, ())
    backfill = said(replace(lease, backfill=1), urlset(3), newest_first=False)
    assert (len(backfill.links), backfill.parts) == (3, ())
    assert backfill.found is not None
    assert backfill.found.total == 3
    assert found.found is None, "what nobody asks for is sent by no worker"
