"""The WARC files of a run, as people name them: paths, folders, patterns, URLs, and lists of these such as Common Crawl's
`warc.paths.gz`."""

from __future__ import annotations

import gzip
import posixpath
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.arguments import ArgumentProblem
from crawler.cluster.dataset import address

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ENDS = (".warc", ".warc.gz")
_PATTERN = frozenset("*?[")


def named(places: Sequence[str]) -> list[str]:
    """The addresses of the files that `places` name: a folder (of a URL: with a slash at its end) stands for the WARC files in
    it, a pattern for what matches. Raises ArgumentProblem where a local one is not there, or nothing matches."""
    found: list[str] = []
    for place in places:
        url = address(place)
        local = url.startswith("/")
        if local and Path(url).is_dir():
            several = _matching(f"{url}/*")
        elif not local and url.endswith("/"):
            several = _matching(f"{url}*")
        elif _PATTERN & set(url) and not (local and Path(url).exists()):
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

    A relative path without prefix is one of this folder. Raises OSError where the list cannot be read."""
    with gzip.open(place, "rt", encoding="utf-8") if place.suffix == ".gz" else place.open(encoding="utf-8") as lines:
        for line in lines:
            if (text := line.strip()) and not text.startswith("#"):
                yield address(_behind(prefix, text))


def _behind(prefix: str, path: str) -> str:
    return f"{prefix.rstrip('/')}/{path.lstrip('/')}" if prefix else path


def _matching(pattern: str) -> list[str]:
    from fsspec.core import url_to_fs

    try:
        fs, path = url_to_fs(pattern)
    except (ImportError, ValueError) as error:
        raise ArgumentProblem(f"{pattern}: {error}") from error
    local = pattern.startswith("/")
    paths = sorted(str(each) for each in fs.glob(path) if posixpath.basename(str(each)).lower().endswith(_ENDS))
    return paths if local else [fs.unstrip_protocol(each) for each in paths]
