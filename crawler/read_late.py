"""Sources by the hosts of their pages, each read from its file when a page of such a host comes: an import meets few of the
registry's sources, and to read all takes .25 s."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

from crawler import plain_toml
from crawler.fields import RegistryError
from crawler.registry import load_beside, packaged, read_source
from crawler.warc_pages import by_host, names_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from crawler.config import Config
    from crawler.source import Source
    from crawler.warc_pages import OfHost

_LISTED: Final = re.compile(r'^hosts = \[\s*((?:"[a-z0-9.:-]+"[\s,]*)+)\]$', re.MULTILINE)
"""The hosts of a file, as the packaged ones write them; one that does not is read whole."""


def registry_by_host(config: Config) -> OfHost:
    """Of the registry as an installation sees it (`load_beside`); a file that is left out is a line on standard error.

    Raises `RegistryError`, and so does what it returns for a packaged file that is wrong."""
    own, broken = load_beside(packaged(), config.sources_dir, ())
    for error in broken.values():
        click.echo(f"{error}: left out", err=True)
    return _Unread(packaged(), own, own.keys() | broken.keys())


class _Unread:
    """The sources of a folder, of which none is read that no page asks for, beside those that are read already."""

    def __init__(self, folder: Path, read: Mapping[str, Source], replaced: Collection[str]) -> None:
        self._files: dict[str, list[Path]] = {}
        known = list(read.values())
        for file in sorted(folder.glob("*.toml")):
            if file.stem in replaced:
                continue
            hosts = hosts_of(_text(file))
            if hosts is None:
                known.append(read_source(file))
            for name in names_of(hosts or ()):
                self._files.setdefault(name, []).append(file)
        self._read = by_host(known)
        self._sources: dict[Path, Source] = {}

    def __call__(self, name: str) -> list[Source]:
        return [*self._read(name), *map(self._source, self._files.get(name, ()))]

    def _source(self, file: Path) -> Source:
        if file not in self._sources:
            self._sources[file] = read_source(file)
        return self._sources[file]


def hosts_of(text: str) -> tuple[str, ...] | None:
    """The `hosts` of a source's file by a look at its lines; None where these do not tell."""
    found = _LISTED.findall(text)
    return tuple(re.findall(r'"([^"]+)"', found[0])) if len(found) == 1 else None


def _text(file: Path) -> str:
    try:
        return plain_toml.text_of(file)
    except (OSError, ValueError) as error:
        raise RegistryError(f"{file}: cannot be read as TOML: {error}") from error
