"""The registry: TOML to sources, and the packaged sources themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from crawler import profiles, registry, start_crawl
from crawler.config import Config
from crawler.discovery.links import on_hosts, source_of
from crawler.registry import RegistryError
from crawler.source import Politeness
from storage.models import Profile, RuleSet

GOOD = r"""
title = "Agency"
home = "https://agency.test"
hosts = ["agency.test", "feeds.agency.test"]
languages = ["en"]
confidence = "low"
evidence = ["seen"]

[articles]
url = ['^https?://agency\.test/[a-z]+/\d+$']
not = ['/video/']
examples = ["https://agency.test/world/1", "https://www.agency.test/world/1"]
counterexamples = ["https://agency.test/video/1", "https://other.test/world/1"]

[profile]
agency = "AGY"
timezone = "Europe/Moscow"
body = [".text"]
agency_id = '/(\d+)$'
recheck = [60, 120]

[politeness]
delay = 1

[[endpoint]]
url = "https://feeds.agency.test/all.xml"
kind = "feed"
interval = 60

[[endpoint]]
url = "https://agency.test/{year}/{month:02}.xml"
kind = "sitemap"
role = "archive"
follow = 'part\d'
"""
GOOD = GOOD.replace("^https?://agency", r"^https?://(?:www\.)?agency")


def write(folder: Path, text: str = GOOD, name: str = "agency.toml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return folder


def test_a_file_becomes_a_source(tmp_path: Path) -> None:
    source = registry.load(write(tmp_path))["agency"]
    assert (source.name, source.title, source.hosts, source.country) == (
        "agency",
        "Agency",
        ("agency.test", "feeds.agency.test"),
        None,
    )
    assert (source.profile.source, source.profile.agency, source.profile.languages) == ("agency", "AGY", ("en",))
    assert (source.profile.recheck, source.profile.agency_id) == ((60, 120), r"/(\d+)$")
    assert source.gone_gap == 3600
    assert source.politeness == Politeness(delay=1.0)
    feed, archive = source.endpoints
    assert (feed.kind, feed.role, feed.interval, archive.role, archive.follow) == (
        "feed",
        "live",
        60,
        "archive",
        r"part\d",
    )
    assert (source.verified, source.closed, source.confidence) == (False, None, "low")
    assert source.file == str(tmp_path / "agency.toml")


def test_a_profiles_version_follows_its_data_and_nothing_else(tmp_path: Path) -> None:
    one = registry.load(write(tmp_path / "a"))["agency"].profile
    same = registry.load(write(tmp_path / "b", GOOD.replace('title = "Agency"', 'title = "The agency"')))[
        "agency"
    ].profile
    other = registry.load(write(tmp_path / "c", GOOD.replace(".text", ".body")))["agency"].profile
    assert one.version == same.version != other.version
    assert profiles.version_of(replace(one, version="x")) == one.version
    assert profiles.version_of(replace(one, recheck=(77,))) == one.version, (
        "when a page is looked at again changes no text"
    )


def test_older_layouts_say_only_what_was_other(tmp_path: Path) -> None:
    older = """dateline = '(?P<place>[A-Z ]+) — '
[[profile.earlier]]
valid_until = "2019-12-31"
body = ["#old"]
drop = []
[[profile.earlier]]
valid_until = "2023-06-30"
title = ["h2.head"]
"""
    text = GOOD.replace('body = [".text"]\n', 'body = [".text"]\ndrop = [".share"]\n')
    text = text.replace("recheck = [60, 120]\n", f"recheck = [60, 120]\n{older}")
    profile = registry.load(write(tmp_path, text))["agency"].profile
    first, second = profile.earlier
    assert (first.valid_until, first.body, first.drop, first.title) == ("2019-12-31", ("#old",), (), ())
    assert (second.valid_until, second.body, second.drop, second.title) == (
        "2023-06-30", (".text",), (".share",), ("h2.head",),
    )  # fmt: skip
    assert {one.dateline for one in (profile, first, second)} == {"(?P<place>[A-Z ]+) — "}
    assert {one.timezone for one in (first, second)} == {"Europe/Moscow"}
    assert profile.version == profiles.version_of(profile) != profiles.version_of(replace(profile, earlier=(first,)))


def test_what_a_profile_does_not_say_and_what_was_learned_are_no_part_of_its_version() -> None:
    plain = Profile("agency", body=("#a",))
    assert profiles.version_of(replace(plain, rules=RuleSet(3, frozenset({"k"})))) == profiles.version_of(plain)
    assert profiles.version_of(replace(plain, lead=("#b",))) != profiles.version_of(plain)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("dateline = '[A-Z]+ — '", "profile.dateline: expected a regular expression with named groups of place, date"),
        ("dateline = '(?P<town>[A-Z]+) — '", "profile.dateline: expected a regular expression with named groups"),
        ("dateline = '(?P<place>'", "profile.dateline: expected a regular expression ("),
        ('[[profile.earlier]]\nbody = ["#old"]', "earlier[1].valid_until: expected the older layout's last day"),
        ('[[profile.earlier]]\nvalid_until = "2019-01-01"\nagency = "X"', "earlier[1].agency: unknown key"),
        (
            'valid_until = "2018-12-31"\n[[profile.earlier]]\nvalid_until = "2019-01-01"',
            "profile.earlier: expected the oldest layout first",
        ),
    ],
)
def test_a_wrong_layout_is_told(tmp_path: Path, said: str, message: str) -> None:
    text = GOOD.replace("recheck = [60, 120]\n", f"recheck = [60, 120]\n{said}\n")
    with pytest.raises(RegistryError) as raised:
        registry.load(write(tmp_path, text))
    assert message in str(raised.value)


def test_a_broken_file_of_ones_own_stops_only_its_own_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packaged, own = write(tmp_path / "packaged"), write(tmp_path / "own", name="mine.toml")
    for name in ("agency", "torn"):  # the first would take a packaged one's place
        write(own, "title = [", name=f"{name}.toml")
    sources, broken = registry.load_beside(packaged, own)
    assert (list(sources), sorted(broken)) == (["mine"], ["agency", "torn"])
    monkeypatch.setattr(start_crawl, "packaged", lambda: packaged)
    config = replace(Config(database=tmp_path / "news.db"), sources_dir=own, sources=("mine", "torn"))
    chosen, left_out = start_crawl.chosen(config, [])
    assert list(chosen) == ["mine"]
    assert [str(own / "torn.toml") in str(error) for error in left_out] == [True]
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert all(line.endswith(": left out") and str(own) in line for line in said)
    assert start_crawl.chosen(config, ["mine"])[1] == []
    for names, configured in (["torn"], ("mine",)), ([], ("torn",)):
        with pytest.raises(RegistryError, match=r"torn\.toml: cannot be read as TOML"):
            start_crawl.chosen(replace(config, sources=configured), names)


def test_a_later_folder_takes_the_place_of_a_whole_file(tmp_path: Path) -> None:
    packaged, own = write(tmp_path / "a"), write(tmp_path / "b", GOOD.replace("[politeness]\ndelay = 1", ""))
    write(packaged, name="other.toml")
    sources = registry.load(packaged, own)
    assert (list(sources), sources["agency"].politeness, sources["agency"].file) == (
        ["agency", "other"], Politeness(), str(own / "agency.toml"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "Agency"', "", "title: expected a text, found nothing"),
        ('title = "Agency"', "title = 3", "title: expected a text, found 3"),
        ('title = "Agency"', 'title = "Agency"\ntimezon = "x"', "timezon: unknown key"),
        ('title = "Agency"', 'title = "A"\nverfied = true', "verfied: unknown key; did you mean 'verified'?"),
        ('title = "Agency"', 'title = "A"\nverified = "no"', "verified: expected true or false"),
        ("recheck", "rechek", "profile.rechek: unknown key; did you mean 'recheck'?"),
        ('home = "https://agency.test"', 'home = "agency.test"', "home: expected an http or https address"),
        ('home = "https://agency.test"', 'home = "https://elsewhere.test"', "hosts: expected also the host of https://elsewhere.test"),
        ('"agency.test", ', '"https://agency.test", ', "hosts: expected a list of host names"),
        ('languages = ["en"]', 'languages = ["English"]', "languages: expected a list of language tags"),
        ('languages = ["en"]', "languages = []", "languages: expected a list"),
        ('confidence = "low"', 'confidence = "sure"', "confidence: expected 'high' or 'medium' or 'low'"),
        ("'/video/'", "'(/video/'", "articles.not: expected a regular expression"),
        ("/world/1\"", "/about\"", "articles.examples: expected addresses that `url`, `not` and `hosts` accept"),
        ("https://agency.test/video/1", "https://agency.test/sport/1", "counterexamples: expected addresses that are refused"),
        ("https://agency.test/video/1", "ftp://agency.test/sport/1", "counterexamples: expected an http or https address"),
        ("Europe/Moscow", "Europe/Atlantis", "profile.timezone: expected an IANA timezone"),
        ("Europe/Moscow", "../../etc/passwd", "profile.timezone: expected an IANA timezone"),
        ('".text"', '".text["', "profile.body: expected a CSS selector"),
        (r"'/(\d+)$'", r"'/\d+$'", "profile.agency_id: expected a regular expression whose group 1 is the id"),
        ("[60, 120]", "[120, 60]", "profile.recheck: expected rising whole numbers"),
        ("delay = 1", 'delay = "1"', "politeness.delay: expected a number from 0.0 up"),
        ("delay = 1", "in_flight = 0", "politeness.in_flight: expected a whole number from 1 up"),
        ('kind = "feed"', 'kind = "rss"', "endpoint[1].kind: expected 'feed' or 'sitemap' or 'listing', found 'rss'"),
        ("interval = 60", "interval = 1", "endpoint[1].interval: expected a whole number from 30 up"),
        ("interval = 60", "follow = 'x'", "endpoint[1].follow: expected only endpoints of kind 'sitemap'"),
        ("interval = 60", 'article = ["a"]', "endpoint[1].article: expected only endpoints of kind 'listing'"),
        ("{month:02}", "{week}", "endpoint[2].url: expected an address, or an archive's template"),
        ('role = "archive"', "", "endpoint[2].url: expected an address without date fields, or role = 'archive'"),
        ("interval = 60", 'next = ["a"]', "endpoint[1].next: expected only endpoints of kind 'listing'"),
        ("interval = 60", 'json = {items = "a", url = "b"}', "endpoint[1].json: expected only endpoints of kind 'listing'"),
        ("interval = 60", "post = {a = 1}", "endpoint[1].post: expected only endpoints of kind 'listing'"),
        ("interval = 60", "post = {a = 2020-01-01}", "endpoint[1].post: expected what JSON can say"),
        ("interval = 60", 'json = {items = "a"}', "endpoint[1].json.url: expected a text, found nothing"),
        ("interval = 60", 'full_text = "no"', "endpoint[1].full_text: expected 'witness' or 'article'"),
        ('title = "Agency"', 'title = "A"\narchive_from = "2020-02-30"', "archive_from: expected a day"),
        ("delay = 1", "hourly = 0", "politeness.hourly: expected a whole number from 1 up"),
        ("[[endpoint]]", "[[endpoints]]", "endpoint: expected one or more tables [[endpoint]]"),
        ("title =", "title ==", "cannot be read as TOML"),
    ],
)  # fmt: skip
def test_an_error_names_file_key_and_what_was_expected(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(RegistryError) as caught:
        registry.load(write(tmp_path, GOOD.replace(old, new)))
    assert str(tmp_path / "agency.toml") in str(caught.value)
    assert message in str(caught.value)


def test_a_file_with_a_name_that_is_none_and_a_missing_folder_are_errors(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="lower case"):
        registry.load(write(tmp_path, name="My_Agency.toml"))
    with pytest.raises(RegistryError, match="no such folder"):
        registry.load(tmp_path / "nowhere")


def test_selecting_an_unknown_name_shows_near_ones(tmp_path: Path) -> None:
    sources = registry.load(write(tmp_path))
    assert list(registry.select(sources, ["agency", "agency"])) == ["agency"]
    with pytest.raises(RegistryError, match="no source is called 'agancy'; did you mean agency"):
        registry.select(sources, ["agancy"])


def test_hosts_mean_their_own_name_and_its_www_twin_only() -> None:
    hosts = ("agency.test", "www.other.test", "here.test:8080")
    for url in (
        "https://agency.test/1",
        "http://WWW.agency.test:80/1",
        "https://other.test",
        "http://here.test:8080/1",
        "https://agency.test.",
    ):
        assert on_hosts(url, hosts), url
    for url in ("https://cdn.agency.test/", "https://agency.test.evil.test/", "https://agency.test:8443/",
                "http://here.test/", "https://evil.test/agency.test",
                "https://evil.test\\@agency.test/", "https://agency.test@evil.test/"):  # fmt: skip
        assert not on_hosts(url, hosts), url
    assert on_hosts("https://agency.test:8443/", hosts, frozenset({8443}))


def test_an_international_host_is_one_in_either_spelling(tmp_path: Path) -> None:
    named = GOOD.replace('hosts = ["agency.test", ', 'hosts = ["agency.test", "новости.test:8080", "bücher.test", ')
    source = registry.read_source(write(tmp_path, named) / "agency.toml")
    assert source.hosts == ("agency.test", "xn--b1amnebsh.test:8080", "xn--bcher-kva.test", "feeds.agency.test")
    for url in (
        "http://новости.test:8080/1",
        "http://xn--b1amnebsh.test:8080/1",
        "https://www.BÜCHER.test/",
        "https://bücher.test",
    ):
        assert on_hosts(url, source.hosts), url
        assert on_hosts(url, ("новости.test:8080", "bücher.test")), url
    assert not on_hosts("https://bucher.test/", source.hosts)
    too_long = GOOD.replace('"agency.test", ', f'"agency.test", "{"я" * 70}.test", ')
    with pytest.raises(RegistryError, match="hosts: expected host names"):
        registry.read_source(write(tmp_path, too_long) / "agency.toml")


def test_a_pages_source_is_found_by_twin_host_and_of_two_editions_by_its_form() -> None:
    sources = registry.load(registry.packaged()).values()

    def name(url: str) -> str | None:
        found = source_of(url, sources)
        return found.name if found else None

    assert name("https://www.tass.com/politics/1893787") == "tass-en"
    assert name("https://ansa.it/x") == "ansa"
    editions = {s.name: s.examples[0] for s in sources if s.name.startswith("anadolu")}
    assert {name(url) for url in editions.values()} == set(editions)
    assert name("https://example.org/") is None


def test_the_ladder_of_looks_has_a_default_and_may_be_empty_and_a_gap_may_be_set(tmp_path: Path) -> None:
    plain = registry.read_source(write(tmp_path / "a", GOOD.replace("recheck = [60, 120]\n", "")) / "agency.toml")
    assert plain.profile.recheck == (900, 3600, 10800, 21600, 86400, 259200)
    never = GOOD.replace("recheck = [60, 120]", "recheck = []").replace("[profile]", "gone_gap = 7200\n\n[profile]")
    source = registry.read_source(write(tmp_path / "b", never) / "agency.toml")
    assert (source.profile.recheck, source.gone_gap) == ((), 7200)
    with pytest.raises(RegistryError, match=r"articles.gone_gap: expected a whole number from 60"):
        registry.read_source(write(tmp_path / "c", never.replace("7200", "5")) / "agency.toml")
