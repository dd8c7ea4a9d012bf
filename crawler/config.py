"""`dateline.toml`: what an installation says of itself. Found by walking up from a folder; unknown keys are refused."""

from __future__ import annotations

import difflib
import os
import re
import shlex
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler import plain_toml, shards
from crawler.metrics import place

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = "dateline.toml"


class ConfigError(Exception):
    """A `dateline.toml` that cannot be used; the message names the file, the key and what was expected."""


@dataclass(frozen=True, slots=True)
class Config:
    """One installation. Paths of a file are absolute, taken from the file's folder.

    `contact`: a URL or mail address that goes into the user agent. `database`: the SQLite file. `sources_dir`: own
    registry files, laid over the packaged ones. `sources`: names of the chosen sources; nothing else is crawled.
    `disk_limit_gb`: crawling stops before the database is larger, in 10^9 bytes; `disk_floor_gb`: or when less is free on
    its disk. `proxy`: `http://host:port` for all
    requests. `log_file`. `group`: a system group that may read the database. `publish`: a finished copy for readers.
    `first_poll`: articles taken at a source's first poll. `delay_floor`: seconds between two requests to a host, at the
    least. `raw_days`: days that fetched pages are kept for extraction anew, 0 for none; the oldest go when all of
    them, compressed, take more than `raw_limit_gb`. `window_days`: copies
    of a text are sought so many days before and after it. `workers`: extraction processes,
    0 for one a core. `on_alert`: a command, word by word, that is told when a source's state turns bad or good again; empty:
    none. `learn`: the daemon learns boilerplate at night. `metrics`: where the daemon tells Prometheus (`metrics.place`).
    `shard`: `K/N`, the part of the chosen sources that this installation crawls (`crawler.shards`); None: all.
    `file`: where all this was read, None for the defaults.
    """

    contact: str | None = None
    database: Path = Path("news.db")
    sources_dir: Path | None = None
    sources: tuple[str, ...] = ()
    disk_limit_gb: float = 20.0
    disk_floor_gb: float = 0.2
    proxy: str | None = field(default=None, repr=False)
    log_file: Path | None = None
    group: str | None = None
    publish: Path | None = None
    first_poll: int = 30
    delay_floor: float = 1.0
    raw_days: int = 14
    raw_limit_gb: float = 5.0
    window_days: int = 7
    workers: int = 0
    on_alert: tuple[str, ...] = ()
    learn: bool = False
    metrics: str | None = None
    shard: str | None = None
    file: Path | None = field(default=None, compare=False)

    @staticmethod
    def find(start: Path) -> Config:
        """The nearest `dateline.toml` in `start` or above it; without one the defaults, with `news.db` in `start`.

        Raises ConfigError when the file cannot be read or says what it may not."""
        start = start.resolve()
        for folder in (start, *start.parents):
            if (folder / FILE).is_file():
                return read(folder / FILE)
        return Config(database=start / "news.db")


def configuration(db: Path | None, start: Path) -> Config:
    """The nearest dateline.toml above `start`, its shard overruled by DATELINE_SHARD, its database by DATELINE_DB and that
    by `db`.

    Raises ConfigError."""
    config = Config.find(start)
    if shard := os.environ.get("DATELINE_SHARD"):
        if shards.written(shard) is None:
            raise ConfigError(f"DATELINE_SHARD={shard[:100]!r}: expected {shards.EXPECTED}")
        config = replace(config, shard=shard)
    chosen = db or (Path(named) if (named := os.environ.get("DATELINE_DB")) else None)
    return replace(config, database=chosen.absolute()) if chosen else config


def read(path: Path) -> Config:
    """The configuration of one file. Raises ConfigError."""
    try:
        text = plain_toml.text_of(path)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Config:
    """The configuration that `text`, of the file `path`, holds. Raises ConfigError for the first thing wrong."""
    try:
        table = plain_toml.loads(text)
    except ValueError as error:
        raise ConfigError(f"{path}: not TOML: {error}") from error
    values: dict[str, object] = {"database": (path.parent / "news.db").resolve(), "file": path}
    for key, value in table.items():
        if key not in KEYS:
            near = difflib.get_close_matches(key[:100], KEYS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(KEYS)}"
            raise ConfigError(f"{path}: {key[:100]}: unknown key; {hint}")
        check, expected, _ = KEYS[key]
        good = check(value)
        if good is None:
            raise ConfigError(f"{path}: {key} = {_shown(key, value)}: expected {expected}")
        values[key] = (path.parent / good).resolve() if isinstance(good, Path) else good
    return Config(**values)  # type: ignore[arg-type]  # each value has passed its key's check


def render(config: Config) -> str:
    """The text of a `dateline.toml` that says `config`, each key explained; unset ones are commented out."""
    lines = [
        "# Dateline: https://toml.io, read from this folder and all below it. Paths are relative to this file.",
        "",
    ]
    for item in fields(Config):
        if item.name not in KEYS:
            continue
        value = getattr(config, item.name)
        _, expected, meaning = KEYS[item.name]
        lines.append(f"# {meaning} Expected: {expected}.")
        lines.append(f"# {item.name} = ..." if value is None else f"{item.name} = {_toml(value)}")
        lines.append("")
    return "\n".join(lines)


def user_agent(config: Config, version: str) -> str:
    """`Dateline/0.1.0 (+https://example.org/crawler)`; without a contact just the product."""
    return f"Dateline/{version} (+{config.contact})" if config.contact else f"Dateline/{version}"


_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_GROUP = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")
_PLAIN = re.compile(r"[\x21-\x7e]+")


def contact_ok(value: object) -> str | None:
    """`value` if it is a mail address or an http(s) URL that a user agent can carry; None if not."""
    if not isinstance(value, str) or len(value) > 200 or not _PLAIN.fullmatch(value) or set(value) & set('()"\\<>'):
        return None
    if _MAIL.fullmatch(value):
        return value
    return value if _address(value) and "@" not in value else None


def _proxy(value: object) -> str | None:
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) and _address(value, port=True) else None


def _address(value: str, *, port: bool = False) -> bool:
    """An http(s) URL with a host; with `port`, one with a port and nothing behind it."""
    try:
        parts = urlsplit(value)
        number = parts.port
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return False
    return not port or (bool(number) and parts.path in {"", "/"} and not parts.query and not parts.fragment)


def _path(value: object) -> Path | None:
    if not isinstance(value, str) or not value.strip() or any(ord(character) < 32 for character in value):
        return None
    try:
        return Path(value).expanduser()
    except RuntimeError:
        return None  # `~nobody/…`: a user without a home


def _sources(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not all(isinstance(name, str) and _NAME.fullmatch(name) for name in value):
        return None
    return tuple(dict.fromkeys(value))


def _command(value: object) -> tuple[str, ...] | None:
    """A command's words, or one string that is parted into them as a shell would (none is ever started)."""
    try:
        words = shlex.split(value) if isinstance(value, str) else value
    except ValueError:
        return None  # a quotation mark that is never closed
    if not isinstance(words, list) or not all(isinstance(word, str) and "\0" not in word for word in words):
        return None
    return tuple(words) if not words or words[0] else None


def _matching(pattern: re.Pattern[str]) -> Callable[[object], str | None]:
    return lambda value: value if isinstance(value, str) and pattern.fullmatch(value) else None


def _whole(least: int, most: int) -> Callable[[object], int | None]:
    return lambda value: value if type(value) is int and least <= value <= most else None


def _number(least: float, most: float) -> Callable[[object], float | None]:
    return lambda value: float(value) if type(value) in {int, float} and least <= value <= most else None  # type: ignore[arg-type, operator]  # the type was just asked


KEYS: dict[str, tuple[Callable[[object], object | None], str, str]] = {
    "contact": (
        contact_ok,
        "a mail address or an http(s) URL",
        "Who runs this crawler: sent with each request, so that a site can reach you before it bars you.",
    ),
    "database": (_path, "a path", "The SQLite file with everything."),
    "sources_dir": (
        _path,
        "a path",
        "A folder of your own sources (TOML); a file of the same name replaces a packaged one.",
    ),
    "sources": (_sources, "a list of source names (`dateline sources list`)", "What is crawled, and nothing else."),
    "disk_limit_gb": (_number(0.01, 1e6), "a number above 0", "Crawling stops before the database grows beyond (GB)."),
    "disk_floor_gb": (_number(0.0, 1e6), "a number, 0 or more", "Crawling stops while less is free on its disk (GB)."),
    "proxy": (_proxy, "http://host:port", "A proxy for all requests; names are then looked up by it, unjudged."),
    "log_file": (_path, "a path", "Log lines go here, too."),
    "group": (_matching(_GROUP), "the name of a group", "A system group that may read the database."),
    "publish": (_path, "a path", "A finished copy for readers, renamed into place after each run."),
    "first_poll": (
        _whole(1, 100_000),
        "a whole number above 0",
        "Articles taken when a source is polled for the first time.",
    ),
    "delay_floor": (
        _number(0.1, 3600),
        "seconds, 0.1 to 3600",
        "Seconds between two requests to one host, at the least.",
    ),
    "window_days": (
        _whole(1, 366),
        "a whole number of days, 1 to 366",
        "Days before and after an article in which copies of its text are sought.",
    ),
    "raw_days": (
        _whole(0, 36_500),
        "a whole number of days",
        "How long fetched pages are kept, so that articles can be extracted anew without the network.",
    ),
    "raw_limit_gb": (
        _number(0.0, 1e6),
        "a number, 0 or more",
        "What kept pages may take, compressed (GB); beyond it the oldest go.",
    ),
    "workers": (_whole(0, 256), "a whole number, 0 to 256", "Processes that extract; 0: one for each core."),
    "learn": (
        lambda value: value if isinstance(value, bool) else None,
        "true or false",
        "Whether the daemon learns at night, each source once a week, which paragraphs are boilerplate (`dateline learn`).",
    ),
    "metrics": (
        lambda value: value if isinstance(value, str) and place.parse(value) else None,
        place.EXPECTED,
        "Where the daemon tells Prometheus how it stands (docs/metrics.md).",
    ),
    "shard": (
        shards.written,
        shards.EXPECTED,
        "Which part of the chosen sources this installation crawls, where several machines share them (`dateline merge`).",
    ),
    "on_alert": (
        _command,
        "a command as a list of words, or as one string",
        "Run when a source's state turns bad (blocked, failing, layout_changed, quiet) or good again, with the facts as"
        " DATELINE_SOURCE, DATELINE_STATE, DATELINE_WAS, DATELINE_WHY, DATELINE_SINCE and as a line of JSON on standard input.",
    ),
}
"""Key of `dateline.toml` -> what checks its value (None: refused), what is expected, and what the key means."""


def _shown(key: str, value: object) -> str:
    return "(not shown: it may hold a password)" if key == "proxy" else plain_toml.shown(value)


def _toml(value: object) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    escaped = "".join(
        f"\\u{ord(character):04x}" if ord(character) < 32 or ord(character) == 127 else character
        for character in str(value).replace("\\", "\\\\").replace('"', '\\"')
    )
    return f'"{escaped}"'
