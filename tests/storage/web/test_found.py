"""Search on the site: what is found, narrowed, counted, and said of a query that cannot be asked."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree.ElementTree import fromstring

import pytest

from storage.models import Credit, Dateline, Decision
from storage.reader import Reader
from storage.web import found
from storage.web.found import Asked, facets, hits
from tests.storage.harness import Crawl, article, instant

if TYPE_CHECKING:
    from storage.web.site import Site

SOURCES = ("mercury-en", "mercury-ru", "hermes")
LANGUAGES = ("en", "ru", None)
PLACES = ("LONDON", "МОСКВА", None)


def stored(crawl: Crawl, count: int) -> None:
    """Articles of which every second holds `harbour`, every seventh `ferry`, their facets at different rhythms; two an hour."""
    for n in range(1, count + 1):
        words = f"Text {n}." + (" The harbour." if n % 2 == 0 else "") + (" A ferry." if n % 7 == 0 else "")
        place = PLACES[n % 5 % 3]
        crawl.new(
            article(
                n,
                text=words,
                source=SOURCES[n % 11 % 3],
                language=LANGUAGES[n % 4 % 3],
                published=instant(f"2023-11-{10 + n // 48:02}T{n // 2 % 24:02}:00:00Z"),
                dateline=Dateline(place, place, None, "TASS" if n % 3 else None, 0) if place else None,
                credit=Credit("Reuters", "(Reuters)", "high") if n % 5 == 0 else None,
            )
        )


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Walks of a few rows, so that few articles need many of them."""
    for name, size in (("COUNTED", 3), ("_MATCHES", 4), ("_ARTICLES", 2), ("_LOOKED_AT", 12)):
        monkeypatch.setattr(found, name, size)


def all_of(reader: Reader, asked: Asked, size: int = 4) -> list[int]:
    """The articles of all pages."""
    ids: list[int] = []
    before = None
    while True:
        page = hits(reader, asked, before, size=size)
        ids += [hit.id for hit in page.hits]
        assert page.older is None or len(page.hits) == size or page.back_to is not None
        if (before := page.older) is None:
            return ids


@pytest.mark.usefixtures("small_steps")
def test_a_narrowed_search_finds_all_and_only_those_newest_first(crawl: Crawl) -> None:
    stored(crawl, 44)
    choices = list(
        product(("harbour", "ferry", "harbour ferry", "text"), (None, *SOURCES), (None, "ru"), (None, "LONDON"))
    )
    with Reader(crawl.path) as reader:
        for query, source, language, place in choices:
            asked = Asked(query, source=source, language=language, place=place)
            expected = reader.db.conn.execute(
                "SELECT id FROM article AS a JOIN search ON search.rowid = a.search_id WHERE search MATCH ?"
                " AND a.source = coalesce(?, a.source) AND (? IS NULL OR a.language = ?)"
                " AND (? IS NULL OR a.dateline_place = ?) ORDER BY a.search_id DESC",
                (query, source, language, language, place, place),
            ).fetchall()
            assert all_of(reader, asked) == [number for (number,) in expected], asked
        agencies = {agency: all_of(reader, Asked("text", agency=agency)) for agency in ("Reuters", "TASS", "nobody")}
        rows = reader.db.conn.execute(
            "SELECT id, coalesce(credit, dateline_agency) FROM article ORDER BY search_id DESC"
        )
        told = list(rows)
    assert agencies == {name: [id_ for id_, own in told if own == name] for name in ("Reuters", "TASS", "nobody")}


def test_facets_count_what_narrowing_by_them_finds(crawl: Crawl) -> None:
    stored(crawl, 60)
    with Reader(crawl.path) as reader:
        counted = facets(reader, Asked("harbour"))
        assert (counted.counted, counted.whole) == (30, True)
        assert [facet.name for facet in counted.facets] == ["source", "agency", "place", "language", "day"]
        for facet in counted.facets:
            for value, count in facet.values:
                by: dict[str, Any] = {"since": value, "until": value} if facet.name == "day" else {facet.name: value}
                assert len(all_of(reader, Asked("harbour", **by))) == count, (facet.name, value)


@pytest.mark.usefixtures("small_steps")
def test_facets_are_counted_over_the_newest_and_say_so(crawl: Crawl) -> None:
    stored(crawl, 40)
    with Reader(crawl.path) as reader:
        plain, narrowed = facets(reader, Asked("text")), facets(reader, Asked("text", language="ru"))
    assert (plain.counted, plain.whole) == (3, False)
    assert not narrowed.whole
    assert 0 < narrowed.counted <= 3


async def test_no_count_is_below_what_is_shown_beside_it(
    crawl: Crawl, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "_LOOKED_AT", 3)
    for n in range(10):
        at = instant(f"2023-11-14T{n:02}:00:00Z")
        crawl.new(article(n, text=f"Text {n}.", language="ru" if n < 4 else "en", published=at))

    html = (await site.client.get("/search?q=text&language=ru")).text
    told = (await site.client.get("/search.json?q=text&language=ru")).json()

    assert html.count('<li class="item') == len(told["hits"]) == 4
    assert "At least 4 articles" in html
    assert "4 counted: among the newest 3 matches of the words, and what is shown here" in html
    assert (told["counted"], told["counted_all"], told["facets"]["language"]) == (4, False, {"ru": 4})


async def test_the_page_says_over_how_many_matches_it_counted(
    crawl: Crawl, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(crawl, 30)
    assert "Counted over all 15." in (await site.client.get("/search?q=harbour")).text
    monkeypatch.setattr(found, "COUNTED", 4)
    assert "Counted over the newest 4 of them; a choice finds all." in (await site.client.get("/search?q=harbour")).text


MARKED = (
    ("Harbour <b>reopens</b>", "HARBOUR", "<mark>Harbour</mark> &lt;b&gt;reopens&lt;/b&gt;"),
    ("São Paulo", "sao", "<mark>São</mark> Paulo"),
    ("中国高铁开通", "高铁", "中国<mark>高铁</mark>开通"),
    ("東京都知事の会見", "東京", "<mark>東京</mark>都知事の会見"),
    ("서울시장이 말했다", "서울", "<mark>서울</mark>시장이 말했다"),
    ("กรุงเทพมหานคร", "กรุงเทพ", "<mark>กรุงเทพ</mark>มหานคร"),
    ("وَصَلَ الرئيس", "وصل", "<mark>وَصَلَ</mark> الرئيس"),
)
REFUSED = (
    ("q=…", "no word to search for"),
    ("q=a&since=yesterday", "is no time"),
    ("q=a&since=2023-11-15&until=2023-11-14", "exchange them"),
    ("q=a&before=x", "is no place among the hits"),
    (f"q={'a+' * 40}", "at most 32"),
    ("source=mercury-en", "no word to search for"),
)


async def test_what_was_found_is_marked_in_every_script(crawl: Crawl, site: Site) -> None:
    for number, (title, _, _) in enumerate(MARKED):
        crawl.new(article(number, text=f"Nothing else {number}.", title=title))
    for _, query, marked in MARKED:
        answer = await site.client.get(f"/search?q={quote(query)}")
        assert answer.status_code == 200
        assert marked in answer.text


async def test_what_cannot_be_asked_is_told_in_one_line_above_the_form(crawl: Crawl, site: Site) -> None:
    empty = await site.client.get("/search")
    assert (empty.status_code, 'role="alert"' in empty.text) == (200, False)
    for asked, words in REFUSED:
        answer = await site.client.get(f"/search?{asked}")
        assert answer.status_code == 400
        (told,) = re.findall(r'<p class="note" role="alert">(.*?)</p>', answer.text)
        assert words in told
        assert 'id="q"' in answer.text


async def test_links_of_facets_narrow_and_chips_take_it_back(crawl: Crawl, site: Site) -> None:
    stored(crawl, 30)
    first = (await site.client.get("/search?q=harbour")).text
    links = [html.replace("&amp;", "&") for html in re.findall(r'<li><a href="(/search\?[^"]+)"><bdi>', first)]
    assert links
    for link in links:
        answer = await site.client.get(link)
        assert answer.status_code == 200
        assert '<ul class="chosen"' in answer.text
        assert 'href="/search?q=harbour"' in answer.text


async def test_reserved_texts_are_found_and_not_shown_and_withdrawn_ones_marked(crawl: Crawl, site: Site) -> None:
    crawl.new(article(1, text="The secret harbour.", rights="reserved"))
    number = crawl.new(article(2))
    gone = Decision("revised", number, 1, "withdrawal", status="withdrawn")
    crawl.save(article(2, text="The ferry story is withdrawn."), gone)
    for address in ("/search?q=harbour", "/search.json?q=harbour", "/search.atom?q=harbour", "/search.rss?q=harbour"):
        answer = await site.client.get(address)
        assert answer.status_code == 200
        assert "Title 1" in answer.text
        assert "secret" not in answer.text
    assert ">Withdrawn<" in (await site.client.get("/search?q=ferry")).text


async def test_a_search_is_had_as_a_feed_and_as_json(crawl: Crawl, site: Site) -> None:
    stored(crawl, 50)
    atom = await site.client.get("/search.atom?q=harbour&language=en")
    assert atom.headers["content-type"].startswith("application/atom+xml")
    assert fromstring(atom.content).tag == "{http://www.w3.org/2005/Atom}feed"
    seen: list[int] = []
    address = "/search.json?q=harbour"
    while address:
        told = (await site.client.get(address)).json()
        seen += [hit["id"] for hit in told["hits"]]
        assert (told["counted"], told["counted_all"]) == (25, True)
        address = told["older"]
    assert len(seen) == len(set(seen)) == 25
    for form in ("atom", "rss", "json"):
        assert (await site.client.get(f"/search.{form}?q=%22")).status_code == 400
