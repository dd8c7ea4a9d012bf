"""`dateline show`, `diff` and `changes`, as a person or a program calls them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crawler.cli import main
from storage.models import Credit, Decision
from tests.storage.harness import Crawl, article, instant, page

HOSTILE = "\x1b[2J\x9b31mWiped\x1b]0;owned\x07\u202eesrever"


def dateline(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), terminal_width=200)


@pytest.fixture
def crawl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crawl:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATELINE_DB", raising=False)
    return Crawl(tmp_path / "news.db")


def wire(crawl: Crawl) -> None:
    """A story in three texts, with a copy that came before it and credits it."""
    own = {"published": instant("2023-11-01T08:00:00Z"), "lead": "A port opens."}
    crawl.save(
        article(
            "copy", source="outlet", published=instant("2023-11-01T09:00:00Z"), credit=Credit("TASS", "(TASS)", "high")
        ),
        Decision("new", None, 0, "first"),
    )
    crawl.save(
        article(1, text="Ten ships came.\n\nThe port rests.", **own), Decision("copy", None, 0, "first", story_id=1)
    )
    crawl.save(
        article(1, text="Twelve ships came.\n\nThe port rests.", label="UPDATE 1", **own),
        Decision("revised", 2, 1, "update"),
    )
    crawl.save(
        article(1, text="Twelve ships came.\n\nThe port is open.", label="CORRECTED", url=page("new"), **own),
        Decision("revised", 2, 2, "correction", "corrected"),
    )
    crawl.close()


def test_show_tells_versions_copies_who_was_first_and_the_credit_with_its_evidence(crawl: Crawl) -> None:
    wire(crawl)
    said = dateline("show", "2", "--db", "news.db").output
    assert "Twelve ships came.\n\nThe port is open." in said
    lines = said.splitlines()
    versions = lines[lines.index("versions") + 1 :]
    assert [row[:5].split() for row in versions[:3]] == [["1"], ["2"], ["*", "3"]]
    assert "(UPDATE 1)" in versions[1]
    assert "correction" in versions[2]
    (story,) = [row for row in lines if row.startswith("story 1: 2 articles of 2 sources")]
    told = lines[lines.index(story) + 1 :]
    assert told[0].split()[:3] == ["2", "2023-11-01T08:00:00Z", "mercury-en"]
    assert "first" in told[0]
    assert "this one" in told[0]
    assert told[1].split()[:3] == ["1", "2023-11-01T09:00:00Z", "outlet"]
    assert told[2].strip() == 'credits TASS (high): "(TASS)"'
    assert f"also at {page(1)}" in lines
    whole = json.loads(dateline("show", page("new"), "--db", "news.db", "--json").output)
    assert (whole["first_article_id"], whole["story"]["articles"]) == (2, 2)
    assert [row["kind"] for row in whole["revisions"]] == ["first", "update", "correction"]
    assert [row["id"] for row in whole["copies"]] == [1]


def test_show_tells_when_a_page_went_away_and_came_back(crawl: Crawl) -> None:
    crawl.new(article(1))
    for day, kind in ((2, "withdrawal"), (3, "return"), (4, "withdrawal")):
        crawl.sql(
            "INSERT INTO change (at, kind, article_id, revision) VALUES (?, ?, 1, 1)", f"2026-11-0{day}T00:00:00Z", kind
        )
    crawl.sql("UPDATE article SET status = 'withdrawn', gone_at = '2026-11-04T00:00:00Z', gone_why = '404 twice'")
    crawl.close()
    said = dateline("show", "1", "--db", "news.db").output.splitlines()
    assert [line.strip() for line in said if "no new text" in line] == [
        "-  2026-11-02T00:00:00Z  withdrawal, no new text",
        "-  2026-11-03T00:00:00Z  return, no new text",
        "-  2026-11-04T00:00:00Z  withdrawal, no new text: 404 twice",
    ]
    assert "return" in dateline("changes", "--since", "2", "--db", "news.db").output


def test_a_text_that_came_late_is_not_taken_for_the_last(crawl: Crawl) -> None:
    crawl.new(article(1, text="One ship."))
    crawl.save(article(1, text="Two ships."), Decision("revised", 1, 1, "update"))
    crawl.save(article(1, text="No ships."), Decision("revised", 1, 2, "update"))
    crawl.sql("UPDATE revision SET kind = 'earlier', seen_at = '2001-01-01T00:00:00Z' WHERE revision = 3")
    crawl.sql("UPDATE change SET kind = 'earlier' WHERE revision = 3")
    crawl.sql("UPDATE article SET revision = 2")
    crawl.close()
    assert "[-One ship-]{+Two ships+}." in dateline("diff", "1", "--db", "news.db").output
    said = dateline("show", "1", "--db", "news.db").output
    assert "*   2" in said
    assert "earlier" in said


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ((), ["revision 2 (update 'UPDATE 1'", "revision 3 (correction", "The port [-rests-]{+is open+}."]),
        (("1", "2"), ["revision 1 (first", "[-Ten-]{+Twelve+} ships came.", "1 paragraph as before"]),
        (("1",), ["revision 1 (first", "revision 3", "[-Ten-]{+Twelve+} ships", "[-rests-]{+is open+}"]),
        (("2", "1"), ["[-Twelve-]{+Ten+} ships came."]),
        (("3", "3"), ["the same revision twice"]),
    ],
)
def test_diff_marks_the_words_that_changed(crawl: Crawl, asked: tuple[str, ...], told: list[str]) -> None:
    wire(crawl)
    done = dateline("diff", "2", *asked, "--db", "news.db")
    assert done.exit_code == 0
    for part in told:
        assert part in done.output
    assert "\x1b" not in done.output


def test_diff_says_what_there_is_not(crawl: Crawl) -> None:
    wire(crawl)
    assert "one text only" in dateline("diff", "1", "--db", "news.db").output
    for asked, said in ((("2", "7"), "no revision 7: it has 1 to 3"), (("99",), "no article 99")):
        done = dateline("diff", *asked, "--db", "news.db")
        assert done.exit_code == 1
        assert said in done.output
    assert dateline("diff", "2", "0", "--db", "news.db").exit_code == 2


def test_diff_for_programs_has_the_parts_of_every_paragraph(crawl: Crawl) -> None:
    wire(crawl)
    found = json.loads(dateline("diff", "2", "--db", "news.db", "--json").output)
    assert (found["article_id"], found["old"], found["new"], found["kind"]) == (2, 2, 3, "correction")
    assert found["body"][0] == [["=", "Twelve ships came."]]
    assert ["-", "rests"] in found["body"][1]
    assert ["+", "is open"] in found["body"][1]
    assert found["title"] == [[["=", "Title 1"]]]


def test_a_terminal_gets_colours_and_no_color_markers(crawl: Crawl, monkeypatch: pytest.MonkeyPatch) -> None:
    wire(crawl)
    monkeypatch.setattr("crawler.terminal.columns", lambda: 60)
    monkeypatch.setattr("crawler.terminal.coloured", lambda: True)
    coloured = dateline("diff", "2", "--db", "news.db").output
    assert "\x1b[9;31mrests\x1b[0m" in coloured
    assert "[-" not in coloured
    monkeypatch.setattr("crawler.terminal.coloured", lambda: False)
    assert "[-rests-]{+is open+}" in dateline("diff", "2", "--db", "news.db").output


def test_changes_are_lines_for_people_and_json_lines_for_programs(crawl: Crawl) -> None:
    wire(crawl)
    lines = dateline("changes", "--since", "2", "--db", "news.db").output.splitlines()
    assert [line.split()[0] for line in lines] == ["3", "4"]
    rows: list[dict[str, Any]] = [
        json.loads(line) for line in dateline("changes", "--json", "--db", "news.db").output.splitlines()
    ]
    assert [(row["seq"], row["kind"], row["article_id"], row["revision"]) for row in rows] == [
        (1, "first", 1, 1),
        (2, "first", 2, 1),
        (3, "update", 2, 2),
        (4, "correction", 2, 3),
    ]
    assert list(rows[0]) == ["seq", "at", "kind", "article_id", "revision", "source", "url", "title"]
    assert dateline("changes", "--since", "4", "--db", "news.db").output == ""
    past = dateline("changes", "--since", "5", "--db", "news.db")
    assert past.exit_code == 3
    assert "its last change is 4" in past.output


def test_no_page_can_steer_the_terminal_of_a_reader(crawl: Crawl) -> None:
    text: dict[str, Any] = {
        "title": HOSTILE,
        "lead": HOSTILE,
        "section": HOSTILE,
        "authors": (HOSTILE,),
        "label": HOSTILE,
    }
    crawl.new(article(1, **text, credit=Credit(HOSTILE, HOSTILE, "low")))
    crawl.save(article(1, text=f"Other. {HOSTILE}", **text), Decision("revised", 1, 1, "update"))
    crawl.close()
    for command in (("show", "1"), ("diff", "1"), ("changes",), ("search", "wiped"), ("status",)):
        for more in ((), ("--json",)):
            done = dateline(*command, *more, "--db", "news.db")
            assert done.exit_code == 0, done.output
            assert not set(done.output) & set("\x1b\x9b\x07\u202e"), command


def test_reading_commands_say_what_is_missing_or_too_new(crawl: Crawl) -> None:
    crawl.new(article(1))
    crawl.sql("UPDATE meta SET value = '9999' WHERE key = 'schema_version'")
    crawl.close()
    for command in (("show", "1"), ("diff", "1"), ("changes",)):
        for database, said in (("nowhere.db", "no such database"), ("news.db", "made by a newer Dateline")):
            done = dateline(*command, "--db", database)
            assert (done.exit_code, len(done.output.splitlines())) == (3, 1), done.output
            assert said in done.output
