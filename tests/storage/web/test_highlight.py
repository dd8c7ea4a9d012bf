"""The marks of a query in the texts that it found."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from storage import search, tables, tokens

pytest.importorskip("markupsafe", reason="needs the extra `web`")

from storage.web import highlight
from storage.web.highlight import excerpt, excerpts, folded, marked, sought, spans

_PARTS = st.sampled_from([
    *"aBé東京都กรุ서울ж ёЁ .,-–<>&\"'·・。0７٣िকাﬁ", "\u0301", "São ", "Zürich", " ", "AB", "\u200b", "ﾊﾞ", "ك", "\u064b", *"ςΣ",
])  # fmt: skip
_TEXT = st.lists(_PARTS, max_size=25).map("".join) | st.text(max_size=40)


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("Sao Paulo, São Paulo", "SÃO", ["Sao", "São"]),
        ("Sa\u0303o", "são", ["Sa\u0303o"]),
        ("harbours harbour", "harbour", ["harbour"]),
        ("the HARBOUR-master", "harbour", ["HARBOUR"]),
        ("新华社北京11月21日电", "北京", ["北京"]),
        ("東京都知事が東京で", "東京", ["東京", "東京"]),
        ("東 京", "東京", []),
        ("東京、大阪", '"東京 大阪"', ["東京、大阪"]),
        ("中国GDP成長率3%", "GDP成長率3%", ["GDP成長率3"]),
        ("서울시장은 말했다", "서울", ["서울"]),
        ("กรุงเทพมหานคร", "กรุงเทพ", ["กรุงเทพ"]),
        ("самолёт сел", "САМОЛЕТ", ["самолёт"]),
        ("وَصَلَ الوفد", "وصل", ["وَصَلَ"]),
        ("ＣＯＶＩＤ１９ と", "covid19", ["ＣＯＶＩＤ１９"]),
        ("ﬁnance", "finance", ["ﬁnance"]),
        ("ﾊﾞｽ", "バス", ["ﾊﾞｽ"]),
        ("ΟΔΟΣ οδος", "οδός οδος", ["ΟΔΟΣ", "οδος"]),
        ("हिन्दी में", "हिन्दी", ["हिन्दी"]),
        ("to be or not to be", '"to be" or', ["to be", "or", "to be"]),
        ("a_b", "b", ["b"]),
    ],
)
def test_what_the_query_means_is_marked(text: str, query: str, found: list[str]) -> None:
    pattern = sought(search.match(query)[0])
    assert [text[start:end] for start, end in spans(text, pattern)] == found


@given(_TEXT, _TEXT)
@example("<script>alert('x')</script>", "script")
@example('a"b&amp;', "amp b")
def test_without_its_marks_a_marked_text_is_the_text(text: str, query: str) -> None:
    made = str(marked(text, sought([query])))
    bare = re.sub("</?mark>", "", made)
    assert html.unescape(bare) == html.unescape(text.translate({38: "&amp;"}))
    assert not re.search("[<>\"']", bare)
    assert made.count("<mark>") == made.count("</mark>")
    assert not re.search("<mark></mark>|<mark>[^/]*<mark>", made)


# SQLite's tables of characters are those of an older Unicode than Python's: of letters, these are the same in both.
_OLD = st.lists(_PARTS, max_size=25).map("".join) | st.text(
    st.characters(max_codepoint=0x527, exclude_categories=["Cn", "Cs"]), max_size=40
)


@settings(max_examples=150)
@given(_OLD, _OLD)
@example("中国GDP成長率3%", "GDP成長率3%")
@example("2024年に", "2024年")
@example("東京 大阪", '"東京 大阪"')
def test_what_the_index_finds_is_marked_and_nothing_else(text: str, query: str) -> None:
    try:
        terms, matched = search.match(query)
    except search.QueryError:
        return
    with_index = Database(memory=True)
    try:
        with_index.conn.execute(tables.SEARCH)
        with_index.conn.execute(
            "INSERT INTO search (rowid, title) VALUES (1, ?)", (tokens.for_index(search.bindable(text)),)
        )
        (found,) = with_index.conn.execute("SELECT count(*) FROM search WHERE search MATCH ?", (matched,)).fetchone()
    finally:
        with_index.close()
    each = [bool(spans(text, sought([term]))) for term in terms]
    assert all(each) == bool(found), (terms, matched, tokens.for_index(text))


@given(_TEXT, st.integers(0, 10**6), st.integers(0, 10**6))
def test_an_excerpt_is_of_the_text_and_not_long(text: str, one: int, other: int) -> None:
    first, last = sorted((one % (len(text) + 1), other % (len(text) + 1)))
    made = excerpt(text, sought([text[first:last]]), length=30)
    assert len(made) <= 30 + 4
    assert made.removeprefix("… ").removesuffix(" …") in " ".join(text.split())


def test_an_excerpt_shows_the_first_place_found() -> None:
    made = excerpt("Lorem ipsum dolor. " * 30 + "The HARBOUR was closed. " + "Nothing more. " * 30, sought(["harbour"]))
    assert "The HARBOUR was closed." in made
    assert excerpt("长" * 500 + "东京" + "短" * 500, sought(["东京"])).count("东京") == 1
    assert excerpt("short", sought(["none"])) == "short"


@pytest.mark.parametrize("sign", ["№", "™", "½", "ﬁ", "ﷺ", "e\u0301", "…"])
def test_what_folds_unevenly_costs_its_neighbourhood_and_not_the_text(sign: str) -> None:
    body = "Harbour news. " * 1000 + f"{sign} zielwort " + "More of them. " * 400
    texts = [(body, 240)] * 20
    before = highlight._cluster.cache_info()

    made = excerpts(texts, sought(["zielwort"]), seconds=60)

    after = highlight._cluster.cache_info()
    assert after.hits + after.misses - before.hits - before.misses < 20 * 20
    assert all("zielwort" in one for one in made)


def test_excerpts_out_of_time_are_how_the_texts_begin() -> None:
    texts = [("Begins so. " * 300 + "zielwort", 50)] * 3
    assert all(one.startswith("Begins so.") for one in excerpts(texts, sought(["zielwort"]), seconds=0))


@given(_TEXT)
def test_a_text_folds_as_its_clusters_do_one_by_one(text: str) -> None:
    whole = folded(text)
    parts = [(found.start(), highlight._cluster(found.group())) for found in highlight._CLUSTER.finditer(text)]
    assert re.sub(" +", " ", whole.text) == re.sub(" +", " ", "".join(made for _, made in parts))
    if whole.origin is not None:
        assert len(whole.origin) == len(whole.text) + 1
        assert list(whole.origin) == sorted(whole.origin)
