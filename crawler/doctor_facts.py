"""What `dateline doctor` looks at without the network: machine, configuration, database, registry. It changes nothing."""

from __future__ import annotations

import os
import re
import resource
import shutil
import sys
import time
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from crawler.disk import database_bytes
from crawler.doctor_report import DAY
from crawler.politeness import robots
from crawler.registry import RegistryError
from crawler.sharded import narrowed
from crawler.start_crawl import registry_of
from pipelines.urls import host
from storage import clock, lock
from storage.errors import NotDateline, OlderSchema, StorageError
from storage.models import HostRules
from storage.reader import Reader

if TYPE_CHECKING:
    import sqlite3

    from crawler.config import Config
    from crawler.source import Source
else:
    from sqlite_utils.utils import sqlite3

CHECK_SECONDS: Final = 10.0
"""How long SQLite may look for damage; a large database is then left half looked at, which is said."""


@dataclass(frozen=True, slots=True)
class Package:
    """`wanted`: the versions that Dateline's metadata allow; `installed` None: not there; `locked`: of requirements.lock."""

    name: str
    wanted: str
    installed: str | None
    good: bool
    locked: str | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """`memory`: bytes available, None where the system does not tell; `open_files`: the soft limit of this process."""

    python: tuple[int, int, int]
    packages: tuple[Package, ...]
    sqlite: tuple[int, ...]
    memory: int | None
    open_files: int
    workers: int


@dataclass(frozen=True, slots=True)
class Place:
    """A path that dateline.toml names, and why it cannot be used (None: it can)."""

    key: str
    path: Path
    problem: str | None


@dataclass(frozen=True, slots=True)
class Stored:
    """The database. `error`: why it could not be opened; `older`: it needs `dateline db migrate`; `foreign`: it is none of
    Dateline's; `damage`: SQLite's words, None: the look was not finished in time. Times are epoch seconds; `kept`: bytes of
    pages kept in the last seven days."""

    path: Path
    exists: bool
    error: str | None = None
    older: bool = False
    foreign: bool = False
    damage: tuple[str, ...] | None = ()
    size: int = 0
    wal: int = 0
    daemon: str | None = None
    first_fetch: float | None = None
    newest_fetch: float | None = None
    last_run: float | None = None
    published: float | None = None
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """What a host's robots.txt said, for one chosen source: `blocked` are its live endpoints that it disallows."""

    source: str
    host: str
    status: str | None
    crawl_delay: float | None
    blocked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Registered:
    """`error`: the first wrong TOML; `chosen`: the sources that dateline.toml names and that are known; `unknown`: names
    that are not; `own`: files in sources_dir."""

    error: str | None
    chosen: tuple[Source, ...] = ()
    unknown: tuple[str, ...] = ()
    own: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """All that was found without the network. `free`: bytes free on the database's disk."""

    config: Config
    now: float
    machine: Machine
    places: tuple[Place, ...]
    stored: Stored
    registered: Registered
    rules: tuple[Rules, ...]
    free: int


def gather(config: Config, now: float) -> Facts:
    """Look at everything that needs no network. Raises nothing but what a bug would."""
    registered = _registered(config)
    stored, rules = _stored(config, registered.chosen, now)
    folder = next((p for p in (config.database.parent, *config.database.parents) if p.exists()), Path("/"))
    return Facts(
        config=config,
        now=now,
        machine=_machine(config),
        places=_places(config),
        stored=stored,
        registered=registered,
        rules=rules,
        free=shutil.disk_usage(folder).free,
    )


def _machine(config: Config) -> Machine:
    return Machine(
        python=sys.version_info[:3],
        packages=_packages(),
        sqlite=tuple(sqlite3.sqlite_version_info),
        memory=_memory(),
        open_files=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
        workers=config.workers or max(1, os.cpu_count() or 1),
    )


def _packages() -> tuple[Package, ...]:
    from packaging.requirements import Requirement

    locked = _locked()
    found = []
    try:
        required = metadata.requires("dateline") or ()
    except metadata.PackageNotFoundError:  # a checkout that is not installed
        return (Package("dateline", "", None, good=False),)
    for text in required:
        wanted = Requirement(text)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            installed = None
        good = installed is not None and wanted.specifier.contains(installed, prereleases=True)
        found.append(Package(wanted.name, str(wanted.specifier), installed, good, locked.get(_plain(wanted.name))))
    return tuple(found)


def _locked() -> dict[str, str]:
    """Name -> version of a checkout's requirements.lock; empty where Dateline was installed without one."""
    file = Path(__file__).parents[1] / "requirements.lock"
    lines = file.read_text("utf-8").splitlines() if file.is_file() else []
    pairs = (line.split(";")[0].strip().partition("==") for line in lines if "==" in line)
    return {_plain(name): version for name, _, version in pairs}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _memory() -> int | None:
    try:
        text = Path("/proc/meminfo").read_text("ascii")
    except OSError:
        return None
    return int(found[1]) * 1024 if (found := re.search(r"^MemAvailable:\s+(\d+) kB", text, re.MULTILINE)) else None


def _places(config: Config) -> tuple[Place, ...]:
    files = {"database": config.database, "log_file": config.log_file, "publish": config.publish}
    places = [Place(key, file, _unwritable(file)) for key, file in files.items() if file]
    if config.on_alert:
        missing = None if shutil.which(config.on_alert[0]) else "it is not there, or this user may not run it"
        places.append(Place("on_alert", Path(config.on_alert[0]), missing))
    if config.sources_dir:
        missing = None if config.sources_dir.is_dir() else "there is no such folder"
        places.append(Place("sources_dir", config.sources_dir, missing))
    return tuple(places)


def _unwritable(file: Path) -> str | None:
    if file.exists():
        return None if os.access(file, os.W_OK) else "this user may not write it"
    if not file.parent.is_dir():
        return f"its folder {file.parent} does not exist"
    return None if os.access(file.parent, os.W_OK | os.X_OK) else f"this user may not write into {file.parent}"


def _registered(config: Config) -> Registered:
    try:
        known, broken = registry_of(config)
    except RegistryError as error:
        known, broken = {}, {"": error}
    mine = tuple(known[name] for name in narrowed(config, known).sources if name in known)
    unknown = tuple(name for name in config.sources if name not in known)
    own = len(list(config.sources_dir.glob("*.toml"))) if config.sources_dir and config.sources_dir.is_dir() else 0
    return Registered("; ".join(map(str, broken.values())) or None, mine, unknown, own)


def _stored(config: Config, chosen: tuple[Source, ...], now: float) -> tuple[Stored, tuple[Rules, ...]]:
    path = config.database
    published = config.publish.stat().st_mtime if config.publish and config.publish.exists() else None
    if not path.exists():
        return Stored(path, exists=False, published=published), ()
    wal = path.with_name(path.name + "-wal")
    wal_bytes = wal.stat().st_size if wal.exists() else 0
    size, daemon = database_bytes(path), lock.holder(path)
    try:
        with Reader(path) as reader:
            found = Stored(
                path,
                exists=True,
                damage=_damage(reader),
                size=size,
                wal=wal_bytes,
                daemon=daemon,
                first_fetch=_time(reader, "SELECT min(at) FROM fetch"),
                newest_fetch=_time(reader, "SELECT max(at) FROM fetch"),
                last_run=_time(reader, "SELECT max(finished_at) FROM run"),
                published=published,
                kept=_kept(reader, now - 7 * DAY),
            )
            return found, _rules(reader, chosen)
    except OlderSchema as error:
        return Stored(path, exists=True, error=str(error), older=True, size=size, wal=wal_bytes, daemon=daemon), ()
    except (StorageError, sqlite3.Error) as error:
        foreign = isinstance(error, NotDateline)
        return Stored(path, exists=True, error=str(error), foreign=foreign, size=size, wal=wal_bytes, daemon=daemon), ()


def _damage(reader: Reader) -> tuple[str, ...] | None:
    """What SQLite finds wrong in `CHECK_SECONDS`; None where it was not done by then."""
    conn = reader.db.conn
    end = time.monotonic() + CHECK_SECONDS
    conn.set_progress_handler(lambda: int(time.monotonic() > end), 10_000)
    try:
        return tuple(str(row[0]) for row in conn.execute("PRAGMA quick_check(5)") if row[0] != "ok")
    except sqlite3.OperationalError as error:
        if "interrupt" in str(error):
            return None
        raise
    finally:
        conn.set_progress_handler(None, 0)


def _rules(reader: Reader, chosen: tuple[Source, ...]) -> tuple[Rules, ...]:
    rows = reader.db.conn.execute("SELECT host, robots_status, robots_body, robots_until, crawl_delay FROM host")
    hosts = {row[0]: HostRules(*row) for row in rows}
    found = []
    for source in chosen:
        live = [endpoint.url for endpoint in source.endpoints if endpoint.role == "live"]
        for name in dict.fromkeys(host(url) for url in live):
            said = hosts.get(name, HostRules(name))
            here = [url for url in live if host(url) == name]
            blocked = tuple(url for url in here if said.status and not robots.allowed(said, url, robots.TOKEN))
            found.append(Rules(source.name, name, said.status, said.crawl_delay, blocked))
    return tuple(found)


def _one(reader: Reader, sql: str, *values: Any) -> Any:
    return reader.db.conn.execute(sql, values).fetchone()[0]


def _kept(reader: Reader, since: float) -> int:
    return _one(reader, "SELECT sum(size) FROM raw_page WHERE fetched_at >= ?", clock.text(since)) or 0


def _time(reader: Reader, sql: str) -> float | None:
    return clock.epoch(_one(reader, sql))
