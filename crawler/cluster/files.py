"""The WARC files of a run, as people name them: paths, folders, patterns, URLs, and lists of these such as Common Crawl's
`warc.paths.gz`."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.arguments import ArgumentProblem
from crawler.cluster.dataset import address, file_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ENDS = (".warc", ".warc.gz")
_PATTERN = frozenset("*?[")
_PATTERN_OF_URL = frozenset("*[")
"""What stands behind a `?` in a URL is its query."""


def named(places: Sequence[str]) -> list[str]:
    """The addresses of the files that `places` name: a folder (of a URL: with a slash at its end) stands for the WARC files in
    it, a pattern for what matches (`*`, `[...]`, of local paths also `?`; a URL's query is part of its address, and of none).
    Raises ArgumentProblem where a local one is not there, or nothing matches."""
    found: list[str] = []
    for place in places:
        url = address(place)
        local = url.startswith("/")
        if local and Path(url).is_dir():
            several = _matching(f"{url}/*")
        elif not local and url.endswith("/"):
            several = _matching(f"{url}*")
        elif _is_pattern(url) and not (local and Path(url).exists()):
            several = _matching(url)
        elif local and not Path(url).is_file():
            raise ArgumentProblem(f"{place}: there is no such file")
        else:
            several = [url]
        if not several:
            raise ArgumentProblem(f"{place}: no WARC file (*.warc, *.warc.gz) is there")
        found += several
    return found


def listed(place: Path, prefix: str = "") -> Iterator[str]:
    """The addresses of a list, one a line, each behind `prefix`; empty lines and those that begin with `#` are left.

    A relative path without prefix is one of this folder. Raises OSError where the list cannot be read, ArgumentProblem where
    it is no list, or cannot be read again (a pipe): it is read once to count, and once to go through."""
    if not place.is_file():
        raise ArgumentProblem(f"--list {place}: no regular file, and a list is read twice: write it to a file first")
    try:
        with (
            gzip.open(place, "rt", encoding="utf-8") if place.suffix == ".gz" else place.open(encoding="utf-8") as lines
        ):
            for line in lines:
                if (text := line.strip()) and not text.startswith("#"):
                    yield address(_behind(prefix, text))
    except (UnicodeDecodeError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ArgumentProblem(
            f"--list {place}: no text in UTF-8, one address a line ({type(error).__name__}: {error})"
        ) from error


def _behind(prefix: str, path: str) -> str:
    return f"{prefix.rstrip('/')}/{path.lstrip('/')}" if prefix else path


def _is_pattern(url: str) -> bool:
    """Whether an address stands for several files. Of a URL, its host (`[::1]`) and its query are none of it."""
    if url.startswith("/"):
        return bool(_PATTERN & set(url))
    _, _, path = url.partition("?")[0].rpartition("://")[2].partition("/")
    return bool(_PATTERN_OF_URL & set(path))


def _matching(pattern: str) -> list[str]:
    from fsspec.core import url_to_fs

    try:
        fs, path = url_to_fs(pattern)
    except (ImportError, ValueError) as error:
        raise ArgumentProblem(f"{pattern}: {error}") from error
    local = pattern.startswith("/")
    addresses = [str(each) if local else str(fs.unstrip_protocol(each)) for each in fs.glob(path)]
    return sorted(each for each in addresses if file_name(each).lower().endswith(_ENDS))
