"""docs/settings.md and docs/ninjs.md, made from what the program itself goes by: `python -m crawler.reference_doc docs`."""

from __future__ import annotations

import ast
import sys
from dataclasses import fields
from pathlib import Path
from textwrap import dedent

from crawler import config, registry, settings
from crawler.config import Config
from storage import ninjs

_SETTINGS = """# Settings

Made from the program by `python -m crawler.reference_doc docs`; a test compares the two.

## dateline.toml

`dateline init` writes it, with each key explained. It is looked for in the folder where a command is called, and above
it. Paths are relative to its own folder; an unknown key is refused.

| key | is | expected | unless set |
|---|---|---|---|
{keys}

## A source's TOML

{said}

A wrong key is told with the file, the key and what was expected.

```toml
{source}
```

## Environment

| variable | is |
|---|---|
| `DATELINE_DB` | the database file, before that of `dateline.toml`; `--db` goes before it |
| `DATELINE_SHARD` | the shard, before that of `dateline.toml`; `--shard` goes before it |
| `DATELINE_CONFIG` | for `scrapy` in a checkout: the `dateline.toml`, or its folder |

What `on_alert` is told stands in the table above.

## Scrapy's settings

Those of `crawler/settings.py`, with the reason where one is not Scrapy's own. `scrapy crawl SOURCE -s NAME=VALUE` wins, as
usual; what would weaken the address guard is refused.

| setting | value | why |
|---|---|---|
{scrapy}
"""

_NINJS = """# ninjs

Made from the program by `python -m crawler.reference_doc docs`; a test compares the two.

`dateline export --format ninjs` writes items of [ninjs 3.1](https://iptc.org/standards/ninjs/), the IPTC's News in JSON: one a
line, or with `--array` one JSON array. What an agency did not say is left out; nothing is made up.

| property | is, of the columns of [`articles`](schema.md#articles) and [`revisions`](schema.md#revisions) |
|---|---|
{fields}
"""


def settings_doc() -> str:
    """docs/settings.md as it ought to be."""
    _, said, example = (registry.__doc__ or "").split("\n\n", 2)
    return _SETTINGS.format(
        keys="\n".join(_keys()),
        said=" ".join(said.split()),
        source=dedent(example).strip(),
        scrapy="\n".join(_scrapy()),
    )


def ninjs_doc() -> str:
    """docs/ninjs.md as it ought to be."""
    return _NINJS.format(fields="\n".join(f"| `{name}` | {_cells(meaning)} |" for name, meaning in ninjs.FIELDS))


def _keys() -> list[str]:
    defaults = Config()
    rows = []
    for field in fields(Config):
        if field.name in config.KEYS:
            _, expected, meaning = config.KEYS[field.name]
            rows.append(
                f"| `{field.name}` | {_cells(meaning)} | {_cells(expected)} | {_value(getattr(defaults, field.name))} |"
            )
    return rows


def _value(value: object) -> str:
    if value is None or value == ():
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _scrapy() -> list[str]:
    """Each setting with the comment above it, which is its reason."""
    text = Path(settings.__file__).read_text(encoding="utf-8")
    lines = text.splitlines()
    rows = []
    for node in ast.parse(text).body:
        target = (
            node.target
            if isinstance(node, ast.AnnAssign)
            else node.targets[0]
            if isinstance(node, ast.Assign)
            else None
        )
        if not isinstance(target, ast.Name) or not target.id.isupper() or target.id[0] == "_":
            continue
        why, line = list[str](), node.lineno - 2
        while lines[line].startswith("#"):
            why.insert(0, lines[line].lstrip("# "))
            line -= 1
        value = getattr(settings, target.id)
        shown = "see the file" if isinstance(value, dict) else f"`{value!r}`"
        rows.append(f"| `{target.id}` | {shown} | {_cells(' '.join(why))} |")
    return rows


def _cells(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main(folder: Path) -> None:
    """Write the documents into `folder`."""
    (folder / "settings.md").write_text(settings_doc(), encoding="utf-8")
    (folder / "ninjs.md").write_text(ninjs_doc(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
