"""The pages of sources, runs, fetches, what was given up, and places."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import clock
from storage.models import Dateline, Decision, Ending, Outcome
from storage.reader import Health, Reader
from storage.search import QueryError
from storage.web import changed, charts, given_up, health, ledger, newest, places
from storage.web.found import Asked, facets, hits
from storage.web.ledger import Sought
from tests.storage.harness import HOST, SOURCE, Crawl, article, instant, link, page

if TYPE_CHECKING:
    from storage.web.site import Site


def worked(crawl: Crawl) -> None:
    """Two polls of a feed, twelve fetches of which some fail, one address given up, two articles."""
    crawl.seed()
    crawl.open_host()
    crawl.end(crawl.take(kinds=["feed"]), links=tuple(link(n) for n in range(12)), due=crawl.now + 300)
    for n in range(12):
        crawl.later()
        lease = crawl.take()
        if n % 3 == 0:
            said = Outcome("failed:timeout", "no <answer> within 30 s")
            ending = Ending(lease.fetch_id, said, crawl.now, lease=lease, urls=(lease.url,), quarantine=True)
            crawl.store.end(ending).result()
        else:
            crawl.end(lease, "rejected:listing")
    crawl.new(
        article(1, published=instant("2023-11-14T20:00:00Z"), dateline=Dateline("LONDON", "LONDON", None, None, 0))
    )


def test_fetches_are_found_by_source_outcome_reason_host_and_kind_each_once(crawl: Crawl) -> None:
    worked(crawl)
    with Reader(crawl.path) as reader:
        rows = [fetch.id for fetch in all_fetches(reader, Sought())]
        assert rows == sorted(rows, reverse=True)
        assert len(rows) == reader.counts()["fetches"]
        assert all_fetches(reader, Sought(source=SOURCE)) == all_fetches(reader, Sought())
        assert [f.id for f in all_fetches(reader, Sought(run=str(crawl.run)))] == rows
        failed = all_fetches(reader, Sought(outcome="failed"))
        assert {(f.outcome, f.reason) for f in failed} == {("failed", "timeout")}
        assert all_fetches(reader, Sought(reason="time")) == failed
        assert all_fetches(reader, Sought(kind="feed", host=HOST))[0].kind == "feed"
        assert all_fetches(reader, Sought(host="other.test")) == []
        assert all_fetches(reader, Sought(source="nobody")) == []
        for wrong in (Sought(host="%"), Sought(run="x")):
            with pytest.raises(QueryError):
                ledger.fetches(reader, wrong)
        with pytest.raises(QueryError):
            ledger.fetches(reader, Sought(source=SOURCE), "yesterday~1")


def test_a_page_of_fetches_that_looked_at_enough_goes_on_where_it_stopped(crawl: Crawl) -> None:
    worked(crawl)
    with Reader(crawl.path) as reader:
        for sought in (Sought(), Sought(source=SOURCE), Sought(run=str(crawl.run))):
            only = replace(sought, kind="feed")
            found = ledger.fetches(reader, only, most=5)
            assert found.rows == []
            assert found.back_to is not None
            assert len(all_fetches(reader, only, most=5)) == 1


def all_fetches(reader: Reader, sought: Sought, most: int = 1000) -> list[ledger.Fetch]:
    rows, before = [], None
    while True:
        found = ledger.fetches(reader, sought, before, size=3, most=most)
        rows += found.rows
        if (before := found.older) is None:
            return rows


def test_runs_and_what_was_given_up_come_in_pages_each_once(crawl: Crawl) -> None:
    worked(crawl)
    numbers = [crawl.store.begin_run(source, crawl.now).result() for source in ("a", "b", SOURCE) for _ in range(3)]
    with Reader(crawl.path) as reader:
        for source, expected in (
            (None, sorted([crawl.run, *numbers], reverse=True)),
            ("a", sorted(numbers[:3], reverse=True)),
        ):
            found, before = list[int](), None
            while True:
                one = ledger.runs(reader, source, before, size=2)
                found += [run.id for run in one.rows]
                if (before := one.older) is None:
                    break
            assert found == expected
        lying, after = list[str](), None
        while True:
            given = given_up.listed(reader, None, after, size=3)
            lying += [one.url for one in given.rows]
            if (after := given.older) is None:
                break
        assert (given.total, given.reasons) == (len(lying), [("failed:timeout", len(lying))])
        assert sorted(lying) == sorted(url for (url,) in crawl.sql("SELECT url FROM link WHERE state = 'quarantined'"))
        assert given_up.listed(reader, "nobody").rows == []
        with pytest.raises(QueryError):
            given_up.listed(reader, None, "x")


async def test_every_page_answers_and_escapes_what_others_wrote(crawl: Crawl, site: Site) -> None:
    worked(crawl)
    evil = "<script>alert(1)</script>"
    crawl.new(
        article(2, text="Other.", source=evil, dateline=Dateline(evil, evil, None, evil, 0), url=f"{page(2)}?{evil}")
    )
    fetch = crawl.sql("SELECT max(id) FROM fetch WHERE outcome = 'failed'")[0][0]
    asked: dict[str, str] = {
        "/health": "mercury-en",
        "/health?sort=delay": "Sorted by",
        f"/source/{SOURCE}": "feed.xml",
        f"/source/{quote(evil, safe='')}": "&lt;script&gt;",
        "/runs": "Runs",
        f"/runs/{crawl.run}": "timeout",
        "/fetches": "timeout",
        "/fetches?outcome=failed": "timeout",
        f"/fetches/{fetch}": "no &lt;answer&gt; within 30 s",
        "/quarantine": "failed:timeout",
        "/places": "London",
        "/place?name=London": "Title 1",
        f"/place?name={quote(evil)}": "&lt;script&gt;",
    }
    for address, words in asked.items():
        answer = await site.client.get(address)
        assert answer.status_code == 200, address
        assert words in answer.text, address
        assert "<script>alert" not in answer.text, address
        assert not re.search(r'\sstyle="|\son\w+="|href="(?!https?://|/|#)', answer.text), address
        assert len(re.findall("<h1", answer.text)) == 1, address
    for address, status in (
        ("/source/nobody", 404), ("/runs/99999", 404), ("/fetches/99999", 404), ("/place?name=Nowhere", 404),
        ("/places?days=3", 400), ("/fetches?before=x", 400), ("/runs?before=x", 400), ("/place?name=London&before=x", 400),
        ("/place", 404), ("/fetches?host=a/b", 400),
    ):  # fmt: skip
        assert (await site.client.get(address)).status_code == status, address


def test_no_page_reads_a_whole_table(crawl: Crawl) -> None:
    worked(crawl)
    told: list[str] = []
    with Reader(crawl.path) as reader:
        reader.db.conn.set_trace_callback(told.append)
        for sought in (Sought(), Sought(source=SOURCE, outcome="failed"), Sought(run="1"), Sought(host=HOST)):
            ledger.fetches(reader, sought)
            ledger.fetches(reader, sought, "2023-11-14T22:13:20Z~9" if sought.source else "9")
        ledger.runs(reader, SOURCE)
        ledger.runs(reader)
        given_up.listed(reader, SOURCE)
        given_up.listed(reader, None, f"1~{SOURCE}")
        ledger.outcomes(reader, SOURCE, "2023-11-14T22:13:20Z")
        health.came(reader, crawl.now)
        health.polls(reader)
        health.endpoints(reader, SOURCE)
        newest.of_source(reader, SOURCE)
        newest.of_places(reader, places.spellings(reader, "London"))
        places.places(reader, 7, crawl.now)
        changed.changes(reader, "update", SOURCE)
        for asked in (Asked("harbour"), Asked("harbour", source=SOURCE, place="LONDON", since="2023-11-01")):
            hits(reader, asked)
            facets(reader, asked)
        reader.db.conn.set_trace_callback(None)
        plans = {
            sql: [row[3] for row in reader.db.conn.execute(f"EXPLAIN QUERY PLAN {sql}")]
            for sql in told
            if sql.lstrip().startswith("SELECT") and "'main'." not in sql  # not what the index of texts asks itself
        }
    assert len(plans) > 20
    # `source` has a row a source; the two indexes hold the endpoints, and what was given up.
    small = re.compile(
        r"SCAN (s$|sqlite_sequence|search VIRTUAL|\(subquery|CONSTANT|(l|link) USING .*INDEX link_(seeded|quarantined))"
    )
    for sql, plan in plans.items():
        scans = [step for step in plan if step.startswith("SCAN") and not small.match(step)]
        # Else in the order of an index, or of the rows, up to a limit.
        whole = "LIMIT" not in sql or any("TEMP B-TREE FOR ORDER" in step for step in plan)
        assert not (scans and whole), (sql, plan)


def test_articles_and_delays_are_put_into_their_hours() -> None:
    columns = health.hours(1_700_000_000.0, 3)
    assert columns == ["2023-11-14T20", "2023-11-14T21", "2023-11-14T22"]
    rows = [("a", columns[0], 5.0), ("a", columns[0], None), ("a", columns[2], 70.0), ("b", "2023-11-13T20", 1.0)]
    found = health.counted(rows, columns)
    assert list(found) == ["a"]
    assert (found["a"].counts, found["a"].all_delays) == ([2, 0, 1], [5.0, 70.0])
    assert health.all_of([found["a"], found["a"]], columns).counts == [4, 0, 2]


def test_sources_are_sorted_the_worst_first_or_as_asked() -> None:
    def one(source: str, state: str, delay: float | None) -> Health:
        return Health(source, None, None, 0, None, delay, state, None, None, None, None, None)

    everyone = [one("a", "ok", 5.0), one("b", "never_run", None), one("c", "blocked", 1.0), one("d", "failing", 9.0)]
    order = {
        by: "".join(each.source for each in health.in_order(everyone, by, {})) for by in ("state", "source", "delay")
    }
    assert order == {"state": "cdba", "source": "abcd", "delay": "dacb"}


@settings(max_examples=50)
@given(st.lists(st.floats(-1e6, 1e9), max_size=40))
def test_every_delay_is_in_one_class(delays: list[float]) -> None:
    assert sum(charts.spread(delays)) == len(delays)


@settings(max_examples=50)
@given(st.lists(st.none() | st.floats(0, 1e9), max_size=48), st.text(max_size=20))
def test_bars_stay_within_their_chart_and_words_are_escaped(values: list[Any], words: str) -> None:
    made = str(charts.bars(values, words, [words] * len(values)))
    assert made.count("<rect") == len(values)
    for y, height in re.findall(r' y="([-\d.]+)" width="3" height="([-\d.]+)"', made):
        assert 0 <= float(y) <= charts.HEIGHT
        assert 0 < float(height) <= charts.HEIGHT
    bare = re.sub(r'</?(svg|rect|title)( [a-zA-Z-]+="[^"<>]*")*>', "", made)
    assert "<" not in bare


def test_a_chart_says_in_words_what_it_shows() -> None:
    hours = health.hours(1_700_000_000.0, 3)
    assert "3 new articles in 3 hours; the most, 2, in the hour from 21:00 UTC; 1 in this hour" in charts.stories(
        [0, 2, 1], hours
    )
    assert "No new article in 3 hours" in charts.stories([0, 0, 0], hours)
    assert "2 within 1 min, 1 later than 6 h" in charts.delays(charts.spread([1, 2, 1e6]))
    assert "the longest, 1 h, in the hour from 21:00" in charts.medians([None, 3600.0, 2.0], hours)


def test_spellings_of_one_place_are_one_place() -> None:
    found = places.grouped([("MOSCOW", 3), ("МОСКВА", 2), ("Moscow", 1), ("LAKEMOUTH", 2), ("Lakemouth", 1)])
    assert [(place.name, place.articles, place.known is not None) for place in found] == [
        ("Moscow", 6, True), ("LAKEMOUTH", 3, False),
    ]  # fmt: skip
    assert set(found[0].spellings) == {"MOSCOW", "МОСКВА", "Moscow"}


def test_known_places_are_on_the_map_and_named_once() -> None:
    seen: dict[str, str] = {}
    for spelling, place in places.known().items():
        assert seen.setdefault(spelling, place.name) == place.name
        assert -60 < place.north < 75
        assert -180 <= place.east <= 180
    assert places.known()["москва"] is places.known()["moscow"]
    drawn = str(places.drawn(places.grouped([("PARIS", 1), ("Nowhere", 5)]), {"Paris": "/place?name=Paris"}))
    assert drawn.count("<circle") == 1


def test_a_place_gives_all_its_articles_newest_first_in_pages(crawl: Crawl) -> None:
    for n, spelling in enumerate(("MOSCOW", "МОСКВА", "Moscow", "PARIS", "MOSCOW", "moscow")):
        time = instant(f"2023-11-14T{10 + n}:00:00Z")
        crawl.new(article(n, text=f"{n}", published=time, dateline=Dateline(spelling, spelling, None, None, 0)))
    with Reader(crawl.path) as reader:
        names = places.spellings(reader, "Москва")
        assert set(names) == {"MOSCOW", "МОСКВА", "Moscow", "moscow"}
        seen, before = list[str](), None
        while True:
            lines, before = newest.of_places(reader, names, before, size=2)
            seen += [line.title for line in lines]
            if before is None:
                break
        assert seen == ["Title 5", "Title 4", "Title 2", "Title 1", "Title 0"]
        assert places.spellings(reader, "Nowhere") == ()
        assert places.places(reader, 7, crawl.now).articles == 6
        with pytest.raises(QueryError):
            places.places(reader, 8, crawl.now)


async def test_a_change_shows_what_it_changed_also_where_an_old_text_came_late(crawl: Crawl, site: Site) -> None:
    number = crawl.new(article(1, text="Text one."))
    old = article(1, text="Text zero.", fetched_at=clock.text(crawl.now - 3600))
    crawl.save(old, Decision("revised", number, 1, "earlier"))
    crawl.later(60)
    crawl.save(article(1, text="Text two."), Decision("revised", number, 2, "correction", "corrected"))
    crawl.later(60)
    crawl.save(article(1, text="Text three."), Decision("revised", number, 3, "minor", "corrected"))
    listed = (await site.client.get("/changes")).text
    corrected = (await site.client.get(f"/article/{number}")).text
    at = "2023-11-15T00:00:00Z"
    crawl.sql("UPDATE article SET status = 'withdrawn', gone_at = ?, gone_why = 'HTTP 410', gone_status = 'live'", at)
    crawl.sql(
        "INSERT INTO change (at, kind, article_id, revision) VALUES ('2023-11-15T00:00:00Z', 'withdrawal', ?, 4)",
        number,
    )

    for html in (listed, corrected):
        (link,) = set(re.findall(rf"/article/{number}/diff\?new=\d", html))
        told = re.sub(r"<[^>]*>", " ", (await site.client.get(link)).text)
        assert re.search(r"Text\s+one\s+two\s*\.", told), told
    away = (await site.client.get("/changes?kind=withdrawal")).text
    assert ">Withdrawn</span>" in away
    for html in (away, (await site.client.get(f"/article/{number}")).text):
        assert "diff?new" not in html


async def test_changes_are_found_by_kind_and_source_each_once(crawl: Crawl, site: Site) -> None:
    number = crawl.new(article(1))
    for basis, kind in enumerate(("update", "minor", "correction", "update", "withdrawal"), start=1):
        status: Any = {"correction": "corrected", "withdrawal": "withdrawn"}.get(kind, "live")
        changed_text = article(1, text=f"Text {basis}.", title=f"<i>{kind} {basis}")
        crawl.save(changed_text, Decision("revised", number, basis, kind, status=status))  # type: ignore[arg-type]
    with Reader(crawl.path) as reader:
        expected = {None: [6, 5, 4, 2], "update": [5, 2], "minor": [3], "return": list[int]()}
        for asked_for, revisions in expected.items():
            for most in (2, 1000):
                seen = list[int]()
                before: str | None = None
                while True:
                    found = changed.changes(reader, asked_for, SOURCE, before, size=1, most=most)
                    seen += [one.revision for one in found.rows]
                    if found.older is None:
                        break
                    before = str(found.older)
                assert seen == revisions, (asked_for, most)
        assert changed.changes(reader, None, "nobody").rows == []
    answer = await site.client.get("/changes?kind=correction")
    assert "&lt;i&gt;correction 3" in answer.text
    assert f"/article/{number}/diff?new=4" in answer.text
    assert (await site.client.get("/changes?kind=x")).status_code == 400
    assert (await site.client.get("/changes?before=x")).status_code == 400


def test_the_newest_of_a_source_are_its_last_stored(crawl: Crawl) -> None:
    ids = [crawl.new(article(n, text=f"{n}", source=("a", "b")[n % 2])) for n in range(6)]
    with Reader(crawl.path) as reader:
        assert {line.id for line in newest.of_source(reader, "a")} == set(ids[::2])
