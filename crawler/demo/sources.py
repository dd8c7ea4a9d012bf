"""The demo's hosts as sources of the registry, at the port that a server got: `agencies/*.toml`.

The files are in the registry's own layout and read by it, but for two things: `{port}` stands for the port (so other
braces are doubled), and the interval between polls, which no real site should be asked for, is set here.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from crawler.demo.stories import AGENCY, AGENCY_HOST, OUTLET
from crawler.registry import read_source
from crawler.source import Source

INTERVAL = 2


def sources(port: int) -> dict[str, Source]:
    """`demo` and `demo-outlet` by name, for a server on `port`."""
    return {name: _read(name, name, text_of(name, port)) for name in (AGENCY, OUTLET)}


def grown(port: int) -> dict[str, Source]:
    """The grown demo's wire and paper by name, without a delay between requests."""
    read = (_read(name, name, text_of(name, port)) for name in ("grown-wire", "grown-paper"))
    return {one.name: replace(one, politeness=replace(one.politeness, delay=0.0)) for one in read}


def mirror(host: str, port: int) -> Source:
    """The agency again as a source of its own under another host's name (`slow.test` is source `slow`)."""
    text = text_of(AGENCY, port)
    for old, new in ((AGENCY_HOST, host), (AGENCY_HOST.replace(".", r"\."), host.replace(".", r"\."))):
        text = text.replace(old, new)
    return _read(host.partition(".")[0], AGENCY, text)


def text_of(name: str, port: int) -> str:
    """One source's TOML for a server on `port`, with the interval that the registry allows."""
    return _file(name).read_text(encoding="utf-8").format(port=port)


def _file(name: str) -> Path:
    return Path(__file__).parent / "agencies" / f"{name}.toml"


def _read(name: str, file: str, text: str) -> Source:
    with TemporaryDirectory(prefix="dateline-demo-") as folder:
        path = Path(folder) / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        source = read_source(path)
    polled = tuple(replace(endpoint, interval=INTERVAL) for endpoint in source.endpoints)
    return replace(source, endpoints=polled, file=str(_file(file)))
