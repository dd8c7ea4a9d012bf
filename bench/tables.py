"""Puts the figures of docs/figures into docs/performance.md, and draws their charts anew.

    python -m bench.tables [--check]

Between `<!-- figures: NAME -->` and `<!-- end of figures -->` stands what docs/figures/NAME.json says: charts, tables,
targets, notes, command, date and machine. `--check` writes nothing and ends with status 1 where something is out of date."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import charts, record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DOCUMENT = record.ROOT / "docs" / "performance.md"
NOT_YET = "Not measured yet."
_PART = re.compile(r"(?P<begin><!-- figures: (?P<name>[\w-]+) -->\n).*?(?P<end><!-- end of figures -->)", re.S)


def main() -> int:
    """See above."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say what is out of date")
    given = parser.parse_args()
    stale = {file: text for file, text in wanted().items() if not file.is_file() or file.read_text("utf-8") != text}
    for file, text in stale.items():
        print(f"{file.relative_to(record.ROOT)}: {'out of date' if given.check else 'written'}")
        if not given.check:
            file.write_text(text, encoding="utf-8")
    return int(given.check and bool(stale))


def wanted(document: Path = DOCUMENT, folder: Path = record.FOLDER) -> dict[Path, str]:
    """The document and the charts as they should stand, by their files. Raises ValueError where figures have no place in the
    document."""
    data = {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))}
    text = document.read_text("utf-8")
    if homeless := sorted(data.keys() - set(names(text))):
        raise ValueError(
            f"{document.name} has no place for docs/figures/{homeless[0]}.json: write `<!-- figures: {homeless[0]} -->`"
            " and `<!-- end of figures -->`, each on a line of its own"
        )
    drawn = {folder / name: drawing for each in data.values() for name, drawing in record.drawings(each).items()}
    return {document: filled(text, data), **drawn}


def names(text: str) -> list[str]:
    """The figures that a document has a place for."""
    return [match["name"] for match in _PART.finditer(text)]


def filled(text: str, data: Mapping[str, Mapping[str, Any]]) -> str:
    """The document with the figures in their places."""

    def part(match: re.Match[str]) -> str:
        told = markdown(data[match["name"]]) if match["name"] in data else [NOT_YET]
        return match["begin"] + "\n" + "\n".join(told) + "\n\n" + match["end"]

    return _PART.sub(part, text)


def markdown(data: Mapping[str, Any]) -> Iterable[str]:
    """The lines that stand for figures as they were written down."""
    drawn = iter(record.drawings(data))
    for at, table in enumerate(data["tables"]):
        if at:
            yield ""
        if table["chart"] is not None:
            yield from (f"![{_plain(charts.from_data(table['chart']).title)}](figures/{next(drawn)})", "")
        columns = list(table["rows"][0]) if table["rows"] else []
        yield f"{table['title']}:"
        yield ""
        yield _line(columns)
        yield _line(["---", *["---:"] * (len(columns) - 1)])
        yield from (_line([charts.shown(row.get(name)) for name in columns]) for row in table["rows"])
    if data["targets"]:
        yield from ("", "| target | measured | asked for | |", "|---|---:|---:|---|")
    for each in data["targets"]:
        target = record.Target(**each)
        unit = f" {target.unit}" if target.unit else ""
        sign = "at least" if target.least else "at most"
        yield _line(
            [
                target.what,
                f"{charts.shown(target.value)}{unit}",
                f"{sign} {charts.shown(target.limit)}{unit}",
                "reached" if target.reached else "**falls short**",
            ]
        )
    if data["notes"]:
        yield ""
        yield from (f"- {note}" for note in data["notes"])
    yield from ("", f"`{data['command']}`, {data['date']}; {machine(data['machine'])}.")


def machine(on: Mapping[str, Any]) -> str:
    """The machine in one line."""
    libraries = ", ".join(f"{name} {number}" for name, number in on["libraries"].items() if number)
    return (
        f"{on['cores']} cores ({on['processor']}), {on['memory']}, {on['system']}; CPython {on['python']},"
        f" SQLite {on['sqlite']}, {libraries}; load {on['load'][0]} before and {on['load'][1]} after"
    )


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _plain(text: str) -> str:
    return re.sub(r"[\[\]]", "", text)


if __name__ == "__main__":
    sys.exit(main())
