"""The front page: the order of the wire, its pages, its choices, its marks, and what has come since."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from storage.models import Credit, Dateline, Decision
from storage.reader import Reader
from storage.search import QueryError
from storage.web import front
from storage.web.front import Filters, Place, news, offered, wire
from tests.storage.harness import SOURCE, Crawl, article, instant

if TYPE_CHECKING:
    from storage.web.site import Site


def at(hour: int, minute: int = 0, day: int = 14) -> Any:
    return instant(f"2023-11-{day:02}T{hour:02}:{minute:02}:00Z")


def shown(html: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-id="(\d+)"', html)]


def new(crawl: Crawl, number: int, **given: Any) -> int:
    return crawl.new(article(number, text=f"Text {number}.", **given))


async def test_the_newest_stands_first_whatever_came_first(crawl: Crawl, site: Site) -> None:
    ids = [new(crawl, n, published=at(hour)) for n, hour in enumerate((9, 21, 15), start=1)]

    answer = await site.client.get("/")

    assert answer.status_code == 200
    assert shown(answer.text) == [ids[1], ids[2], ids[0]]


async def test_what_bears_no_time_of_its_own_stands_where_it_was_first_seen(crawl: Crawl) -> None:
    # First seen at 22:13:20 on 14 November 2023.
    morning = new(crawl, 1, published=at(8))
    day_only = new(crawl, 2, published=instant("2023-11-14", "day"))
    undated = new(crawl, 3)
    from_the_future = new(crawl, 4, published=at(9, day=20))
    last_week = new(crawl, 5, published=instant("2023-11-07", "day"))

    with Reader(crawl.path) as reader:
        found = wire(reader, Filters()).items

    assert [item.id for item in found] == [from_the_future, undated, day_only, morning, last_week]


def test_pages_hold_every_article_once_also_those_of_one_second(crawl: Crawl) -> None:
    ids = {new(crawl, n, published=at(12, minute=n // 4)) for n in range(1, 18)}
    seen: list[int] = []
    place = None

    with Reader(crawl.path) as reader:
        while True:
            found = wire(reader, Filters(), place, size=3)
            assert len(found.items) <= 3
            seen += [item.id for item in found.items]
            if (place := found.older) is None:
                break

    assert len(seen) == len(set(seen)) == len(ids)
    assert set(seen) == ids


def test_a_page_begins_by_the_index_and_not_by_counting(crawl: Crawl) -> None:
    new(crawl, 1, published=at(9))
    said: list[str] = []
    with Reader(crawl.path) as reader:
        reader.db.conn.set_trace_callback(said.append)
        wire(reader, Filters(source=SOURCE), Place("2023-11-14T10:00:00Z", 7))
        reader.db.conn.set_trace_callback(None)
        asked = next(sql for sql in said if "INDEXED BY article_wire" in sql)
        plan = [row[3] for row in reader.db.conn.execute(f"EXPLAIN QUERY PLAN {asked}")]

    assert plan == ["SEARCH a USING COVERING INDEX article_wire (<expr><?)"]


async def test_the_wire_is_narrowed_by_source_language_and_section(crawl: Crawl, site: Site) -> None:
    new(crawl, 1, language="en", section="World")
    new(crawl, 2, language="de", section="World")
    new(crawl, 3, language="de", section="Sport", source="other-de")

    for asked, expected in (
        ("source=mercury-en", {1, 2}),
        ("language=de", {2, 3}),
        ("section=Sport", {3}),
        ("source=mercury-en&language=de", {2}),
        ("source=nobody", set()),
        ("source=&language=&section=", {1, 2, 3}),
    ):
        answer = await site.client.get(f"/?{asked}")

        assert set(shown(answer.text)) == expected, asked


def test_sections_are_offered_of_the_chosen_source_and_what_was_chosen_stays_so(crawl: Crawl) -> None:
    new(crawl, 1, language="en", section="World")
    new(crawl, 2, language="de", section="Sport", source="other-de")
    crawl.sql("INSERT INTO source VALUES ('mercury-en', '2023-11-14T22:13:20Z') ON CONFLICT DO NOTHING")

    with Reader(crawl.path) as reader:
        everything = offered(reader, Filters())
        of_one = offered(reader, Filters(source="other-de", language="xx"))

    assert everything["language"] == ["de", "en"]
    assert everything["section"] == ["Sport", "World"]
    assert SOURCE in everything["source"]
    assert of_one["section"] == ["Sport"]
    assert "xx" in of_one["language"]


async def test_rows_say_what_happened_to_them_and_who_was_first(crawl: Crawl, site: Site) -> None:
    dateline = Dateline("OSLO, Nov 14 (Mercury) -", "OSLO", None, "Mercury", 24)
    body = "OSLO, Nov 14 (Mercury) - The harbour is open again."
    first = crawl.new(article(1, text=body, published=at(9), dateline=dateline))
    crawl.save(article(1, text="Corrected."), Decision("revised", first, 1, "correction", "corrected"))
    second = crawl.new(article(2, text="Gone.", published=at(10)))
    crawl.save(article(2, text="Withdrawn."), Decision("revised", second, 1, "withdrawal", "withdrawn"))
    kin = crawl.save(
        article(3, text=body, source="other-en", published=at(11), credit=Credit("Mercury", "(Mercury)", "high")),
        Decision("copy", None, 0, "first", story_id=1),
    )
    assert kin.article_id

    html = (await site.client.get("/")).text
    rows = dict(zip(shown(html), re.split(r'<li class="item', html)[1:], strict=True))

    assert "Corrected</span>" in rows[first]
    assert "+1 copy" in rows[first]
    assert "first:" not in rows[first]
    assert "Withdrawn</span>" in rows[second]
    assert "is-withdrawn" in rows[second][:20]
    assert "first:" in rows[kin.article_id]
    assert "mercury-en" in rows[kin.article_id]
    assert html.count('<ul class="notices">') == 1
    assert "Title 2" in html.split('<ul class="notices">')[1]


async def test_the_summary_begins_after_the_dateline(crawl: Crawl, site: Site) -> None:
    dateline = Dateline("OSLO, Nov 14 (Mercury) -", "OSLO", None, "Mercury", 24)
    crawl.new(article(1, text="OSLO, Nov 14 (Mercury) - The harbour is open again.", dateline=dateline))

    assert '<b class="place">OSLO</b> The harbour is open again.</p>' in (await site.client.get("/")).text


async def test_what_has_come_since_a_change_is_counted_within_the_choice_each_article_once(
    crawl: Crawl, site: Site
) -> None:
    new(crawl, 1, language="en")
    with Reader(crawl.path) as reader:
        seq = reader.last_seq()
    second = new(crawl, 2, language="de")
    crawl.save(article(2, text="Later.", language="de"), Decision("revised", second, 1, "update"))
    new(crawl, 3, language="en")

    everything = (await site.client.get(f"/wire.json?since={seq}")).json()
    german = (await site.client.get(f"/wire.json?since={seq}&language=de")).json()
    nothing = (await site.client.get(f"/wire.json?since={everything['seq']}")).json()

    assert everything == {"seq": seq + 3, "articles": 2, "kinds": {"first": 2}, "notices": 0, "rewound": False}
    assert german["kinds"] == {"first": 1}
    assert (nothing["articles"], nothing["rewound"]) == (0, False)
    older_copy = (await site.client.get(f"/wire.json?since={everything['seq'] + 1}")).json()
    assert (older_copy["seq"], older_copy["rewound"]) == (everything["seq"], True)


async def test_what_an_archive_gave_is_no_news_of_the_newest_page_and_a_correction_of_it_a_notice(
    crawl: Crawl, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front.wire, "__kwdefaults__", {"size": 2})
    for n in range(1, 5):
        new(crawl, n, published=at(n + 8))
    (url,) = re.findall(r'data-news="([^"]*)"', (await site.client.get("/")).text)
    url = url.replace("&amp;", "&")
    of_last_year = new(crawl, 5, published=instant("2022-11-14T09:00:00Z"))

    assert (await site.client.get(url)).json()["kinds"] == {}

    crawl.save(article(5, text="Corrected."), Decision("revised", of_last_year, 1, "correction", "corrected"))
    crawl.save(article(4, text="Later."), Decision("revised", 4, 1, "update"))
    new(crawl, 6, published=at(20))
    told = (await site.client.get(url)).json()

    assert (told["kinds"], told["notices"]) == ({"first": 1, "update": 1}, 1)


def test_a_text_that_was_only_read_anew_is_no_news(crawl: Crawl) -> None:
    first = new(crawl, 1)
    crawl.sql(
        "INSERT INTO change (at, kind, article_id, revision) VALUES ('2023-11-14T22:13:20Z', 'reextracted', ?, 1)",
        first,
    )
    with Reader(crawl.path) as reader:
        assert news(reader, Filters(), 1).articles == 0


async def test_what_cannot_be_asked_is_said_and_no_failure(site: Site) -> None:
    for address in ("/?before=x", "/?before=2023-11-14~1' OR 1", "/wire.json", "/wire.json?since=-1", "/wire.json?since=９",
                    "/wire.json?since=0&from=x", "/wire.json?since=99999999999999999999"):  # fmt: skip
        assert (await site.client.get(address)).status_code == 400, address


def test_a_place_is_read_as_it_was_written() -> None:
    place = Place("2023-11-14T22:13:20Z", 5)
    assert Place.read(str(place)) == place
    with pytest.raises(QueryError):
        Place.read("2023~")


async def test_an_empty_wire_says_what_to_do(site: Site) -> None:
    assert "Nothing is stored yet" in (await site.client.get("/")).text
