"""Certificates: refused by default with a reason that says which, taken where the source's TOML says why."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.config import Config
from crawler.doctor_checks import registry
from crawler.passes import crawl
from crawler.progress import Silent
from crawler.registry import parse_source
from crawler.source import Endpoint, Politeness, Source
from crawler.start import Start, at_work
from crawler.start_crawl import crawl_settings
from storage.models import Profile
from storage.reader import Reader
from tests.crawler.authority import https, made, written
from tests.crawler.small_site import extracting_here

HOST = "wire.test"


@pytest.fixture(scope="module")
def root() -> Any:
    return made("Authority of the tests")


def certificate(kind: str, root: Any) -> Any:
    if kind == "self-signed":
        return made(HOST, hosts=[HOST])
    if kind == "of an unknown authority":
        return made(HOST, made("Nobody"), hosts=[HOST])
    days = {"expired": (-5, -1), "not valid yet": (1, 5)}.get(kind, (-2, 2))
    return made(HOST, root, hosts=["other.test" if kind == "wrong host" else HOST], days=days)


async def crawled(folder: Path, port: int, unchecked: str = "") -> list[tuple[Any, ...]]:
    source = Source(
        name="wire", title="Wire", home=f"https://{HOST}:{port}", hosts=(HOST,), country=None, languages=("en",),
        profile=Profile("wire"), endpoints=(Endpoint(f"https://{HOST}:{port}/feed", "feed"),),
        politeness=Politeness(delay=0.0, unchecked_tls=unchecked),
    )  # fmt: skip
    config = replace(Config(database=folder / "news.db"), contact="a@wire.test", delay_floor=0.0, workers=1)
    settings = crawl_settings(config, quiet=True) | {"LOG_ENABLED": False}
    start = Start(config, {"wire": source}, settings, Silent(), {HOST: ("127.0.0.1", port)})
    with extracting_here():
        async with at_work(start, asyncio.Event()) as (session, runner):
            await crawl(session, source, runner)
    with Reader(config.database) as reader:
        return reader.db.conn.execute("SELECT outcome, reason, detail FROM fetches WHERE kind = 'robots'").fetchall()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("self-signed", "wire.test is self-signed"),
        (
            "of an unknown authority",
            "is sent without the certificate of the authority|authority that is not known here",
        ),
        ("expired", "wire.test is expired (20"),
        ("not valid yet", "wire.test is not valid yet (20"),
        ("wrong host", "is for another host (other.test)"),
        ("right", ""),
    ],
)
async def test_a_certificate_that_proves_nothing_is_refused_and_the_reason_says_which(
    tmp_path: Path, reactor: Any, root: Any, kind: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(written(tmp_path / "authorities.pem", root)))
    async with https(written(tmp_path / "server.pem", certificate(kind, root))) as port:
        ((outcome, reason, detail),) = await crawled(tmp_path, port)
    assert (outcome, reason) == (("failed", "tls") if said else ("listed", None))
    assert not said or any(words in detail for words in said.split("|"))


async def test_a_source_may_go_without_the_check_and_every_crawl_says_so(
    tmp_path: Path, reactor: Any, root: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with https(written(tmp_path / "server.pem", certificate("expired", root))) as port:
        with caplog.at_level(logging.WARNING):
            rows = await crawled(tmp_path, port, unchecked="expired since May, they know")
    assert rows[0][0] == "listed"
    assert "wire: the certificates of its hosts are not checked: expired since May, they know" in caplog.text


TOML = """
title = "Wire"
home = "https://wire.test"
hosts = ["wire.test"]
languages = ["en"]
[politeness]
unchecked_tls = "expired since May"
[[endpoint]]
url = "https://wire.test/feed"
kind = "feed"
"""


def test_doctor_and_status_name_the_sources_that_go_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from crawler.doctor_facts import Registered
    from crawler.show_status import show_status, unchecked
    from storage.store import Store

    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "wire.toml").write_text(TOML)
    source = parse_source(TOML, tmp_path / "sources" / "wire.toml")
    facts = type("Facts", (), {"registered": Registered(None, chosen=(source,)), "places": ()})()
    lines = [check for check in registry(facts) if check.name == "certificates"]
    assert [(check.state, "wire (expired since May)" in check.line) for check in lines] == [("warn", True)]
    Store.open(tmp_path / "news.db", write=True).close()
    config = replace(Config(database=tmp_path / "news.db"), sources_dir=tmp_path / "sources")
    show_status(config.database, now=0.0, as_json=False, unchecked=unchecked(config))
    assert "wire: the certificates of its hosts are not checked: expired since May" in capsys.readouterr().out
