"""What a bench found, with the machine that it was found on: printed, and with `--record` kept in docs/figures.

    from bench import record
    from bench.charts import Bars

    record.option(parser)                                   # --record
    record.present(
        record.Figures(
            "storage",                                      # docs/figures/storage.json, storage.svg
            "Storing 1,000 articles",
            (record.Table("CPU an article", rows, Bars("CPU an article", "way", ("ms",), "ms")),),
            (record.Target("CPU against raw sqlite3", 1.19, 1.25),),
            ("`synchronous=FULL`, batches of 100",),
        ),
        keep=given.record,
    )

Rows are plain dicts with the same keys in the same order: the table's columns. `python -m bench.tables` puts what is kept into
docs/performance.md."""

from __future__ import annotations

import json
import os
import platform
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import charts

if TYPE_CHECKING:
    import argparse
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence
else:
    from sqlite_utils.utils import sqlite3

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "figures"
LIBRARIES = ("scrapy", "twisted", "trafilatura", "lxml", "sqlite-utils", "pysqlite3", "pebble")
_LOAD_AT_FIRST = os.getloadavg()


@dataclass(frozen=True, slots=True)
class Target:
    """A figure and where it should lie: at most `limit`, or with `least` at least."""

    what: str
    value: float
    limit: float
    unit: str = ""
    least: bool = False

    @property
    def reached(self) -> bool:
        return self.value >= self.limit if self.least else self.value <= self.limit

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        sign = "at least" if self.least else "at most"
        verdict = "reached" if self.reached else "falls short"
        return f"{self.what}: {charts.shown(self.value)}{unit}; {sign} {charts.shown(self.limit)}{unit}: {verdict}"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under one title, and how they are drawn (None: they are not)."""

    title: str
    rows: Sequence[charts.Row]
    chart: charts.Chart | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """All that one bench found. `name`: of its files; `notes`: what must be known to read them."""

    name: str
    title: str
    tables: Sequence[Table]
    targets: Sequence[Target] = ()
    notes: Sequence[str] = ()


def option(parser: argparse.ArgumentParser) -> None:
    """Let a bench be told to keep its figures."""
    parser.add_argument("--record", action="store_true", help="keep the figures and the chart in docs/figures")


def present(figures: Figures, *, keep: bool, command: str | None = None) -> None:
    """Print the figures; with `keep` write them and their charts down. `command`: how to get them again, unless what was typed
    says it."""
    print("\n".join(plain(figures)), flush=True)
    if keep:
        for file in write(figures, command or typed(sys.argv)):
            print(f"written: {file.relative_to(ROOT)}", flush=True)


def plain(figures: Figures) -> Iterable[str]:
    """The lines that a terminal shows."""
    yield figures.title
    for table in figures.tables:
        columns = list(table.rows[0]) if table.rows else []
        cells = [columns, *([charts.shown(row.get(name)) for name in columns] for row in table.rows)]
        widths = [max(len(line[at]) for line in cells) for at in range(len(columns))]
        yield f"\n{table.title}"
        for line in cells:
            yield "  ".join(
                cell.rjust(width) if at else cell.ljust(width)
                for at, (cell, width) in enumerate(zip(line, widths, strict=True))
            ).rstrip()
    yield from ("", *map(str, figures.targets), *figures.notes)


def write(figures: Figures, command: str, *, folder: Path = FOLDER) -> list[Path]:
    """Write the figures and the charts; answers their files."""
    folder.mkdir(parents=True, exist_ok=True)
    data = as_data(figures, command, datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), machine())
    files = [folder / f"{figures.name}.json"]
    files[0].write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for name, drawn in drawings(data).items():
        files.append(folder / name)
        files[-1].write_text(drawn, encoding="utf-8")
    return files


def as_data(figures: Figures, command: str, date: str, on: Mapping[str, Any]) -> dict[str, Any]:
    """What is written down: the same figures give the same text."""
    return {
        "name": figures.name,
        "title": figures.title,
        "command": command,
        "date": date,
        "machine": dict(on),
        "tables": [
            {
                "title": table.title,
                "rows": [{name: _short(value) for name, value in row.items()} for row in table.rows],
                "chart": None if table.chart is None else charts.as_data(table.chart),
            }
            for table in figures.tables
        ],
        "targets": [
            {
                "what": each.what,
                "value": _short(each.value),
                "limit": each.limit,
                "unit": each.unit,
                "least": each.least,
            }
            for each in figures.targets
        ],
        "notes": list(figures.notes),
    }


def drawings(data: Mapping[str, Any]) -> dict[str, str]:
    """The charts of what was written down, by the names of their files: NAME.svg, NAME-2.svg …"""
    drawn = [(table["chart"], table["rows"]) for table in data["tables"] if table["chart"] is not None]
    return {
        f"{data['name']}{f'-{at}' if at > 1 else ''}.svg": charts.draw(charts.from_data(chart), rows)
        for at, (chart, rows) in enumerate(drawn, start=1)
    }


def machine() -> dict[str, Any]:
    """What the figures depend on beside the code; names no host and no folder."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    release = next(
        (line.partition("=")[2].strip('"') for line in _lines("/etc/os-release") if line.startswith("PRETTY_NAME=")), ""
    )
    return {
        "cores": os.cpu_count(),
        "processor": model,
        "memory": f"{memory:.0f} GiB",
        "system": " ".join(part for part in (platform.system(), platform.release(), release) if part),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "libraries": {name: _version(name) for name in LIBRARIES},
        "load": [round(_LOAD_AT_FIRST[0], 1), round(os.getloadavg()[0], 1)],
    }


def typed(arguments: Sequence[str]) -> str:
    """The command as anyone may type it: what names a file or folder of this machine stands as FILE or FOLDER, whether it is
    there or not."""
    script, *given = arguments
    words = [f"python bench/{Path(script).name}"]
    for word in given:
        if word == "--record":
            continue
        option, is_, value = word.rpartition("=") if word.startswith("--") else ("", "", word)
        place = Path(value)
        named = place.is_absolute() or (place.exists() and len(place.parts) > 1)
        words.append(f"{option}{is_}{('FOLDER' if place.is_dir() else 'FILE') if named else value}")
    return " ".join(words)


def _lines(file: str) -> list[str]:
    place = Path(file)
    return place.read_text(encoding="utf-8").splitlines() if place.is_file() else []


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _short(value: Any) -> Any:
    """A number with the digits that mean something."""
    return float(f"{value:.5g}") if isinstance(value, float) else value
