"""Search: newest first, any script, any query."""

from __future__ import annotations

import json
import unicodedata
from contextlib import closing
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from bench.torture.outputs_payloads import QUERIES
from crawler.cli import main
from storage import tables, tokens
from storage.reader import Reader
from storage.search import QueryError, snippet
from tests.storage.harness import article, instant

if TYPE_CHECKING:
    from tests.storage.harness import Crawl

TEXTS = {
    "zh": "东京都议会选举结果公布。",
    "ja": "東京都の小池知事は会見した。",
    "ko": "서울에서 열린 회담",
    "th": "นายกรัฐมนตรีเดินทางถึงกรุงเทพ",
    "km": "នាយករដ្ឋមន្ត្រី",
    "ru": "МОСКВА, 1 ноября. Самолёт сел.",
    "ar": "وَصَلَ الرئيس إلى القاهرة",
    "hi": "प्रधानमंत्री ने हिन्दी में कहा",
    "fr": "Le café a rouvert à Orléans; la COVID-19 recule.",
    "tr": "İstanbul'da toplantı",
}


@pytest.fixture
def stored(crawl: Crawl) -> Crawl:
    for number, (language, text) in enumerate(TEXTS.items(), 1):
        crawl.new(
            article(number, text=text, language=language, published=instant(f"2023-10-{20 - number:02}T08:00:00Z"))
        )
    return crawl


def _found(crawl: Crawl, query: str, **options: str) -> list[str | None]:
    with Reader(crawl.path) as reader:
        return [hit.language for hit in reader.search(query, **options)]


@pytest.mark.parametrize(
    ("query", "languages"),
    [
        ("东京都", ["zh"]),
        ("选举", ["zh"]),
        ("京", ["zh", "ja"]),
        ("小池", ["ja"]),
        ("知事は会見", ["ja"]),
        ("東京 会見", ["ja"]),
        ("서울", ["ko"]),
        ("กรุงเทพ", ["th"]),
        ("នាយក", ["km"]),
        ("самолет", ["ru"]),
        ("САМОЛЁТ сел", ["ru"]),
        ("وصل", ["ar"]),
        ("हिन्दी", ["hi"]),
        ("cafe orleans", ["fr"]),
        ("COVID-19", ["fr"]),
        ("covid", ["fr"]),
        ('"café a rouvert"', ["fr"]),
        ('"rouvert café"', []),
        ("istanbul", ["tr"]),
        ("ｃａｆé", ["fr"]),
        ("cafe OR istanbul", []),
        ("tit*", []),
        ("title", list(TEXTS)),
    ],
)
def test_a_query_finds_what_it_says_newest_first(stored: Crawl, query: str, languages: list[str]) -> None:
    assert _found(stored, query) == languages


@pytest.mark.parametrize(
    "query", ["", "  ", '"', '""', "\x00", "*", "-", "()", "' OR 1=1 --"[1:2], "…", "x" * 1001, "a " * 33]
)
def test_a_query_without_a_word_says_so(stored: Crawl, query: str) -> None:
    with pytest.raises(QueryError, match=r"no word to search for|at most"):
        _found(stored, query)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40) | st.text('"*^:(){}-+ANDORTNE \x00.京', max_size=20))
def test_any_query_gives_an_answer_or_one_clear_error(stored: Crawl, query: str) -> None:
    try:
        _found(stored, query)
    except QueryError as error:
        assert str(error)


@given(st.text("東京都ABกรุ 12é서", min_size=1, max_size=30))
def test_whatever_stands_in_a_text_is_cut_the_same_way_in_a_query(text: str) -> None:
    cut, beginning = tokens.for_phrase(text)
    indexed = " ".join(tokens.for_index(text).split())
    if cut and not beginning and " " not in text.strip():
        assert cut.split()[0] in indexed


def test_whatever_is_cut_or_left_out_is_so_at_any_place_of_a_text() -> None:
    """Texts are looked through for it only where a byte of theirs may begin it."""
    for sign in map(chr, (*range(0x80, 0xD800), *range(0xE000, 0x10000), *range(0x20000, 0x40000, 61))):
        alike = unicodedata.normalize("NFKC", f"a{sign}b")
        plain = tokens._ANY_UNTYPED.sub(tokens._typed, alike)
        assert tokens.normal(f"a{sign}b") == plain
        assert (tokens.for_index(f"a{sign}b") == plain) == (tokens.RUN.search(plain) is None)


@given(
    st.lists(
        st.sampled_from(["GDP", "3", "%", " ", "・", "東", "京", "都", "서", "울", "시", "ก"]), min_size=1, max_size=12
    ),
    st.integers(0, 11),
    st.integers(1, 12),
)
@example(["中", "国", "GDP", "成", "長", "率", "3", "%"], 2, 5)
@example(["서", "울", " ", "시", "장"], 0, 5)
def test_any_part_of_a_text_in_quotes_finds_the_text(pieces: list[str], first: int, count: int) -> None:
    before, part, behind = (
        "".join(pieces[s]) for s in (slice(first), slice(first, first + count), slice(first + count, 99))
    )
    words = {"GDP", "3"}
    assume(not any(a in words and b in words for a, b in pairwise(pieces)))
    cut, beginning = tokens.for_phrase(part)
    with closing(Database(memory=True)) as db:
        db.conn.execute(tables.SEARCH)
        db.conn.execute("INSERT INTO search (rowid, title) VALUES (1, ?)", (tokens.for_index(before + part + behind),))
        query = f'"{cut}"{"*" if beginning else ""}'
        assert not cut or db.conn.execute("SELECT rowid FROM search WHERE search MATCH ?", (query,)).fetchall() == [
            (1,)
        ]


def test_filters_narrow_by_source_language_and_day(stored: Crawl) -> None:
    assert _found(stored, "title", language="ru") == ["ru"]
    assert _found(stored, "title", source="nobody") == []
    assert _found(stored, "title", since="2023-10-18", until="2023-10-19") == ["zh", "ja"]
    assert _found(stored, "title", until="2023-10-10T08:00:00Z") == ["tr"]
    assert _found(stored, "title", since="2023-10-19T08:00:01Z") == []
    with pytest.raises(QueryError, match="is no time"):
        _found(stored, "title", since="yesterday")


def test_newest_first_holds_after_a_backfill_a_revision_and_a_wrong_time(crawl: Crawl) -> None:
    from storage.models import Decision

    crawl.new(article("now", published=instant("2023-11-14T08:00:00Z")))
    crawl.new(article("old", published=instant("1999-01-01T08:00:00Z")))
    crawl.new(article("ancient", published=instant("1950-01-01")))
    crawl.new(article("future", published=instant("2099-01-01T00:00:00Z")))
    crawl.new(article("undated"))
    for number in range(3):
        crawl.new(article(f"same {number}", published=instant("2023-11-14T08:00:00Z")))
    moved = article("old", text="Harbour, again.", published=instant("2023-11-14T09:00:00Z"))
    crawl.save(moved, Decision("revised", 2, 1, "update"))
    with Reader(crawl.path) as reader:
        keys = [reader.article(hit.id)["title"].removeprefix("Title ") for hit in reader.search("harbour")]  # type: ignore[index]
    assert keys == ["future", "undated", "old", "same 2", "same 1", "same 0", "now", "ancient"]


def test_a_snippet_shows_the_word_in_its_line(crawl: Crawl) -> None:
    crawl.new(article(1, text="Lorem ipsum dolor. " * 30 + "\n\nThe harbour was closed. " + "Nothing more. " * 30))
    with Reader(crawl.path) as reader:
        (hit,) = reader.search("HARBOUR")
    assert "The harbour was closed." in hit.snippet
    assert hit.snippet.startswith("… ")
    assert hit.snippet.endswith(" …")
    assert "\n" not in hit.snippet
    assert len(hit.snippet) < 170
    assert snippet("short", ["none"]) == "short"


def test_the_command_answers_any_query_or_says_one_line(stored: Crawl) -> None:
    for query, options in [(query, options) for query in QUERIES for options in ([], ["--json"])]:
        done = CliRunner().invoke(main, ["search", "--db", str(stored.path), *options, "--", query])
        assert done.exit_code in {0, 2}, (done.exception, done.output)
        assert not done.exception or isinstance(done.exception, SystemExit)
        assert done.stderr.count("\n") == (0 if options == ["--json"] and done.exit_code == 0 else 1)
        if options == ["--json"] and done.exit_code == 0:
            assert isinstance(json.loads(done.stdout), list)
