"""Who may ask the site, what it answers around its pages, and what it does to the file (nothing)."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from storage.backup import publish
from storage.errors import Missing, NewerSchema, NotDateline, OlderSchema, ReadOnly, StorageError
from storage.views import VIEWS
from storage.web.canned import queries
from storage.web.file import TooSlow
from storage.web.headers import POLICY, is_known
from storage.web.site import Options, Site
from tests.storage.harness import Crawl, article

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.reader import Reader

EVERYWHERE = (
    "/", "/nothing", "/?before=x", "/article/1", "/data", "/data?sql=select+1", "/data?sql=nonsense", "/wire.json?since=0",
    "/static/site.css", "/static/nothing", "/favicon.ico", "/-/versions", "/data/articles", "/nothing/", "/a%20b",
)  # fmt: skip
PAGES = ("/", "/article/1", "/article/1/diff", "/story/1", "/data", "/data/newest?source=mercury-en",
         "/data?sql=select+*+from+articles", "/data?sql=nonsense", "/nothing")  # fmt: skip


async def test_every_answer_bears_the_headers_and_sets_no_cookie(crawl: Crawl, site: Site) -> None:
    crawl.new(article(1))
    for address in EVERYWHERE:
        answer = await site.client.get(address)

        assert answer.status_code < 500, address
        assert answer.headers["content-security-policy"] == POLICY, address
        assert answer.headers["x-content-type-options"] == "nosniff", address
        assert answer.headers["referrer-policy"] == "no-referrer", address
        assert answer.headers["x-robots-tag"] == "noindex, nofollow", address
        assert answer.headers["cross-origin-resource-policy"] == "same-origin", address
        assert "access-control-allow-origin" not in answer.headers, address
        assert "set-cookie" not in answer.headers, address


async def test_no_page_holds_a_script_or_style_of_its_own(crawl: Crawl, site: Site) -> None:
    crawl.new(article(1))
    for address in PAGES:
        html = (await site.client.get(address)).text

        assert "<style" not in html, address
        assert not re.search(r"\s(style|on[a-z]+)=", html), address
        assert html.count("<script") == html.count('<script src="/static/'), address
        assert not re.search(r'(src|action|srcset|poster)="(https?:)?//', html), address


async def test_what_is_in_static_may_be_kept_for_ever_under_its_own_address(site: Site) -> None:
    html = (await site.client.get("/")).text
    address = html.split('<link rel="stylesheet" href="')[1].split('"')[0]

    answer = await site.client.get(address)

    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/css")
    assert (await site.client.get("/static/../site.py")).status_code == 404
    assert (await site.client.get("/static/%2e%2e/site.py")).status_code in (302, 404)


@pytest.mark.parametrize(
    ("host", "known"),
    [("localhost", True), ("localhost:8017", True), ("127.0.0.1:8017", True), ("[::1]:8017", True), ("192.0.2.7", True),
     ("wire.example.org", True), ("WIRE.example.org:443", True), ("evil.example", False), ("localhost.evil.example", False),
     ("127.0.0.1.evil.example", False), ("", False), ("wire.example.org.evil.example:80", False), ("wire.example.org.", True)],
)  # fmt: skip
def test_a_host_name_must_be_known_and_an_address_need_not(host: str, known: bool) -> None:
    assert is_known(host, {"wire.example.org"}) is known


async def test_a_page_elsewhere_that_gave_itself_this_address_is_refused(site: Site) -> None:
    answer = await site.client.get("/", headers={"host": "evil.example:8017"})

    assert answer.status_code == 421
    assert "Wire" not in answer.text


SQL = "/data?sql=select+1"


@pytest.mark.parametrize(
    ("address", "site_of_page", "dest", "status"),
    [
        ("/", "cross-site", "document", 200), ("/", "cross-site", "image", 403), ("/", "same-site", "iframe", 403),
        ("/search?q=a", "cross-site", "empty", 403), (SQL, "cross-site", "document", 403), (SQL, "same-site", "script", 403),
        ("/data.json?sql=select+1", "cross-site", "empty", 403), (SQL, "same-origin", "document", 200),
        (SQL, "none", "document", 200), (SQL, None, None, 200), ("/wire.json?since=0", "same-origin", "empty", 200),
    ],
)  # fmt: skip
async def test_pages_of_other_sites_may_link_here_and_ask_nothing(
    site: Site, address: str, site_of_page: str | None, dest: str | None, status: int
) -> None:
    given = {"sec-fetch-site": site_of_page, "sec-fetch-dest": dest}
    answer = await site.client.get(address, headers={name: value for name, value in given.items() if value})

    assert answer.status_code == status


async def test_no_address_leads_to_another_site(site: Site) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site.client.app)) as client:
        for path in ("//evil.example/", "/%5Cevil.example/", "//evil.example/x/", "///evil.example//", "/a%5C/"):
            answer = await client.get(f"http://localhost{path}")

            assert answer.status_code == 404, path
            assert "location" not in answer.headers, path


async def test_only_reading_is_answered(site: Site) -> None:
    for method in ("post", "put", "delete", "patch", "options"):
        assert (await getattr(site.client, method)("/")).status_code == 405


async def test_what_datasette_would_tell_beside_our_pages_is_closed(site: Site) -> None:
    for address in ("/-/versions.json", "/-/databases.json", "/-/threads", "/-/permissions", "/-/static/app.css", "/_internal",
                    "/_memory", "/data.db", "/data/article", "/data/meta.json", "/data/articles.json", "/data/raw_page/1",
                    "/data.blob?sql=select+1"):  # fmt: skip
        assert (await site.client.get(address)).status_code == 404, address


async def test_sql_reads_and_does_nothing_else(crawl: Crawl, site: Site, tmp_path: Path) -> None:
    crawl.new(article(1))
    answer = await site.client.get("/data.json?sql=select+title+from+articles&_shape=arrays")
    assert answer.json()["rows"] == [["Title 1"]]

    other = tmp_path / "other.db"
    for sql in (
        "delete from meta", "update article set title='x'", "drop table meta", "create temp table x (y)",
        f"attach '{other}' as x",
        "pragma writable_schema=on", "vacuum into '/tmp/x'", "select load_extension('x')", "select fts3_tokenizer('x')",
        "select * from pragma_optimize()", "explain delete from meta",
    ):  # fmt: skip
        assert (await site.client.get("/data", params={"sql": sql})).status_code == 400, sql
    assert not other.exists()


async def test_odd_addresses_of_the_data_are_refused_and_no_failure(crawl: Crawl, site: Site) -> None:
    for address, status in (
        ("/data.csv", 404), ("/data.json?_shape=array", 200), ("/data?sql=select+1;select+2", 400),
        ("/data.json?sql=select+1;select+2", 400), ("/data?sql=select+1&_timelimit=abc", 400), ("/data?sql=select+:a", 200),
        ("/data/newest.json?_timelimit=-1", 400), ("/data.json?sql=select+1&_shape=bogus", 400), ("/data/newest.csv", 200),
        ("/data/newest.json?_shape=object", 400), ("/data.csv?sql=select+1", 200), ("/data.json?sql=select+1", 200),
    ):  # fmt: skip
        assert (await site.client.get(address)).status_code == status, address


async def test_the_data_lists_questions_and_views_and_no_table_behind_them(
    crawl: Crawl, site_of: Callable[..., Site]
) -> None:
    for sql in (True, False):
        found = (await site_of(crawl, sql=sql).client.get("/data.json")).json()

        assert set(found) == {"ok", "questions", "views"}
        assert [one["name"] for one in found["questions"]] == list(queries())
        assert [one["name"] for one in found["views"]] == [one.name for one in VIEWS]


async def test_programs_that_copy_sites_are_asked_to_stay_away(site: Site) -> None:
    assert (await site.client.get("/robots.txt")).text == "User-agent: *\nDisallow: /\n"


async def test_sql_that_does_not_end_is_ended(site: Site) -> None:
    site.sql_time_limit_ms = 50
    endless = "with recursive c(n) as (select 1 union all select n+1 from c) select count(*) from c"

    answer = await site.client.get("/data", params={"sql": endless})

    assert answer.status_code == 503
    assert "ended after two seconds" in answer.text


BOMBS = (
    "select hex(zeroblob(60000000))", "select printf('%.*c', 600000000, 'a')", "select format('%.*c', 600000000, 'a')",
    "select length(randomblob(600000000))", "select json_patch('{}', '{}')", "select 'a' glob '*a*a*b'",
)  # fmt: skip
_DOUBLED = "with recursive c(n, s) as (select 1, 'a' union all select n + 1, s || s from c where n < 22)"


async def test_a_short_question_keeps_nothing_busy_and_makes_nothing_huge(site: Site) -> None:
    texts = f"{_DOUBLED}, t(s) as (select s from c where n = 18)"
    for sql, status in (
        *((bomb, 400) for bomb in BOMBS),
        (f"{texts} select s like '%a%a%a%a%a%a%b' from t", 200),
        (f"{texts} select instr(s, substr(s, 50000) || 'b') from t", 200),
        (f"{texts} select replace(s, substr(s, 50000) || 'b', '') from t", 200),
        (f"{texts} select replace(s, 'a', s) from t", 400),
        (f"{texts} select s like '%{'a_' * 450}b' from t", 400),
        (f"{texts} select trim(s, s) from t", 400),
        (f"{_DOUBLED}, t(s) as (select s from c where n = 20) select t.s from t, c", 200),
        (f"{_DOUBLED}, t(s) as (select s from c where n = 22) select t.s from t, c", 400),
    ):
        began = time.process_time()
        answer = await site.client.get("/data.json", params={"sql": sql, "_size": "50"})

        assert answer.status_code == status, (sql, answer.text[:300])
        assert time.process_time() - began < 3, sql


async def test_sql_that_takes_long_keeps_no_page_waiting_and_not_the_end(crawl: Crawl) -> None:
    site = Site(crawl.path)
    started, let_go = threading.Event(), threading.Event()

    def stuck(*_: object) -> int:
        started.set()
        return int(let_go.wait(30))

    asking = [asyncio.ensure_future(site.file.execute_fn(stuck)) for _ in range(6)]
    try:
        await asyncio.to_thread(started.wait, 30)
        assert (await site.client.get("/")).status_code == 200
        began = time.monotonic()
        await asyncio.to_thread(site.close)
        assert time.monotonic() - began < 15
    finally:
        let_go.set()
        ended = await asyncio.gather(*asking, return_exceptions=True)
    assert len(ended) == 6


async def test_sql_can_be_closed_and_the_ready_questions_stay(crawl: Crawl, site_of: Callable[..., Site]) -> None:
    crawl.new(article(1))
    site = site_of(crawl, sql=False)

    assert (await site.client.get("/data?sql=select+1")).status_code == 403
    assert (await site.client.get("/data/articles")).status_code == 404
    assert (await site.client.get("/data/newest.json?source=mercury-en")).json()["rows"]
    assert "<textarea" not in (await site.client.get("/data")).text


async def test_every_ready_question_is_answered(crawl: Crawl, site: Site) -> None:
    crawl.new(article(1))
    for name in queries():
        answer = await site.client.get(f"/data/{name}.json?source=mercury-en&story=1&after=0")

        assert answer.status_code == 200, answer.text
        assert answer.json()["ok"] is not False


async def test_a_file_that_was_put_in_the_place_of_the_one_before_is_read(
    crawl: Crawl, site_of: Callable[..., Site], tmp_path: Path
) -> None:
    published = tmp_path / "published.db"
    crawl.new(article(1))
    publish(crawl.path, published)
    site = Site(published, Options(immutable=True))
    assert "Title 1" in (await site.client.get("/")).text
    assert (await site.client.get("/data.json?sql=select+count(*)+from+articles&_shape=arrays")).json()["rows"] == [[1]]

    crawl.new(article(2, text="Two."))
    publish(crawl.path, published)

    assert "Title 2" in (await site.client.get("/")).text
    assert (await site.client.get("/data.json?sql=select+count(*)+from+articles&_shape=arrays")).json()["rows"] == [[2]]
    assert sorted(path.name for path in tmp_path.glob("published.db*")) == ["published.db"]
    site.close()


async def test_what_a_daemon_writes_meanwhile_is_seen_and_the_file_is_left_as_it_is(crawl: Crawl, site: Site) -> None:
    assert "Nothing is stored yet" in (await site.client.get("/")).text

    crawl.new(article(1))

    assert "Title 1" in (await site.client.get("/")).text
    with pytest.raises(ReadOnly):
        site.file.connect(write=True)


async def test_no_page_leaves_a_transaction_open_which_would_keep_the_journal_growing(crawl: Crawl, site: Site) -> None:
    def slow(reader: Reader) -> None:
        reader.db.conn.execute(
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"
        ).fetchall()

    for _ in range(8):  # each of the threads
        with pytest.raises(TooSlow):
            await site.read(slow, seconds=0.02)

    assert not any(reader.db.conn.in_transaction for reader in site.file._all)


async def test_a_file_that_is_away_for_a_while_is_told_without_its_name(crawl: Crawl, site: Site) -> None:
    crawl.path.rename(crawl.path.with_suffix(".away"))
    answer = await site.client.get("/")
    crawl.path.with_suffix(".away").rename(crawl.path)

    assert answer.status_code == 503
    assert "news" not in answer.text
    assert (await site.client.get("/")).status_code == 200


def test_what_is_no_database_of_this_schema_is_refused(crawl: Crawl, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database at all, but text of some length" * 20, encoding="utf-8")
    with pytest.raises(Missing):
        Site(tmp_path / "none.db")
    with pytest.raises(NotDateline):
        Site(tmp_path / "text.db")
    crawl.sql("UPDATE meta SET value = '9' WHERE key = 'schema_version'")
    with pytest.raises(OlderSchema, match="dateline db migrate"):
        Site(crawl.path)
    crawl.sql("UPDATE meta SET value = '999' WHERE key = 'schema_version'")
    with pytest.raises(NewerSchema, match="update Dateline"):
        Site(crawl.path)


def test_a_file_with_a_journal_is_not_served_as_immutable(crawl: Crawl) -> None:
    crawl.new(article(1))

    with pytest.raises(StorageError, match="without --immutable"):
        Site(crawl.path, Options(immutable=True))


def test_a_path_with_signs_of_an_address_is_a_path(crawl: Crawl, tmp_path: Path) -> None:
    odd = tmp_path / "a?mode=rwc#b%20.db"
    publish(crawl.path, odd)
    before = sorted(path.name for path in tmp_path.iterdir())

    Site(odd).close()

    assert sorted(path.name for path in tmp_path.iterdir()) == before
