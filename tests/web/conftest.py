"""One browser, one database of each kind and one server of each a process of the tests."""

from __future__ import annotations

import fcntl
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.web import hostile, wire
from tests.web.browser import browsing, chromium, watched
from tests.web.serving import served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from playwright.async_api import Browser, BrowserContext


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with browsing() as one:
        yield one


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of this run of the tests share."""
    chromium()
    pytest.importorskip("datasette", reason="datasette is not installed (extra web)")
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "web"
    folder.mkdir(exist_ok=True)
    return folder


def _once(folder: Path, name: str, make: Callable[[Path], Any]) -> dict[str, Any]:
    """What `make` says of the database that it made, by whichever process came first."""
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = folder / f"{name}.json"
        if not told.exists():
            made = asdict(make(folder / f"{name}.db"))
            told.write_text(json.dumps(made, default=str), encoding="utf-8")
        return dict(json.loads(told.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def news(shared: Path) -> wire.Wire:
    """The day of the wire."""
    found = _once(shared, "wire", lambda path: wire.make(path, float(int(time.time()))))
    return wire.Wire(**{**found, "path": Path(found["path"])})


@pytest.fixture(scope="session")
def scripts(shared: Path) -> hostile.Hostile:
    """The database that is nothing but scripts."""
    found = _once(shared, "hostile", lambda path: hostile.make(path, float(int(time.time()))))
    return hostile.Hostile(**{**found, "path": Path(found["path"])})


@pytest.fixture(scope="session")
def site(news: wire.Wire, shared: Path) -> Iterator[str]:
    """The address of the site over `news`."""
    with served(news.path, shared) as base:
        yield base


@pytest.fixture(scope="session")
def trap(scripts: hostile.Hostile, shared: Path) -> Iterator[str]:
    """The address of the site over `scripts`."""
    with served(scripts.path, shared) as base:
        yield base


@pytest.fixture
async def reader(browser: Browser, site: str, request: pytest.FixtureRequest) -> AsyncIterator[BrowserContext]:
    """A reader of the site, in whose browser nothing may happen that the watch sees; `@pytest.mark.parametrize` it
    indirectly with options of the context."""
    options = getattr(request, "param", {})
    async with watched(browser, site, **options) as (context, watch):
        yield context
        assert watch.quiet, watch
