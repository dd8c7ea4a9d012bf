from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.storage.harness import Crawl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def crawl(tmp_path: Path) -> Iterator[Crawl]:
    at_work = Crawl(tmp_path / "news.db")
    yield at_work
    at_work.close()
