"""A folder set up to crawl the demo site from processes of its own: `scrapy crawl demo`, `dateline run`, the daemon.

`python -m crawler.demo --project FOLDER` writes it; tests and benches use it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from crawler.config import Config, render
from crawler.demo.sources import text_of
from crawler.demo.stories import AGENCY, AGENCY_HOST, OUTLET, OUTLET_HOST

HOSTS = (AGENCY_HOST, OUTLET_HOST)
ADDRESS = "127.0.0.1"


def write_project(
    folder: Path,
    port: int,
    *,
    first_poll: int = 10_000,
    recheck: Sequence[int] = (900, 3600),
    names: Sequence[str] = (AGENCY, OUTLET),
    workers: int = 2,
) -> Path:
    """Write dateline.toml, scrapy.cfg and the demo's sources `names` for a server on `port`; answers the database's path.

    `recheck`: ages in seconds at which articles are looked at again; the demo's own few seconds suit one process only."""
    folder = folder.absolute()  # what dateline.toml says holds from wherever a command is called
    own = folder / "sources"
    own.mkdir(parents=True, exist_ok=True)
    for name in names:
        (own / f"{name}.toml").write_text(
            re.sub(r"^recheck = .*$", f"recheck = {list(recheck)}", text_of(name, port), flags=re.MULTILINE),
            encoding="utf-8",
        )
    config = replace(
        Config(database=folder / "news.db"),
        contact="demo@agency.test",
        sources_dir=own,
        sources=tuple(names),
        first_poll=first_poll,
        delay_floor=0.1,
        workers=workers,
    )
    (folder / "dateline.toml").write_text(render(config), encoding="utf-8")
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = crawler.settings\n", encoding="utf-8")
    return config.database


def opened(port: int, *more: str) -> Sequence[str]:
    """`--at` options that open the demo's hosts (and `more`) in the address guard of a `dateline` command."""
    return [part for host in (*HOSTS, *more) for part in ("--at", f"{host}={ADDRESS}:{port}")]
