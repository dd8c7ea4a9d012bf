"""`dateline sources add` and `check` as a user calls them, over made-up sites on loopback."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from crawler import add_source, check_source, start_crawl, terminal
from crawler.arguments import ArgumentProblem
from crawler.check_source import Checked
from crawler.check_verdicts import ArticleVerdict, EndpointVerdict
from crawler.cli import main
from crawler.config import Config, configuration, render
from crawler.demo.project import write_project
from crawler.options import BrokeOff
from crawler.registry import read_source
from crawler.source import Source
from crawler.survey.draft import toml_of
from crawler.survey.survey import Survey
from storage.models import Extraction, Page
from tests.conftest import BIN, ENVIRONMENT
from tests.crawler.made_sites import MadeSite, served, sites
from tests.crawler.test_survey_sites import drafted


async def dateline(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """The command in a process of its own: (status, standard output, standard error)."""
    process = await asyncio.create_subprocess_exec(
        BIN / "dateline", *arguments, cwd=folder, env=ENVIRONMENT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 90)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def installed(folder: Path) -> Path:
    own = folder / "own"
    config = replace(
        Config(database=folder / "news.db"),
        contact="me@example.org",
        sources_dir=own,
        delay_floor=0.1,
        workers=1,
    )
    own.mkdir()
    (folder / "dateline.toml").write_text(render(config), encoding="utf-8")
    return own


async def test_a_site_that_shows_nothing_is_not_added_and_a_person_is_told_what_to_give(tmp_path: Path) -> None:
    own = installed(tmp_path)
    site = sites(datetime.now(UTC))["shell"]
    async with served({"shell": site}) as port:
        at = ("--at", f"{site.host}=127.0.0.1:{port}")
        status, out, err = await dateline(tmp_path, "sources", "add", site.url, "--yes", *at)
    assert status == 1, err
    assert "drawn by JavaScript" in err
    assert "Give the address of a feed, a news sitemap or a page that lists its articles" in err
    assert "left out   http://shell.test/feed   <- HTTP 404" in out
    assert not list(own.iterdir())
    assert not (tmp_path / "news.db").exists()


@pytest.fixture
def small_registry(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """One packaged source, `taken`, instead of all."""
    folder = tmp_path_factory.mktemp("packaged")
    (folder / "taken.toml").write_text(toml_of(drafted(), "2026-11-25"), encoding="utf-8")
    monkeypatch.setattr(start_crawl, "packaged", lambda: folder)


def checked(source: Source, problem: str | None = None) -> Checked:
    """What a look at a source may have seen: one endpoint, one article."""
    page = Page(
        source.home + "/mir/1", source.home + "/mir/1", b"<html></html>", "2026-11-25T10:00:00Z", source.profile
    )
    endpoint = EndpointVerdict(
        source.endpoints[0].url, "feed", 200, 40, 40, (("not_article", 2),), 60.0, problem, "look"
    )
    article = ArticleVerdict(page.url, "A headline", "2026-11-25T10:00:00Z", "json-ld", 120, None, "ru")
    return Checked(source, (endpoint,), (article,), ((page, Extraction(None, reason="no_text")),), (page.url,))


@pytest.mark.usefixtures("small_registry")
def test_a_check_says_what_it_saw_keeps_golden_pages_and_changes_no_toml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = installed(tmp_path)
    monkeypatch.chdir(tmp_path)
    (own / "vestnik.toml").write_text(toml_of(drafted(), "2026-11-25"), encoding="utf-8")
    problems: list[str | None] = [None, None, "its newest entry is 9 days old"]
    monkeypatch.setattr(check_source, "_seen", lambda _, source, __: checked(source, problems.pop(0)))
    good = CliRunner().invoke(main, ["sources", "check", "vestnik", "--golden", "golden"])
    assert good.exit_code == 0, good.output
    assert f"in {own / 'vestnik.toml'} may be put: verified = true" in good.output
    assert json.loads((tmp_path / "golden" / "vestnik" / "1.json").read_text("utf-8"))["reason"] == "no_text"
    again = CliRunner().invoke(main, ["sources", "check", "vestnik", "--golden", "golden", "--json"])
    assert "is there already and is left as it is" in again.stderr
    assert json.loads(again.stdout)["endpoints"][0]["refused"] == {"not_article": 2}
    bad = CliRunner().invoke(main, ["sources", "check", "vestnik"])
    assert bad.exit_code == 1
    assert "fail  feed" in bad.output
    assert "to do: look" in bad.output
    assert "verified = true" not in (own / "vestnik.toml").read_text("utf-8")
    assert CliRunner().invoke(main, ["sources", "check", "vestnk"]).exit_code == 2


def test_nothing_is_fetched_or_written_where_nobody_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments, said in (
        (("http://vestnik.test/",), "--output"),
        (("http://vestnik.test/", "--output", "here"), "--yes"),
        (("ftp://vestnik.test/", "--dry-run"), "no address of a site"),
        (("http://vestnik.test/", "--dry-run", "--at", "vestnik.test=10.0.0.1:80"), "loopback"),
    ):
        done = CliRunner().invoke(main, ["sources", "add", *arguments])
        assert done.exit_code == 2, done.output
        assert said in done.output
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("small_registry")
def test_a_file_that_is_there_and_a_name_that_is_taken_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    draft = drafted()

    def looked(*_: object) -> Survey:
        return Survey("http://vestnik.test/", (draft,))

    monkeypatch.setattr(add_source, "_surveyed", looked)
    first = CliRunner().invoke(main, ["sources", "add", "vestnik.test", "--output", "own", "--yes"])
    assert first.exit_code == 0, first.output
    before = (tmp_path / "own" / "vestnik.toml").read_bytes()
    again = CliRunner().invoke(main, ["sources", "add", "vestnik.test", "--output", "own", "--yes"])
    assert again.exit_code == 2
    assert "is there already and is left as it is" in again.output
    assert (tmp_path / "own" / "vestnik.toml").read_bytes() == before
    taken = CliRunner().invoke(main, ["sources", "add", "vestnik.test", "--output", "own", "--yes", "--name", "taken"])
    assert taken.exit_code == 2
    assert "is in the registry already" in taken.output
    looked_only = CliRunner().invoke(main, ["sources", "add", "vestnik.test", "--dry-run", "--name", "other", "--json"])
    assert looked_only.exit_code == 0
    assert json.loads(looked_only.stdout)["sources"][0]["file"] is None
    assert sorted(path.name for path in (tmp_path / "own").iterdir()) == ["vestnik.toml"]


@pytest.mark.usefixtures("small_registry")
def test_what_is_wrong_with_a_name_is_said_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asked: list[object] = []
    monkeypatch.setattr(add_source, "_surveyed", lambda *arguments: asked.append(arguments))
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "vestnik.toml").write_text("mine", encoding="utf-8")
    for more, said in (
        (["--name", "Not A Name"], "lower case, digits, hyphens"),
        (["--name", "taken"], "is in the registry already"),
        (["--name", "vestnik"], "is there already and is left as it is"),
        ([], "is there already and is left as it is"),
    ):
        done = CliRunner().invoke(main, ["sources", "add", "vestnik.test", "--output", "own", "--yes", *more])
        assert (done.exit_code, asked) == (2, []), done.output
        assert said in done.output


@pytest.mark.usefixtures("small_registry")
def test_a_draft_that_does_not_load_is_shown_and_the_others_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bad = replace(drafted(), name="second", languages=("NO",))
    monkeypatch.setattr(add_source, "_surveyed", lambda *_: Survey("http://vestnik.test/", (drafted(), bad, drafted())))
    done = CliRunner().invoke(main, ["sources", "add", "vestnik.test", "--output", "own", "--yes"])
    assert done.exit_code == 1
    assert f"{tmp_path / 'own' / 'second.toml'}: languages: expected a list of language tags" in done.stderr
    assert 'languages = ["NO"]' in done.stdout
    assert "vestnik: Вестник" in done.stdout
    assert sorted(file.name for file in (tmp_path / "own").iterdir()) == ["vestnik-2.toml", "vestnik.toml"]
    data = json.loads(CliRunner().invoke(main, ["sources", "add", "x.test", "--dry-run", "--json"]).stdout)
    assert [one["unloadable"] is None for one in data["sources"]] == [True, False, True]


@pytest.mark.usefixtures("small_registry")
def test_the_file_is_written_when_nobody_reads_the_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    silenced: list[bool] = []

    def closed(*_: object, **__: object) -> None:
        if not silenced:
            raise BrokenPipeError

    monkeypatch.setattr(click, "echo", closed)
    monkeypatch.setattr(terminal, "to_nobody", lambda: silenced.append(True))
    monkeypatch.setattr(add_source, "_surveyed", lambda *_: Survey("http://vestnik.test/", (drafted(),)))
    status = add_source.add(Config(database=tmp_path / "x.db"), "vestnik.test", name=None, output=tmp_path / "own",
                            dry_run=False, yes=True, as_json=False, opened={})  # fmt: skip
    assert (status, silenced) == (0, [True])
    assert read_source(tmp_path / "own" / "vestnik.toml").title == "Вестник"


@pytest.mark.parametrize("links", [True, False])
def test_a_toml_is_whole_or_not_there_and_is_never_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    if not links:
        monkeypatch.setattr(os, "link", refused)
    file = tmp_path / "own" / "a.toml"
    assert add_source.put_in_place(file, "first") == file
    with pytest.raises(ArgumentProblem, match="is there already"):
        add_source.put_in_place(file, "second")
    monkeypatch.setattr(os, "fchmod", refused)
    with pytest.raises(PermissionError):
        add_source.put_in_place(tmp_path / "own" / "b.toml", "third")
    assert [(one.name, one.read_text("utf-8")) for one in (tmp_path / "own").iterdir()] == [("a.toml", "first")]


@pytest.mark.usefixtures("small_registry")
def test_a_look_that_broke_off_is_one_line_and_a_status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def broken(*_: object) -> Checked:
        raise BrokeOff("taken: looking at http://vestnik.test/ broke off: a wire was cut")

    monkeypatch.setattr(check_source, "_seen", broken)
    done = CliRunner().invoke(main, ["sources", "check", "taken"])
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1] == "taken: looking at http://vestnik.test/ broke off: a wire was cut"


def test_a_demo_project_loads_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_project(Path("p"), 8080)
    config = configuration(None, tmp_path / "p")
    assert config.sources_dir == tmp_path / "p" / "sources"
    assert config.database == tmp_path / "p" / "news.db"


def test_sites_are_functions_of_their_file_and_moment() -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    one, other = (sites(now)["numbers"] for _ in range(2))
    assert isinstance(one, MadeSite)
    assert one.respond("/rss/v2.xml") == other.respond("/rss/v2.xml")
    assert len({story.path for story in one.stories()}) == 60
