"""The parts of `make bench`: what each measures, its command, how long it takes, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CORPUS, MILLION = "CORPUS", "MILLION"
"""Words of a command that stand for a folder or a file which is given."""


@dataclass(frozen=True, slots=True)
class Part:
    """One bench. `minutes`: on two cores that do nothing else."""

    name: str
    what: str
    command: tuple[str, ...]
    minutes: int
    optional: tuple[str, ...] = ()
    """Further words that are left out where one of them is not given."""

    @property
    def needs(self) -> str:
        """What must be given, as `make` takes it."""
        return ", ".join(f"{word}=" for word in (CORPUS, MILLION) if word in self.command)


PARTS = (
    Part(
        "extraction",
        "CPU and quality beside three others",
        ("bench/extraction.py", CORPUS, "--every", "3", "--peers"),
        5,
    ),
    Part("importing", "whole import of a WARC against bare trafilatura", ("bench/importing.py", CORPUS), 6),
    Part("crawl", "whole crawl over loopback beside the peers", ("bench/crawl.py", CORPUS), 6),
    Part("crawl-parts", "what a crawl takes beside extraction", ("bench/crawl_parts.py", CORPUS), 6),
    Part(
        "crawl-parts-many",
        "the same in a copy of a database of a million",
        ("bench/crawl_parts.py", CORPUS, "--million", MILLION),
        6,
    ),
    Part("crawl-workers", "how many workers one process can feed", ("bench/crawl_workers.py", CORPUS), 6),
    Part("storage", "the writer against raw sqlite3", ("bench/storage.py",), 5, ("--million", MILLION)),
    Part("growth", "bytes and CPU an article as the database grows", ("bench/growth.py",), 6, ("--million", MILLION)),
    Part("search", "search at a million articles", ("bench/search.py", MILLION), 2),
    Part(
        "copies",
        "near-duplicates: recall, false ones, CPU",
        ("bench/copies.py", "--corpus", CORPUS, "--originals", "150", "--brief", "--peers"),
        5,
    ),
    Part("window", "near-duplicates among a hundred thousand", ("bench/window.py", "--articles", "100000"), 2),
    Part("feeds", "feeds and sitemaps against feedparser", ("bench/feeds.py", CORPUS), 6),
    Part("start_up", "start-up of the command and of the first article", ("bench/start_up.py",), 3),
    Part("idle", "a daemon over sources that publish nothing", ("bench/idle.py",), 12),
    Part(
        "cluster", "two workers of Dask against one, and the engine's own CPU", ("bench/cluster.py", "speed", CORPUS), 6
    ),
    Part("cluster_memory", "client and scheduler over ten thousand files", ("bench/cluster.py", "memory"), 6),
    Part("cluster_kills", "an import by Dask killed fifty times", ("bench/cluster_kills.py", "50"), 7),
    Part("load", "parts into a database", ("bench/load.py",), 5),
    Part(
        "near",
        "stories of a dataset, without a database and in one",
        ("bench/near.py", CORPUS, "--originals", "100", "--digests", "--again"),
        3,
    ),
    Part(
        "cluster_model", "a year of CC-NEWS on 1 to 10,000 workers", ("bench/cluster_model.py", "--measure", CORPUS), 6
    ),
)


def command(part: Part, corpus: Path | None, million: Path | None) -> list[str] | None:
    """The words of a part's command after `python`; None where something that it needs is not given."""
    given = {CORPUS: corpus, MILLION: million}
    optional = part.optional if all(given.get(word, word) is not None for word in part.optional) else ()
    words = [given.get(word, word) for word in (*part.command, *optional)]
    return None if None in words else [str(word) for word in words]
