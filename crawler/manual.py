"""Manual pages, section 1, from the commands themselves: one for each, in roff as man(7) has it."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATUSES: Final = (
    ("0", "done"),
    ("1", "some source failed"),
    ("2", "wrong usage"),
    ("3", "storage failed"),
    ("130", "interrupted while it started"),
)
ENVIRONMENT: Final = (
    ("DATELINE_DB", "The database file, where --db does not name one; else that of the nearest dateline.toml."),
    ("NO_COLOR", "No colours on a terminal."),
)


def pages(group: click.Group, version: str) -> dict[str, str]:
    """File name (`dateline-db-check.1`) -> page."""
    context = click.Context(group, info_name="dateline", **group.context_settings)
    return {f"{name}.1": page(name, command, at, version) for name, command, at in _all(group, context, "dateline")}


def write(group: click.Group, version: str, folder: Path) -> int:
    """Write all pages into a folder, made where it is not there; answers how many. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages(group, version)
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return len(made)


def page(name: str, command: click.Command, context: click.Context, version: str) -> str:
    """One command's page."""
    first, *rest = _paragraphs(command.help or "") or ["a command of Dateline"]
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [
        f'.TH "{name.upper()}" "1" "" "dateline {_text(version)}" "Dateline"',
        ".SH NAME",
        f"{_text(name)} \\- {_text(str(first).partition('. ')[0].rstrip('.:'))}",
        ".SH SYNOPSIS",
        f"\\fB{_text(context.command_path)}\\fR {_text(usage)}",
        ".SH DESCRIPTION",
    ]
    for paragraph in (first, *rest):
        lines += [".PP", _text(paragraph)] if isinstance(paragraph, str) else [".PP", ".nf", *paragraph, ".fi"]
    options = [
        record for param in command.get_params(context) if (record := param.get_help_record(context)) and record[1]
    ]
    if options:
        lines.append(".SH OPTIONS")
        for names, meaning in options:
            lines += [".TP", f"\\fB{_text(names)}\\fR", _text(meaning)]
    if isinstance(command, click.Group):
        lines.append(".SH COMMANDS")
        for child in sorted(command.commands):
            short = command.commands[child].get_short_help_str(400)
            lines += [".TP", f"\\fB{_text(f'{name}-{child}')}\\fR(1)", _text(short)]
    lines.append(".SH EXIT STATUS")
    for number, meaning in STATUSES:
        lines += [".TP", number, meaning]
    lines.append(".SH ENVIRONMENT")
    for variable, meaning in ENVIRONMENT:
        lines += [".TP", f"\\fB{_text(variable)}\\fR", _text(meaning)]
    if name != "dateline":
        lines += [".SH SEE ALSO", "\\fBdateline\\fR(1)"]
    return "\n".join(lines) + "\n"


def _all(
    command: click.Command, context: click.Context, name: str
) -> Iterator[tuple[str, click.Command, click.Context]]:
    yield name, command, context
    if isinstance(command, click.Group):
        for child, below in sorted(command.commands.items()):
            of = click.Context(below, parent=context, info_name=child, **below.context_settings)
            yield from _all(below, of, f"{name}-{child}")


def _paragraphs(text: str) -> list[str | list[str]]:
    """Running text, a paragraph each; a block that begins with click's mark for it keeps its lines, in roff."""
    found: list[str | list[str]] = []
    for part in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        if part.startswith("\b"):
            found.append([_escaped(line.rstrip()) for line in part.removeprefix("\b").strip("\n").split("\n")])
        elif part.strip():
            found.append(" ".join(part.split()))
    return found


def _text(text: str) -> str:
    """Words as roff shows them: no backslash, hyphen or quotation mark is read as its own, no line as a request."""
    return _escaped(" ".join(text.split()))


def _escaped(text: str) -> str:
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    plain = "".join(letter if letter.isascii() else f"\\[u{ord(letter):04X}]" for letter in plain)
    return f"\\&{plain}" if plain.startswith(".") else plain
