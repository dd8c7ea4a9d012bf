"""`dateline.toml`: found, read strictly, written so that it reads back."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.config import FILE, Config, ConfigError, contact_ok, parse, read, render, user_agent

HERE = Path("/srv/wire/dateline.toml")


def test_without_a_file_the_defaults_hold_with_the_database_here(tmp_path: Path) -> None:
    config = Config.find(tmp_path)
    assert config.database == tmp_path.resolve() / "news.db"
    assert (config.file, config.sources, config.first_poll) == (None, (), 30)


def test_the_nearest_file_upward_is_taken_and_its_paths_are_its_folders(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('database = "far.db"')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "a" / FILE).write_text('database = "data/near.db"\nsources_dir = "own"\n')
    config = Config.find(below)
    assert config.database == tmp_path.resolve() / "a" / "data" / "near.db"
    assert config.sources_dir == tmp_path.resolve() / "a" / "own"
    assert config.file == tmp_path.resolve() / "a" / FILE


def test_an_empty_file_is_the_defaults_in_its_folder() -> None:
    assert parse("", HERE) == Config(database=Path("/srv/wire/news.db"))


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ('contacts = "a@b.test"', "contacts", "did you mean 'contact'?"),
        ("zzz = 1", "zzz", "known keys: contact, database"),
        ("[crawl]\nx = 1", "crawl", "unknown key"),
        ('contact = "nobody"', "contact", "a mail address or an http(s) URL"),
        ("contact = 5", "contact", "a mail address or an http(s) URL"),
        ('database = ""', "database", "a path"),
        ('database = "a\\u0000b"', "database", "a path"),
        ("database = true", "database", "a path"),
        ('sources = "tass-en"', "sources", "a list of source names"),
        ('sources = ["TASS"]', "sources", "a list of source names"),
        ("sources = [1]", "sources", "a list of source names"),
        ("first_poll = 0", "first_poll", "a whole number above 0"),
        ("first_poll = true", "first_poll", "a whole number above 0"),
        ("first_poll = 30.5", "first_poll", "a whole number above 0"),
        ("disk_limit_gb = nan", "disk_limit_gb", "a number above 0"),
        ("disk_limit_gb = -1", "disk_limit_gb", "a number above 0"),
        ("delay_floor = 0", "delay_floor", "seconds"),
        ("workers = 1000", "workers", "0 to 256"),
        ("on_alert = 5", "on_alert", "a command"),
        ("learn = 1", "learn", "true or false"),
        ("on_alert = ['mail', 5]", "on_alert", "a command"),
        ("on_alert = ['', 'x']", "on_alert", "a command"),
        ('on_alert = "mail \'ops"', "on_alert", "a command"),
        ('group = "a b"', "group", "the name of a group"),
        ('proxy = "proxy.test:3128"', "proxy", "http://host:port"),
        ('proxy = "http://proxy.test"', "proxy", "http://host:port"),
        ('proxy = "socks5://proxy.test:1080"', "proxy", "http://host:port"),
    ],
)
def test_what_is_not_understood_is_refused_with_file_key_and_expectation(text: str, key: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, HERE)
    assert str(caught.value).startswith(f"{HERE}: {key}")
    assert expected in str(caught.value)


def test_a_command_is_a_list_of_words_or_one_string_that_no_shell_reads() -> None:
    for text in ("on_alert = ['mail', '-s', 'a wire; $HOME', 'ops']", """on_alert = "mail -s 'a wire; $HOME' ops\""""):
        config = parse(text, HERE)
        assert config.on_alert == ("mail", "-s", "a wire; $HOME", "ops")
        assert parse(render(config), HERE).on_alert == config.on_alert
    assert parse("on_alert = []", HERE).on_alert == parse("on_alert = ''", HERE).on_alert == ()


def test_a_file_that_is_not_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"not TOML.*line 2"):
        parse("workers = 1\ndatabase = = 1\n", HERE)
    (tmp_path / FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        Config.find(tmp_path)


def test_a_password_is_neither_shown_in_errors_nor_in_a_repr() -> None:
    with pytest.raises(ConfigError) as caught:
        parse('proxy = "http://me:hunter2@proxy.test"', HERE)
    assert "hunter2" not in str(caught.value)
    config = parse('proxy = "http://me:hunter2@proxy.test:3128"', HERE)
    assert config.proxy == "http://me:hunter2@proxy.test:3128"
    assert "hunter2" not in repr(config)


@pytest.mark.parametrize(
    "contact",
    ["desk@agency.example", "https://agency.example/crawler?x=1", "http://localhost:8000/", "a.b+c@d-e.example"],
)
def test_a_contact_that_a_site_could_use_is_taken(contact: str) -> None:
    assert contact_ok(contact) == contact


@pytest.mark.parametrize(
    "contact",
    [
        "",
        "desk",
        "@agency.example",
        "desk@agency",
        "agency.example",
        "ftp://agency.example",
        "https://",
        "a b@c.example",
        "https://agency.example/(x)",
        "https://agency.example/\r\nX: y",
        "https://u:p@agency.example/",
        "ж@agency.example",
        "a" * 300 + "@b.example",
        None,
        5,
    ],
)
def test_a_contact_that_would_break_the_header_or_reach_nobody_is_not(contact: object) -> None:
    assert contact_ok(contact) is None


def test_the_user_agent_names_version_and_contact() -> None:
    assert user_agent(Config(contact="https://agency.example/"), "0.1.0") == "Dateline/0.1.0 (+https://agency.example/)"
    assert user_agent(Config(), "0.1.0") == "Dateline/0.1.0"


def test_what_is_rendered_explains_each_key_and_comments_out_what_is_not_set() -> None:
    text = render(Config(contact="desk@agency.example", sources=("tass-en", "ansa")))
    assert 'contact = "desk@agency.example"' in text
    assert 'sources = ["tass-en", "ansa"]' in text
    assert "# proxy = ..." in text
    assert all(line.startswith("#") or " = " in line or not line for line in text.splitlines())
    assert set(tomllib.loads(text)) == {"contact", "database", "sources", "disk_limit_gb", "first_poll"} | {
        "delay_floor",
        "disk_floor_gb",
        "raw_days",
        "raw_limit_gb",
        "window_days",
        "workers",
        "on_alert",
        "learn",
    }


def test_a_file_written_by_init_reads_back_in_its_folder(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(render(Config(database=Path("wire.db"), group="news")), encoding="utf-8")
    config = read(tmp_path / FILE)
    assert config == Config(database=tmp_path.resolve() / "wire.db", group="news")


NAME = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8})?", fullmatch=True)
PATH = st.from_regex(r"/[A-Za-z0-9 \"'#=\\é\-_]{1,20}", fullmatch=True).filter(lambda text: text.strip("/ ")).map(Path)


@given(
    st.builds(
        Config,
        contact=st.none() | st.sampled_from(["a@b.example", "https://b.example/x?y=z"]),
        database=PATH,
        sources_dir=st.none() | PATH,
        sources=st.lists(NAME, unique=True, max_size=4).map(tuple),
        disk_limit_gb=st.floats(min_value=0.01, max_value=1e5),
        proxy=st.none() | st.just("http://u:p@proxy.example:3128"),
        log_file=st.none() | PATH,
        group=st.none() | st.just("news-readers"),
        publish=st.none() | PATH,
        first_poll=st.integers(min_value=1, max_value=1000),
        delay_floor=st.floats(min_value=0.1, max_value=3600),
        raw_days=st.integers(min_value=0, max_value=1000),
        window_days=st.integers(min_value=1, max_value=366),
        workers=st.integers(min_value=0, max_value=64),
    )
)
def test_every_configuration_reads_back_as_it_was_written(config: Config) -> None:
    assert parse(render(config), HERE) == config
