"""A site over the database of a small crawl, asked as a browser would, without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("datasette", reason="datasette is not installed (extra web)")

from jinja2.bccache import Bucket, BytecodeCache

from storage.web.site import Options, Site
from tests.storage.harness import NOON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.storage.harness import Crawl


class _Compiled(BytecodeCache):
    """Templates compiled once for all sites of the tests."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


@pytest.fixture
def site_of() -> Iterator[Callable[..., Site]]:
    """`site_of(crawl, sql=False)`: its site, an hour after noon."""
    made: list[Site] = []

    def make(crawl: Crawl, **options: Any) -> Site:
        made.append(Site(crawl.path, Options(**{"clock": lambda: NOON + 3600, **options})))
        made[-1].jinja_env.bytecode_cache = _COMPILED
        return made[-1]

    yield make
    for site in made:
        site.close()


@pytest.fixture
def site(crawl: Crawl, site_of: Callable[..., Site]) -> Site:
    return site_of(crawl)
