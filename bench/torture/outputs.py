"""Hostile texts put through the real way, from a page on loopback to every command's output, the log and the export.

A wire whose feed and pages hold them in every field is crawled by `scrapy crawl` with a DEBUG log; then each stored article is
shown, searched and compared, all is listed and exported, what was given up and why a source is ill are put into the database as
a crawl would. A fault is a raw control or reordering sign, a traceback, invalid JSON or CSV, a cell that a spreadsheet computes
(also read with semicolons), an address to follow that is not http(s), a canary secret, or a file that others may read. Web
pages come with `dateline serve`, and their part with it.
"""

from __future__ import annotations

import json
import logging
import os
import random
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from click.testing import CliRunner

from bench.torture import outputs_checks as checks
from bench.torture.outputs_payloads import QUERIES, texts
from bench.torture.outputs_site import COOKIE, HOST, PASSWORD, TOKEN, Wire, serving, toml
from bench.torture.part import Batch
from crawler.cli import main
from crawler.config import Config, render
from crawler.log_lines import OneLine
from storage.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlite_utils import Database

PROMISE = 14
TITLE = "hostile texts through page, store, every command, log and export (web pages: with `dateline serve`)"
TARGET = 350
BATCH = 70

SHOWING: Final = frozenset({"show", "diff", "search", "export", "extract", "changes", "quarantine"})
"""Commands that show addresses whole, since they are what an article is known by."""

BIN: Final = Path(sys.executable).parent
PLACES: Final = (
    ("article", "url"), ("article", "canonical_url"), ("article", "image_url"), ("address", "url"), ("link", "url"),
)  # fmt: skip


def batch(seed: int, size: int, folder: Path) -> Batch:
    """So many payloads, each a page of one wire."""
    began, chance = time.monotonic(), random.Random(seed)
    made = texts(chance, size)
    project = _Project(folder, Wire([text for _, text in made], seed))
    found = list(project.crawled())
    project.sickened(chance)
    numbers = project.stored()
    if len(numbers) < size // 2:
        found.append(f"only {len(numbers)} of {size} pages became articles")
    for number in numbers:
        found += project.shown(number)
    for _, text in made:
        found += [*project.asked(text), *_logged(text)]
    for query in chance.sample(QUERIES, min(len(QUERIES), size)):
        found += project.asked(query)
    found += [*project.listed(len(numbers)), *project.kept()]
    figures = {
        "sum articles stored": len(numbers),
        "sum commands run": project.commands,
        "sum seconds": time.monotonic() - began,
    }
    return Batch(size, [f"seed {seed}: {fault}" for fault in dict.fromkeys(found)], figures)


class _Project:
    """A folder with one hostile source."""

    def __init__(self, folder: Path, wire: Wire) -> None:
        self.folder, self.wire = folder.absolute(), wire
        self.database, self.log = self.folder / "news.db", self.folder / "crawl.log"
        self.commands = 0

    def crawled(self) -> Iterator[str]:
        """Crawl it; what is wrong with the log and with what was said."""
        with serving(self.wire):
            own = self.folder / "sources"
            own.mkdir(parents=True)
            (own / "wire.toml").write_text(toml(self.wire.port), encoding="utf-8")
            config = Config(
                database=self.database, contact="demo@agency.test", sources_dir=own, sources=("wire",), first_poll=10_000,
                delay_floor=0.1, workers=1, log_file=self.log,
            )  # fmt: skip
            (self.folder / "dateline.toml").write_text(render(config), encoding="utf-8")
            (self.folder / "scrapy.cfg").write_text("[settings]\ndefault = crawler.settings\n", encoding="utf-8")
            place = f"127.0.0.1:{self.wire.port}"
            scrapy = [
                str(BIN / "scrapy"),
                "crawl",
                "wire",
                "-s",
                "LOG_LEVEL=DEBUG",
                "-s",
                f"ADDRESS_EXCEPTIONS={json.dumps({HOST: place})}",
            ]
            run = [str(BIN / "dateline"), "run", "--json", "--at", f"{HOST}={place}"]
            for command in (scrapy, run):
                done = subprocess.run(command, cwd=self.folder, capture_output=True, check=False, timeout=300)
                yield from self.told(f"{Path(command[0]).name} {command[1]}: stderr", checks.shown, done.stderr)
                if done.returncode not in (0, 1):
                    yield f"{command[1]} ended with {done.returncode}: {done.stderr[-200:]!r}"
                yield from self.secrets(command[1], done.stdout + done.stderr)
            yield from self.told("run --json", checks.json_lines, done.stdout)
        log = self.log.read_bytes()
        yield from self.told("log", checks.shown, log)
        yield from self.secrets("log", log)
        for line in log.decode("utf-8", "replace").split("\n")[:-1]:
            if line[:2] != "20" or "[" not in line:
                yield f"log: a line that is no event: {line[:80]!a}"
                break
        if TOKEN.encode() in log or b"token=***" not in log:
            yield "log: tokens of addresses are not shortened"

    def sickened(self, chance: random.Random) -> None:
        """Texts of pages where a crawl would put them: why an address was given up, why a source is ill."""
        with Store.open(self.database, write=True) as store:
            store.writer.submit(lambda db: self._sicken(db, chance)).result()

    def _sicken(self, db: Database, chance: random.Random) -> None:
        for number, (which,) in enumerate(
            db.conn.execute("SELECT id FROM link WHERE kind = 'article' LIMIT 20").fetchall()
        ):
            why = chance.choice(self.wire.payloads).replace("\x00", "").encode("utf-8", "replace").decode()
            db.conn.execute(
                "UPDATE link SET state = 'quarantined', reason = ? WHERE id = ?", (f"failed:odd: {why}", which)
            )
            db.conn.execute("UPDATE fetch SET detail = ? WHERE id = ?", (why, number))
        why = "; ".join(self.wire.payloads[:5]).replace("\x00", "").encode("utf-8", "replace").decode()
        db.conn.execute(
            "INSERT OR REPLACE INTO health (source, state, why, since, judged_at) VALUES ('wire', 'failing', ?, ?, ?)",
            (why, "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z"),
        )

    def stored(self) -> list[int]:
        with Store.open(self.database) as store:
            return store.writer.submit(partial(_firsts, "SELECT id FROM article")).result()

    def shown(self, number: int) -> Iterator[str]:
        """One article in every command that shows one."""
        for command in ("show", "diff"):
            yield from self.invoked(checks.shown, command, str(number))
            yield from self.invoked(checks.one_json, command, str(number), "--json")

    def asked(self, query: str) -> Iterator[str]:
        """A text as a query, and as the name of an article."""
        yield from self.invoked(checks.shown, "search", "--", query, statuses=(0, 2))
        yield from self.invoked(checks.one_json, "search", "--json", "--", query, statuses=(0, 2))
        yield from self.invoked(checks.shown, "show", "--", query, statuses=(0, 1))

    def listed(self, number: int) -> Iterator[str]:
        """All commands that list, and the exports."""
        for command in (("status",), ("quarantine", "list"), ("search", "harbour", "--limit", "1000")):
            yield from self.invoked(checks.shown, *command)
            yield from self.invoked(checks.one_json, *command, "--json")
        for plain in (("health",), ("changes",), ("backfills",), ("db", "check"), ("doctor", "--offline")):
            yield from self.invoked(checks.shown, *plain, statuses=(0, 1))
        yield from self.invoked(checks.json_lines, "changes", "--json")
        page = self.folder / "page.html"
        for place in range(0, len(self.wire.payloads), 10):
            page.write_bytes(self.wire.page(place))
            yield from self.invoked(checks.shown, "extract", str(page), statuses=(0, 1))
            yield from self.invoked(checks.one_json, "extract", str(page), "--json", statuses=(0, 1))
        yield from self.invoked(partial(checks.json_lines, number=number), "export")
        yield from self.invoked(partial(checks.table, number=number), "export", "--format", "csv")
        yield from self.invoked(partial(checks.table, number=number, semicolons=True), "export", "--format", "csv")
        yield from self.invoked(
            _anything, "export", "--format", "csv", "--out", str(self.folder / "all.csv"), "--raw-cells"
        )

    def kept(self) -> Iterator[str]:
        """The database's addresses and secrets; the modes of all files that the commands made."""
        with Store.open(self.database) as store:
            for table, column in PLACES:
                sql = f"SELECT {column} FROM {table}"
                for url in store.writer.submit(partial(_firsts, sql)).result():
                    yield from (f"{table}.{column}: {what}" for what in checks.followed(url))
        for file in self.folder.rglob("*"):
            if file.is_file() and file.name not in {"dateline.toml", "scrapy.cfg", "wire.toml", "page.html"}:
                if file.stat().st_mode & 0o077:
                    yield f"{file.name} may be read by others: {file.stat().st_mode & 0o777:o}"
                yield from self.secrets(file.name, file.read_bytes())

    def secrets(self, where: str, data: bytes) -> Iterator[str]:
        """Canaries that may stand nowhere; the token of an article's own address is in the database, which knows it by that."""
        for canary in (PASSWORD, COOKIE):
            if canary.encode() in data:
                at = data.index(canary.encode())
                yield f"{where}: {canary} stands in it: {data[max(0, at - 60) : at + 20]!r}"

    def invoked(
        self, check: Callable[[bytes], Iterator[str]], *command: str, statuses: tuple[int, ...] = (0,)
    ) -> Iterator[str]:
        """Run a command in this process and judge what it printed."""
        self.commands += 1
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            done = CliRunner().invoke(main, list(command), env={"DATELINE_DB": str(self.database)})
        finally:
            os.chdir(before)
        named = ascii(" ".join(command))[:120]
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            yield f"{named}: {type(done.exception).__name__}: {ascii(str(done.exception))[:200]}"
            return
        if done.exit_code not in statuses:
            yield f"{named}: status {done.exit_code}: {ascii(done.stderr)[:200]}"
        if done.exit_code == 2 and done.stderr.count("\n") != 1:
            yield f"{named}: not one line: {ascii(done.stderr)[:200]}"
        yield from self.told(named, checks.shown, done.stderr_bytes)
        yield from self.secrets(named, done.stdout_bytes + done.stderr_bytes)
        if TOKEN.encode() in (done.stderr_bytes if command[0] in SHOWING else done.stdout_bytes + done.stderr_bytes):
            yield f"{named}: {TOKEN} stands in it"
        if done.exit_code == 0 or check is not checks.one_json:
            yield from self.told(named, check, done.stdout_bytes)

    @staticmethod
    def told(where: str, check: Callable[[bytes], Iterator[str]], data: bytes) -> Iterator[str]:
        yield from (f"{where}: {what}" for what in check(data))


def _firsts(sql: str, db: Database) -> list[Any]:
    return [row[0] for row in db.conn.execute(sql)]


def _anything(_: bytes) -> Iterator[str]:
    yield from ()


def _logged(text: str) -> Iterator[str]:
    """An error with a page's words and with secrets, as the log has it."""
    try:
        raise ValueError(f"{text} http://joe:{PASSWORD}@wire.test/a?token={TOKEN}&x=1\nCookie: sid={COOKIE}")
    except ValueError:
        record = logging.LogRecord("twisted", logging.ERROR, "", 0, "%s", (text,), sys.exc_info())
    line = OneLine("%(message)s").format(record)
    if "\n" in line or checks.steering(line):
        yield f"a log line of {ascii(text)[:80]}: {checks.steering(line)}"
    if any(canary in line for canary in (PASSWORD, TOKEN, COOKIE)):
        yield f"a log line of {ascii(text)[:80]} holds a secret"
