"""Shards: no host in two of them, few moves when their number or the registry changes, and what an installation tells."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import shards
from crawler.cli import main
from crawler.config import Config, ConfigError, configuration, parse, render
from crawler.discovery.links import on_hosts
from crawler.registry import load, packaged
from crawler.sharded import elsewhere, narrowed
from crawler.shards import Shard
from crawler.source import Endpoint, Source
from crawler.start_crawl import chosen
from storage.health import Standing
from storage.models import Profile
from storage.store import Store

TOML = """
title = "{name}"
home = "https://{host}"
hosts = {hosts}
languages = ["en"]

[[endpoint]]
url = "https://{host}/rss"
kind = "feed"
"""


def made(name: str, *hosts: str, home: str | None = None, feed: str | None = None) -> Source:
    home = home or f"https://{hosts[0]}"
    endpoints = (Endpoint(feed or f"{home}/rss", "feed"),)
    return Source(name, name, home, hosts, None, ("en",), Profile(name), endpoints)


HOSTS = st.builds(
    "{}{}{}".format,
    st.sampled_from(("", "www.", "ar.", "en.")),
    st.sampled_from(
        [f"{word}.{end}" for word in ("alpha", "beta", "gamma", "delta", "omega") for end in ("test", "org")]
    ),
    st.sampled_from(("", "", "", ":8080", ":443")),
)
REGISTRIES = st.lists(st.lists(HOSTS, min_size=1, max_size=3, unique=True), min_size=1, max_size=12).map(
    lambda found: [made(f"source-{place}", *hosts) for place, hosts in enumerate(found)]
)


@settings(max_examples=20, deadline=None)
@given(REGISTRIES, st.integers(1, 7))
def test_every_source_is_in_one_shard_and_no_host_in_two(registry: list[Source], of: int) -> None:
    places = shards.numbers(registry, of)
    assert places.keys() == {source.name for source in registry}
    assert all(1 <= place <= of for place in places.values())
    for one in registry:
        for other in registry:
            meet = any(
                on_hosts(f"{scheme}://{host}/", other.hosts) for scheme in ("http", "https") for host in one.hosts
            )
            assert not meet or places[one.name] == places[other.name], (one.hosts, other.hosts)
    assert places == shards.numbers(registry[::-1], of), "in whatever order they are read"


@settings(max_examples=20, deadline=None)
@given(REGISTRIES, st.integers(1, 7))
def test_with_one_shard_more_a_source_stays_or_goes_to_the_new_one(registry: list[Source], of: int) -> None:
    before, after = shards.numbers(registry, of), shards.numbers(registry, of + 1)
    assert all(after[name] in (before[name], of + 1) for name in before)


@pytest.mark.parametrize("of", [1, 2, 3, 4, 9])
def test_with_one_shard_more_one_group_of_so_many_moves(of: int) -> None:
    keys = [f"site{number}.test" for number in range(3000)]
    moved = sum(shards.number(key, of) != shards.number(key, of + 1) for key in keys)
    assert moved / len(keys) == pytest.approx(1 / (of + 1), abs=0.03)
    sizes = Counter(shards.number(key, of) for key in keys)
    assert min(sizes.values()) > 0.85 * len(keys) / of


@settings(max_examples=20, deadline=None)
@given(REGISTRIES, st.lists(HOSTS, min_size=1, max_size=3, unique=True), st.integers(2, 7))
def test_a_new_source_moves_none_but_those_it_joins(registry: list[Source], hosts: list[str], of: int) -> None:
    new = made("new", *hosts)
    before, after = shards.numbers(registry, of), shards.numbers([*registry, new], of)
    joined = next(group for group in shards.groups([*registry, new]) if "new" in group.sources)
    assert all(before[name] == after[name] for name in before if name not in joined.sources)


def test_an_edition_that_joins_its_site_moves_nobody() -> None:
    site = made("site-en", "site.org")
    (alone,) = shards.groups([site])
    (both,) = shards.groups([site, made("site-ar", "ar.site.org", "site.org")])
    assert alone.key == both.key == "site.org"
    assert both.sources == ("site-ar", "site-en")


def test_ports_count_as_in_the_registry() -> None:
    assert shards.hosts(made("one", "WWW.Site.test:443")) == {"site.test"}
    assert shards.hosts(made("one", "site.test:8080")) == {"site.test:8080"}
    assert shards.hosts(made("one", "site.test", home="http://site.test:8080")) == {"site.test", "site.test:8080"}
    assert shards.hosts(made("one", "почта.test")) == {"xn--80a1acny.test"}
    apart = shards.groups([made("one", "site.test:8080"), made("two", "site.test:8081")])
    assert [group.sources for group in apart] == [("one",), ("two",)]


def test_the_places_of_known_hosts_never_change() -> None:
    # Another hash, or another order, would move every source of every installation at its next start.
    keys = ("reuters.com", "tass.com", "xinhuanet.com", "france24.com", "afp.com", "dpa.de")
    assert [shards.number(key, 4) for key in keys] == PLACES


PLACES = [2, 3, 1, 4, 3, 4]


def test_no_host_of_the_packaged_registry_is_in_two_shards() -> None:
    registry = load(packaged())
    for of in (2, 3, 4):
        places = shards.numbers(registry.values(), of)
        taken: dict[str, int] = {}
        for source in registry.values():
            for host in shards.hosts(source):
                assert taken.setdefault(host, places[source.name]) == places[source.name], host


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/", "/2", "-1/2", "1/2/3", "1/1001", "٣/٤", "1 / 2"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    assert shards.parse(text) is None


def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """Twelve sources of a folder, two of which share a host, all chosen."""
    folder = tmp_path / "own"
    folder.mkdir()
    hosts = {f"own-{number}": [f"own{number}.test"] for number in range(10)}
    hosts |= {"twin-en": ["twin.test"], "twin-ar": ["ar.twin.test", "www.twin.test"]}
    for name, own in hosts.items():
        text = TOML.format(name=name, host=own[0], hosts=json.dumps(own))
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    config = Config(sources_dir=folder, sources=tuple(hosts), database=tmp_path / "news.db")
    (tmp_path / "dateline.toml").write_text(render(config), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "none").mkdir()  # in the place of the packaged ones, which take .2 s to read
    for module in ("registry", "start_crawl"):
        monkeypatch.setattr(f"crawler.{module}.packaged", lambda: tmp_path / "none")
    return config


def test_the_shards_of_an_installation_are_all_that_it_has_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = installed(tmp_path, monkeypatch)
    parts = [set(chosen(replace(config, shard=f"{number}/3"), ())[0]) for number in (1, 2, 3)]
    assert sorted(name for part in parts for name in part) == sorted(config.sources)
    assert [set(narrowed(replace(config, shard=f"{number}/3")).sources) for number in (1, 2, 3)] == parts
    twins = [part for part in parts if part & {"twin-en", "twin-ar"}]
    assert len(twins) == 1
    assert twins[0] >= {"twin-en", "twin-ar"}
    assert narrowed(config) is not None
    assert narrowed(config).sources == config.sources
    assert not elsewhere(config)


def test_a_named_source_of_another_shard_is_refused_with_the_way_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = installed(tmp_path, monkeypatch)
    place = shards.numbers(load(tmp_path / "own").values(), 3)["twin-ar"]
    other = Shard(place % 3 + 1, 3)
    with pytest.raises(ConfigError) as refused:
        chosen(replace(config, shard=str(other)), ["twin-ar"])
    assert str(refused.value).startswith(
        f"twin-ar together with twin-en, which share its hosts, belongs to shard {place}/3, and this is shard {other}"
    )
    run = CliRunner().invoke(main, ["run", "twin-ar", "--shard", str(other)])
    assert run.exit_code == 2
    assert f"belongs to shard {place}/3" in run.output


def test_the_shard_of_the_environment_goes_before_the_file_and_the_options_before_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = installed(tmp_path, monkeypatch)
    (tmp_path / "dateline.toml").write_text(render(replace(config, shard="1/3")), encoding="utf-8")
    assert configuration(None, tmp_path).shard == "1/3"
    monkeypatch.setenv("DATELINE_SHARD", "2/3")
    assert configuration(None, tmp_path).shard == "2/3"
    shown = CliRunner().invoke(main, ["sources", "list", "--shard", "3/3", "--json"])
    places = {row["name"]: row["shard"] for row in json.loads(shown.output)}
    assert {name for name, place in places.items() if place == 3 and name in config.sources} == set(
        chosen(replace(config, shard="3/3"), ())[0]
    )
    monkeypatch.setenv("DATELINE_SHARD", "3")
    with pytest.raises(ConfigError, match="DATELINE_SHARD='3': expected K/N"):
        configuration(None, tmp_path)
    with pytest.raises(ConfigError, match="shard = "):
        parse('shard = "4/3"', tmp_path / "dateline.toml")


def test_sources_that_went_to_another_shard_are_told_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = installed(tmp_path, monkeypatch)
    mine = chosen(replace(config, shard="1/3"), ())[0]
    with Store.open(config.database) as store:
        for name in config.sources:
            store.begin_run(name, 1_790_000_000.0).result()
            state = "ok" if name in mine else "quiet"
            store.write_health(name, Standing(state, None, 1_790_000_000.0, 1_790_000_000.0)).result()
    monkeypatch.setenv("DATELINE_SHARD", "1/3")
    told = json.loads(CliRunner().invoke(main, ["status", "--json"]).output)
    assert {row["source"] for row in told["sources"]} == set(mine)
    said = CliRunner().invoke(main, ["status"]).output
    assert f"{len(config.sources) - len(mine)} more are crawled by other shards now" in said
    health = json.loads(CliRunner().invoke(main, ["health", "--json", "--late", "100000000"]).output)
    assert health["sources"] == len(mine)
