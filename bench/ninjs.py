"""Every text as ninjs 3.1, checked against the standard's own schema.

    python bench/ninjs.py SCHEMA [CORPUS] [--database FILE …] [--part dev]

SCHEMA is IPTC's `ninjs-schema_3.1.json`. Without --database: imports the pages of CORPUS (by its `make_warc.py`), where one is
named, and makes the demo, each in a process of its own. Then `dateline export --format ninjs --versions` of each database, as
lines and as an array, every item validated, formats (URI, date-time) by checkers of our own beside the schema. Exit status 1
where an item is not valid, or where lines and array are not the same.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

ROOT = Path(__file__).resolve().parents[1]
DATELINE = [sys.executable, "-c", "import sys; from crawler.cli import main; sys.argv[0] = 'dateline'; main()"]

# RFC 3986, appendix A, but for what a scheme makes of its path.
_PCHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_AUTHORITY = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*|\[[0-9A-Fa-f:.]+\](?::\d*)?"
_URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*:(?://(?:{_AUTHORITY})(?:/{_PCHAR}*)*|/?(?:{_PCHAR}+(?:/{_PCHAR}*)*)?)"
    rf"(?:\?(?:{_PCHAR}|[/?])*)?(?:#(?:{_PCHAR}|[/?])*)?\Z"
)
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)\Z")


def is_uri(value: object) -> bool:
    """Whether it is a URI with a scheme."""
    return not isinstance(value, str) or bool(_URI.match(value))


def is_date_time(value: object) -> bool:
    """Whether it is a time of RFC 3339. Raises ValueError for one that the calendar does not have."""
    return not isinstance(value, str) or bool(_DATE_TIME.match(value) and datetime.fromisoformat(value))


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """By the schema. It names GeoJSON's by address, which our items do not use and nobody fetches: there, anything passes."""
    geojson = Resource.from_contents({"$schema": "https://json-schema.org/draft/2020-12/schema"})
    known = Registry().with_resource("https://geojson.org/schema/GeoJSON.json", geojson)
    formats = FormatChecker(formats=())
    formats.checks("uri")(is_uri)
    formats.checks("date-time", raises=ValueError)(is_date_time)
    return Draft202012Validator(schema, registry=known, format_checker=formats)


def export(database: Path, *options: str) -> bytes:
    """What the command writes to its standard output."""
    command = [*DATELINE, "export", "--format", "ninjs", "--db", str(database), *options]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout


def check(name: str, database: Path, rules: Draft202012Validator) -> list[str]:
    """What is wrong with the items of a database; prints how many were looked at."""
    lines = [json.loads(line) for line in export(database, "--versions").splitlines()]
    problems = []
    began = time.monotonic()
    for number, item in enumerate(lines, 1):
        problems += [
            f"{name}, line {number}: {error.json_path}: {error.message[:200]}" for error in rules.iter_errors(item)
        ]
    if json.loads(export(database, "--versions", "--array")) != lines:
        problems.append(f"{name}: the array has other items than the lines")
    current = [json.loads(line) for line in export(database).splitlines()]
    if len({item["uri"] for item in lines}) != len(current) or current[-1:] != lines[-1:]:
        problems.append(f"{name}: the current texts are not among all texts, or two articles share an identifier")
    has = Counter(name for item in lines for name in item)
    states = Counter(item["pubStatus"] for item in lines)
    print(
        f"{name}: {len(current)} articles, {len(lines)} items, {len(problems)} problems, {time.monotonic() - began:.0f} s"
    )
    print(f"  pubStatus {dict(states)}; items with " + ", ".join(f"{key} {count}" for key, count in has.most_common()))
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("schema", type=Path)
    parser.add_argument("corpus", type=Path, nargs="?")
    parser.add_argument("--database", type=Path, action="append", default=[], help="check these instead")
    parser.add_argument("--part", default="dev", help="of the corpus")
    given = parser.parse_args()
    rules = validator(json.loads(given.schema.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory(prefix="dateline-ninjs-") as folder:
        databases = {path.name: path for path in given.database}
        if not databases:
            databases = made(Path(folder), given.corpus, given.part)
        problems = [problem for name, path in databases.items() for problem in check(name, path, rules)]
    for problem in problems[:50]:
        print(problem)
    return 1 if problems else 0


def made(folder: Path, corpus: Path | None, part: str) -> dict[str, Path]:
    """The demo's database, and that of the corpus."""
    found = {"demo": folder / "demo.db"}
    demo = [*DATELINE, "demo", "--db", str(found["demo"])]
    subprocess.run(demo, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if corpus:
        warc, found["corpus"] = folder / "pages.warc.gz", folder / "corpus.db"
        make = [sys.executable, str(corpus / "make_warc.py"), str(corpus), part]
        subprocess.run(
            [*make, "--warc", str(warc), "--map", str(folder / "map")], check=True, stdout=subprocess.DEVNULL
        )
        # 1: a page of the corpus that fails is no matter here.
        status = subprocess.run(
            [*DATELINE, "import", str(warc), "--all", "--db", str(found["corpus"])],
            cwd=ROOT,
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).returncode
        if status not in {0, 1}:
            raise SystemExit(f"the import ended with status {status}")
    return found


if __name__ == "__main__":
    sys.exit(main())
