"""The peers of `bench/crawl.py`, each in an environment of its own under `.bench/`, and how each is told to read a list of
addresses as quickly as it allows, without a delay between requests."""

from __future__ import annotations

import csv
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.peers import ENVIRONMENTS, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bench.crawl_pages import Site

LEAST_TEXT = 100
"""Characters from which on a page counts as one with text."""

TRAFILATURA = """[DEFAULT]
SSRF_PROTECTION = off
SLEEP_TIME = 0
DOWNLOAD_TIMEOUT = 60
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """`requirements`: what pip installs, the first names the environment. `commands`: from (bin folder, folder of the run,
    file of addresses) to what is run one after another; `texts`: from the folder of the run to the texts found."""

    name: str
    requirements: tuple[str, ...]
    commands: Callable[[Path, Path, Path], list[list[str]]]
    texts: Callable[[Path], list[str]]
    ours_at_least: float

    @property
    def environment(self) -> Path:
        return ENVIRONMENTS / self.requirements[0].replace("==", "-")

    def prepared(self, folder: Path, site: Site) -> list[list[str]]:
        addresses = folder / "addresses.txt"
        addresses.write_text("\n".join(site.addresses()) + "\n", encoding="utf-8")
        return self.commands(self.environment / "bin", folder, addresses)


def environment() -> Mapping[str, str]:
    """Of a peer's processes: dials loopback only."""
    return {**os.environ, "PYTHONPATH": str(ROOT / "bench" / "crawl_offline"), "PYTHONWARNINGS": "ignore"}


def pages_with_text(texts: list[str]) -> int:
    return sum(len(text.strip()) >= LEAST_TEXT for text in texts)


def _scrapy(programs: Path, folder: Path, addresses: Path) -> list[list[str]]:
    spider = str(ROOT / "bench" / "crawl_peer_scrapy.py")
    return [[str(programs / "scrapy"), "runspider", spider, "-a", f"addresses={addresses}", "-O", "items.jsonl"]]


def _trafilatura(programs: Path, folder: Path, addresses: Path) -> list[list[str]]:
    config = folder / "trafilatura.cfg"
    config.write_text(TRAFILATURA, encoding="utf-8")
    (folder / "texts").mkdir()
    return [
        [
            str(programs / "trafilatura"), "--input-file", str(addresses), "--parallel", "2", "--config-file", str(config),
            "--output-dir", "texts", "--json", "--with-metadata",
        ]
    ]  # fmt: skip


def _minet(programs: Path, folder: Path, addresses: Path) -> list[list[str]]:
    rows = folder / "addresses.csv"
    rows.write_text("url\n" + addresses.read_text(encoding="utf-8"), encoding="utf-8")
    minet = str(programs / "minet")
    return [
        [
            minet, "fetch", "url", "-i", str(rows), "--output-dir", "pages", "-o", "fetched.csv", "--threads", "8",
            "--throttle", "0", "--simple-progress",
        ],
        [
            minet, "extract", "-i", "fetched.csv", "--input-dir", "pages", "-p", "2", "-o", "texts.csv",
            "--simple-progress",
        ],
    ]  # fmt: skip


def _script(name: str) -> Callable[[Path, Path, Path], list[list[str]]]:
    script = str(ROOT / "bench" / f"crawl_peer_{name}.py")
    return lambda programs, folder, addresses: [[str(programs / "python"), script, str(addresses), "items.jsonl"]]


def _of_lines(folder: Path) -> list[str]:
    lines = (folder / "items.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] or "" for line in lines]


def _of_files(folder: Path) -> list[str]:
    files = (folder / "texts").rglob("*.json")
    return [json.loads(file.read_text(encoding="utf-8")).get("text") or "" for file in files]


def _of_table(folder: Path) -> list[str]:
    csv.field_size_limit(sys.maxsize)
    with (folder / "texts.csv").open(encoding="utf-8", newline="") as rows:
        return [row.get("content") or "" for row in csv.DictReader(rows)]


PEERS = (
    Peer("Scrapy + trafilatura", ("scrapy==2.19.0", "trafilatura==2.3.1", "lxml_html_clean"), _scrapy, _of_lines, 2.5),
    Peer("trafilatura CLI", ("trafilatura==2.3.1", "lxml_html_clean"), _trafilatura, _of_files, 2.0),
    Peer("minet", ("minet==4.2.1", "lxml_html_clean"), _minet, _of_table, 2.0),
    Peer("newspaper4k", ("newspaper4k==0.9.6", "lxml_html_clean"), _script("newspaper4k"), _of_lines, 5.0),
    Peer("news-please", ("news-please==1.6.16",), _script("news_please"), _of_lines, 5.0),
)
