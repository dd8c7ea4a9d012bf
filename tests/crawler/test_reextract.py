"""`dateline reextract`: the quick form of bench/reextract.py, and what it says. Extraction runs in this process."""

from __future__ import annotations

import json
import time
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from bench.aged import LEFT_IN, OLDER, age, write_warc
from bench.reextract import faults, state, unlike
from crawler import reextracted, reextracting, workers_first
from crawler.cli import main
from crawler.config import Config
from crawler.demo import sources as demo_sources
from crawler.reextracting import Asked
from crawler.source import Source
from pipelines import extractor
from storage import reextraction
from storage.checks import damaged
from storage.errors import Missing
from storage.models import Article, Decision, Ending, Extraction, LearnedRule, Outcome, Page, Profile, Reading
from storage.reader import Reader
from storage.rule_sets import Learnt
from storage.store import Store
from tests.crawler.in_process import once as extract

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGES = 20


class Pool:
    """Extraction without worker processes; `before` is called with each page, `makes` may give another extraction of it."""

    pages = 0
    before: Callable[[Page], None] = staticmethod(lambda _: None)
    makes: Callable[[Page], Extraction] = staticmethod(extract)

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def start(self) -> None:
        pass

    async def extract(self, page: Page) -> Extraction:
        type(self).pages += 1
        type(self).before(page)
        return type(self).makes(page)

    async def close(self) -> None:
        pass

    def end(self) -> None:
        pass


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> type[Pool]:
    fresh = type("Pool", (Pool,), {"pages": 0})
    monkeypatch.setattr(workers_first, "ExtractionPool", fresh)
    monkeypatch.setattr(reextracting, "ExtractionPool", fresh)
    monkeypatch.setattr(reextracting, "BATCH", 6)
    return fresh


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with twenty imported articles, two of them copies."""
    folder = tmp_path_factory.mktemp("imported")
    write_warc(folder / "pages.warc.gz", PAGES, seed=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers_first, "ExtractionPool", Pool)
        arguments = ["import", str(folder / "pages.warc.gz"), "--all", "--db", str(folder / "news.db")]
        assert CliRunner().invoke(main, arguments).exit_code == 0
    return folder / "news.db"


@pytest.fixture
def database(imported: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "news.db"
    copy.write_bytes(imported.read_bytes())
    return copy


def lines(database: Path, **asked: Any) -> tuple[int, list[dict[str, Any]]]:
    """Exit status and JSON lines of a re-extraction."""
    with redirect_stdout(StringIO()) as out:
        status = reextracting.reextract(replace(Config(), database=database), {}, Asked(**asked), as_json=True)
    return status, [json.loads(line) for line in out.getvalue().splitlines()]


def call(database: Path, **asked: Any) -> tuple[int, dict[str, Any]]:
    """Exit status and summary."""
    status, told = lines(database, **asked)
    return status, told[-1]


def bodies(database: Path) -> dict[int, str]:
    with Reader(database) as reader:
        return dict(reader.db.conn.execute("SELECT id, body FROM articles"))


def test_a_kept_page_gives_again_exactly_what_the_crawl_made_of_it(database: Path, pool: type[Pool]) -> None:
    fresh = state(database)
    assert call(database) == (0, SUMMARY)
    assert pool.pages == 0
    pool.makes = staticmethod(extractor.extract)  # really read again, not remembered
    assert call(database, everything=True) == (0, SUMMARY | {"texts": PAGES, "unchanged": PAGES})
    assert pool.pages == PAGES
    assert unlike(fresh, state(database)) == []


def test_what_an_older_extractor_made_is_made_anew_once_though_it_is_broken_off(
    database: Path, pool: type[Pool]
) -> None:
    fresh = state(database)
    aged = age(database)
    assert aged["changed"] > PAGES / 2
    before = state(database)
    _, dry = call(database, dry_run=True)
    assert (dry["changed"], dry["unchanged"]) == (aged["changed"], PAGES - aged["changed"])
    assert (unlike(before, state(database)), dry["fields"].keys()) == ([], {"title", "body", "authors"})
    assert LEFT_IN[:20] in dry["examples"]["body"][0]

    def fails(_: Page) -> None:
        if pool.pages == PAGES + 15:
            raise MemoryError("as if the process were gone")

    pool.before = staticmethod(fails)
    with pytest.raises(MemoryError):
        call(database)
    with Reader(database) as reader:
        made = [by for (by,) in reader.db.conn.execute("SELECT extractor FROM article ORDER BY id")]
    assert made.count(OLDER) in (8, 14), "whole batches"
    status, rest = call(database)
    assert (status, rest["texts"]) == (0, made.count(OLDER))
    whole = state(database)
    assert unlike(fresh, whole) == ["changes"]
    assert faults(database) == []
    with Reader(database) as reader:
        told = [(c.kind, c.revision) for c in reader.changes() if c.kind != "first"]
        assert reader.counts()["revisions"] == PAGES
    assert told == [("reextracted", 1)] * aged["changed"]
    for everything in (False, True):
        assert call(database, everything=everything)[0] == 0
        assert unlike(whole, state(database)) == []


def test_all_goes_on_where_it_was_broken_off(database: Path, pool: type[Pool]) -> None:
    def fails(_: Page) -> None:
        if pool.pages == 15:
            raise MemoryError

    pool.before = staticmethod(fails)
    with pytest.raises(MemoryError):
        call(database, everything=True)
    assert call(database, everything=True)[1]["texts"] < PAGES
    assert call(database, everything=True)[1]["texts"] == PAGES
    assert call(database, everything=True, limit=5)[1]["texts"] == 5
    assert call(database, everything=True)[1]["texts"] == PAGES - 5


def test_a_work_that_goes_on_says_so_and_begins_anew_when_asked_or_when_rules_were_learned(
    database: Path, pool: type[Pool], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(database, everything=True, limit=5)[1]["texts"] == 5
    assert call(database, everything=True, limit=5, dry_run=True)[1]["texts"] == 5
    assert "goes on" not in capsys.readouterr().err
    assert call(database, everything=True, from_start=True, limit=7)[1]["texts"] == 7
    assert "goes on" not in capsys.readouterr().err
    assert call(database, everything=True, limit=1)[1]["texts"] == 1
    assert "goes on after fetch 7, where a call with the same words was broken off" in capsys.readouterr().err
    with Store.open(database) as store:
        rule = LearnedRule("a" * 16, "Write to us.", 12, 5, "2026-03-01", "2026-03-09")
        store.keep_rules("site3.test", Learnt((rule,), 40, 14, "x"), at=1.0).result()
    assert call(database, everything=True)[1]["texts"] == PAGES
    assert "goes on" not in capsys.readouterr().err


def test_days_are_those_of_the_capture(database: Path, pool: type[Pool]) -> None:
    with Store.open(database) as store:
        sql = "UPDATE raw_page SET captured_at = CASE WHEN fetch_id <= 6 THEN '2020-05-05T10:00:00Z' END"
        store.writer.submit(lambda db: db.conn.execute(sql)).result()
    found = [call(database, everything=True, dry_run=True, **asked)[1]["texts"] for asked in (
        {"since": "2020-05-05", "until": "2020-05-06"}, {"until": "2020-05-05"}, {"since": "2020-05-06"},
    )]  # fmt: skip
    assert found == [6, 0, PAGES - 6]


def test_a_second_one_leaves_the_work_to_the_first_but_not_to_a_dead_one(
    database: Path, pool: type[Pool], capsys: pytest.CaptureFixture[str]
) -> None:
    with Store.open(database) as store:
        lease, since = store.claim_reextraction().result()
        assert lease is not None
        assert lines(database, everything=True) == (0, [{"event": "left to another", "since": since}])
        assert f"another `dateline reextract` works on this database since {since}" in capsys.readouterr().err
        assert call(database, everything=True, dry_run=True)[1]["texts"] == PAGES, "it writes nothing"
        gone = "UPDATE owner SET boot = 'another' WHERE id = ?"
        store.writer.submit(lambda db: db.conn.execute(gone, (lease,))).result()
        assert call(database, everything=True)[1]["texts"] == PAGES
        assert call(database, everything=True)[1]["texts"] == PAGES, "it was given back"


def test_how_far_it_is_of_how_many_is_said(
    database: Path, pool: type[Pool], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reextracted, "SECONDS_BETWEEN_LINES", 0.0)
    call(database, everything=True)
    assert f"reextract: 7 of about {PAGES} texts read again" in capsys.readouterr().err
    call(database, everything=True, limit=3)
    assert "reextract: 3 of about 3 texts read again" in capsys.readouterr().err


def test_sources_days_and_a_limit_choose_the_pages(database: Path, pool: type[Pool]) -> None:
    age(database)
    yesterday, tomorrow = (time.strftime("%Y-%m-%d", time.gmtime(time.time() + day * 86400)) for day in (-1, 1))
    chosen: list[tuple[int, dict[str, Any]]] = [
        (2, {"sources": ("site3.test", "site4.test")}), (0, {"until": yesterday}), (0, {"since": tomorrow}),
        (PAGES, {"since": yesterday, "until": tomorrow}),
    ]  # fmt: skip
    with Store.open(database) as store:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        store.writer.submit(lambda db: db.conn.execute("UPDATE raw_page SET captured_at = ?", (now,))).result()
    for texts, asked in chosen:
        assert call(database, dry_run=True, **asked)[1]["texts"] == texts, asked
    today = time.strftime("%Y-%m-%d", time.gmtime())
    arguments = ["reextract", "--since", today, "--until", today, "--limit", "7", "--db", str(database)]
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "7 texts read again")
    assert call(database)[1]["texts"] == PAGES - 7


def test_wrong_words_and_a_missing_database_have_their_statuses(database: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["reextract", "--source", "nowhere", "--db", str(database)])
    assert (result.exit_code, "nowhere: no source" in result.stderr) == (2, True)
    assert CliRunner().invoke(main, ["reextract", "--since", "today", "--db", str(database)]).exit_code == 2
    wrong = CliRunner().invoke(
        main, ["reextract", "--since", "2026-03-02", "--until", "2026-03-01", "--db", str(database)]
    )
    assert (wrong.exit_code, "--since is later than --until" in wrong.stderr) == (2, True)
    with pytest.raises(Missing, match="no such database"):
        call(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


def test_the_registry_s_profile_of_today_is_used_and_one_that_is_not_here_leaves_its_texts(
    database: Path, pool: type[Pool], capsys: pytest.CaptureFixture[str]
) -> None:
    made = Source(
        "site3.test", "Three", "https://site3.test", ("site3.test",), None, (), Profile("site3.test", version="a1"), ()
    )
    with redirect_stdout(StringIO()) as out:
        config = replace(Config(), database=database)
        assert reextracting.reextract(config, {"site3.test": made}, Asked(), as_json=True) == 0
    assert json.loads(out.getvalue())["texts"] == pool.pages == 1, "the one source whose profile is another one now"
    status, told = call(database, everything=True)
    assert (status, told["texts"], told["left"]) == (0, PAGES - 1, 1)
    assert (
        capsys.readouterr().err.count("site3.test: 1 texts were made with a profile that is not in the registry") == 1
    )
    assert call(database, everything=True, sources=("site4.test",))[1]["left"] == 0


def test_the_bundled_demo_s_profiles_are_known_though_no_registry_has_them(database: Path, pool: type[Pool]) -> None:
    made = f"dateline 1, trafilatura 2, profile {demo_sources.sources(port=8765)['demo'].profile.version}"
    with Store.open(database) as store:
        store.writer.submit(lambda db: db.conn.execute("UPDATE article SET source = 'demo' WHERE id = 4")).result()
        sql = "UPDATE revision SET extractor = ? WHERE article_id = 4"
        store.writer.submit(lambda db: db.conn.execute(sql, (made,))).result()
    status, told = call(database)
    assert (status, told["texts"], told["left"]) == (0, 1, 0)


def test_a_page_without_an_article_leaves_the_words_and_is_named(database: Path, pool: type[Pool]) -> None:
    age(database)
    before = bodies(database)

    def makes(page: Page) -> Extraction:
        if page.url.endswith("/3"):
            return Extraction(None, "listing", "a list")
        return Extraction(None, "extract_timeout", "took longer") if page.url.endswith("/4") else extract(page)

    pool.makes = staticmethod(makes)
    result = CliRunner().invoke(main, ["reextract", "--db", str(database)])
    assert result.exit_code == 1, "one page could not be read"
    assert "refused  4.1 https://site3.test/3: listing; its words stay\n" in result.stdout
    assert "failed   5.1 https://site4.test/4: extract_timeout: took longer\n" in result.stdout
    after = bodies(database)
    assert (after[4], after[5]) == (before[4], before[5])
    with Reader(database) as reader:
        stored = reader.revisions(4)[0]
    assert (stored["refused_why"], stored["extractor"]) == ("listing", OLDER)
    status, events = lines(database)
    assert (status, [each.get("outcome") for each in events]) == (1, ["failed", None]), (
        "what is refused is not asked again"
    )
    pool.makes = staticmethod(extract)
    status, told = call(database, everything=True)
    assert (status, told["changed"]) == (0, 2)
    with Reader(database) as reader:
        assert reader.revisions(4)[0]["refused_by"] is None


def test_what_others_write_meanwhile_stands(database: Path, pool: type[Pool]) -> None:
    age(database)
    newer: list[Article] = []

    def written(page: Page) -> None:
        """Article 1 is fetched anew, with other words, and 2 is made anew by somebody else, before they are written here."""
        if newer:
            return
        article = extract(page).article
        assert article is not None
        newer.append(article)
        with Store.open(database) as store:
            ending = Ending(
                store.begin_record(None, article.source, article.url, "warc:x#1", store.clock()).result() or 0,
                Outcome("revised"), store.clock(), article=_other(article), decision=Decision("revised", 1, 1, "update"),
            )  # fmt: skip
            assert store.end(ending).result().revision == 2
            store.writer.submit(_made_by_another).result()

    pool.before = staticmethod(written)
    status, told = call(database, limit=3)
    assert (status, told["moved"], told["changed"] + told["unchanged"]) == (0, 1, 2)
    with Reader(database) as reader:
        article, texts = reader.article(1), reader.revisions(1)
        assert article is not None
        assert (article["revision"], article["title"], article["body"]) == (2, "Quite another title", "Other words.")
        assert [text["body"] for text in texts] == [newer[0].body, "Other words."]
        assert reader.search("zanzibar", limit=1000)
        assert 1 not in {hit.id for hit in reader.search("zanzibar", limit=1000)}
        assert damaged(reader.db) == []


def _other(article: Article) -> Article:
    return replace(article, title="Quite another title", body="Other words.", content_hash="1:other")


def _made_by_another(db: Any) -> None:
    (text,) = [
        t for t in reextraction.due(db, 0, wanted=lambda _, __: "x", everything=True, limit=99) if t.article_id == 2
    ]
    assert text.extractor == OLDER
    reextraction.rewrite(db, Reading(text, "another", None, "listing"), now=0.0)
    db.conn.execute("UPDATE revision SET extractor = 'another' WHERE article_id = 2")


SUMMARY = {
    "event": "summary", "dry_run": False, "stopped": False, "texts": 0, "unchanged": 0, "changed": 0, "refused": 0,
    "unstorable": 0, "moved": 0, "failed": 0, "left": 0, "fields": {}, "reasons": {}, "examples": {},
}  # fmt: skip
