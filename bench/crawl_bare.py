"""Bare trafilatura over some of a crawl's pages, in a process of its own: what `bench/crawl_parts.py` holds the crawl against.

    python bench/crawl_bare.py PAGES.json

PAGES.json is a list of [file.html.gz, address]. Each page is given to `trafilatura.bare_extraction(with_metadata=True)` as the
bytes that a server would send. Prints one line of JSON: pages, their bytes, and CPU seconds of the process in the calls alone;
reading, unpacking and a first page, which loads what all need, are not in them."""

from __future__ import annotations

import gzip
import json
import logging
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST = "<html><body><article><h1>Port</h1><p>The port is open again, the mayor said on Tuesday.</p></article></body></html>"


@dataclass(frozen=True, slots=True)
class Bare:
    """What the pages took: `cpu` in seconds, `size` in bytes of all pages."""

    pages: int
    size: int
    cpu: float

    @property
    def ms(self) -> float:
        """Milliseconds a page."""
        return self.cpu / self.pages * 1000


def some(pages: Sequence[tuple[str, str]], every: int, turn: int) -> list[tuple[str, str]]:
    """Each so many-th of (file, address) in the order of the files' sizes, so that small and large ones have their share;
    another part each turn, all pages in `every` turns. Never none: where there are fewer than `every`, the middle one."""
    ordered = sorted(pages, key=lambda page: (Path(page[0]).stat().st_size, page))
    return ordered[turn % every :: every] or [ordered[len(ordered) // 2]]


def measured(pages: Sequence[tuple[str, str]], folder: Path) -> Bare:
    """The pages in a new process. Raises RuntimeError where it fails, with the last of what it said."""
    listed = folder / "bare.json"
    listed.write_text(json.dumps(pages), encoding="utf-8")
    command = [sys.executable, __file__, str(listed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"bare trafilatura ended with {done.returncode}: {done.stderr[-500:]}")
    return Bare(**json.loads(done.stdout))


def main() -> None:
    from trafilatura import bare_extraction

    logging.disable(logging.CRITICAL)
    bare_extraction(FIRST, with_metadata=True)
    pages = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    size, cpu = 0, 0.0
    for file, url in pages:
        body = gzip.decompress(Path(file).read_bytes())
        size += len(body)
        began = time.process_time()
        bare_extraction(body, url=url, with_metadata=True)
        cpu += time.process_time() - began
    print(json.dumps({"pages": len(pages), "size": size, "cpu": cpu}))


if __name__ == "__main__":
    main()
