"""The documents, taken apart: fenced blocks, links, and words of code. What a block is for, its info string says:

    ```console                  commands (`$ …`) and what they print; run, in a folder with a demo's database
    ```console network          the same, but only read: it needs a network (or systemd, docker, root, or does not end)
    ```console exit=1           the commands end with this status
    ```python, ```sql           run
    ```sql dataset              run by DuckDB, in a folder with a dataset `wire-2024` (test_dataset.py)
    ```toml dateline.toml       read by what reads such files; `source`: a source's
    ```json                     one or more JSON texts
    ```text figure              nothing to check

In what is printed, `…` stands for anything within a line, and a line of it alone for any lines; how many blanks part two words
is not compared, nor are empty lines. `<!-- 35 = SELECT … -->` says which number of this demo stands for 35 from there on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DOCUMENTS = [ROOT / "README.md", *sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)]
MARKS = {"network", "systemd", "docker", "root", "endless", "dataset"}
"""What a block that is not run needs."""

_FENCE = re.compile(
    r"^(?P<indent> {0,3})(?P<fence>`{3,})(?P<info>[^`\n]*)\n(?P<text>.*?)^ {0,3}(?P=fence)`*[ ]*$", re.M | re.S
)
_STANDS = re.compile(r"<!-- (\d+) = (SELECT .+?) -->", re.S)
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"(?<!!)\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)")
_TOCTREE = re.compile(r"^`{3}\{toctree\}\n(.*?)^`{3}$", re.M | re.S)
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.M)


@dataclass(frozen=True)
class Block:
    """A fenced block. `stands`: the numbers that are another in each demo, with the query that finds them."""

    document: Path
    line: int
    language: str
    marks: frozenset[str]
    text: str
    stands: tuple[tuple[str, str], ...] = field(default=())

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"

    @property
    def status(self) -> int:
        """The exit status that its commands are to end with."""
        return next((int(mark.removeprefix("exit=")) for mark in self.marks if mark.startswith("exit=")), 0)


@dataclass(frozen=True)
class Call:
    """A command of a block, and what it is to print (None: nothing is said of it)."""

    line: str
    printed: str | None


def blocks(document: Path) -> list[Block]:
    """The fenced blocks of a document, in their order; directives (`{toctree}`) are none."""
    text = document.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        language, *marks = match["info"].split() or [""]
        if language.startswith("{"):
            continue
        stands = dict(_STANDS.findall(text[: match.start()]))
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(document, line, language, frozenset(marks), match["text"], tuple(stands.items())))
    return found


def calls(block: Block) -> list[Call]:
    """The commands of a console block. Raises ValueError where it begins with something else."""
    found: list[tuple[str, list[str]]] = []
    goes_on = False
    for line in block.text.splitlines():
        if goes_on:
            found[-1] = (f"{found[-1][0]}\n{line.removeprefix('> ')}", [])
        elif line.startswith("$ "):
            found.append((line[2:], []))
        elif not found:
            raise ValueError(f"{block}: a console block begins with a command: $ …")
        else:
            found[-1][1].append(line)
            continue
        goes_on = found[-1][0].endswith("\\")
    return [
        Call(command, "\n".join(lines) if any(line.strip() for line in lines) else None) for command, lines in found
    ]


def code_words(document: Path) -> list[str]:
    """What stands between single backticks outside of blocks."""
    return _CODE.findall(_FENCE.sub("", document.read_text(encoding="utf-8")))


def links(document: Path) -> list[str]:
    """The targets of its links."""
    return _LINK.findall(_FENCE.sub("", document.read_text(encoding="utf-8")))


def listed(document: Path) -> list[Path]:
    """The documents that its table of contents names."""
    trees = _TOCTREE.findall(document.read_text(encoding="utf-8"))
    names = [line for tree in trees for line in tree.splitlines() if line and not line.startswith(":")]
    return [document.parent / f"{name}.md" for name in names]


def anchors(document: Path) -> set[str]:
    """The names of its headings, as the site and code hosts make them."""
    headings = _HEADING.findall(_FENCE.sub("", document.read_text(encoding="utf-8")))
    plain = (re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()) for heading in headings)
    return {name.strip().replace(" ", "-") for name in plain}


def as_expected(printed: str, expected: str) -> bool:
    """Whether a command's output is what the document says."""
    wanted = _lines(expected)
    parts = [r"(?:.*\n)*?" if line == "…" else f"{re.escape(line).replace('…', '.*?')}\n" for line in wanted]
    said = "".join(f"{line}\n" for line in _lines(printed))
    return re.fullmatch("".join(parts), said) is not None


def _lines(text: str) -> list[str]:
    return [re.sub(r"─+", "─", " ".join(line.split())) for line in text.splitlines() if line.strip()]
