"""What may be printed. Titles and texts come from pages: none of them may steer a terminal, forge a line of ours, or turn the
reading order of what stands beside it. On a terminal, lines are fitted to its width; elsewhere they are left whole."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WIDEST = 100
"""Columns beyond which running text is hard to read."""

_UNITS = ((86400.0, "d"), (3600.0, "h"), (60.0, "min"), (1.0, "s"))

Styled = tuple[str, str]
"""A piece of text with its style in rich's words (`red strike`), empty for none."""

# Control, format and line-separating characters and surrogates (Cc, Cf, Zl, Zp, Cs), tags with what is not yet assigned among
# them; but for format characters that are spelling: joiners (Persian, Indic scripts, emoji), and the signs that Arabic,
# Syriac, Kaithi and Egyptian write. In two patterns: one that also has characters beyond the Basic Multilingual Plane takes
# three times as long.
_STEERS = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\ufffb]"
)
_STEERS_BEYOND = re.compile("[\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff]")
_BLANKS = re.compile(r"\s+")
_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
# Escape sequences whole, so that no `[31m` is left of one.
_ESCAPES = re.compile("\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b\n]*(?:\x07|\x1b\\\\)")


def to_nobody() -> None:
    """After a BrokenPipeError: what is still buffered or printed goes nowhere, else the interpreter would complain at its
    end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def plain(text: object) -> str:
    """Text without escape sequences, control and format characters; line ends are kept, tabs are blanks, a lone surrogate
    is U+FFFD."""
    found = str(text).replace("\r\n", "\n")
    return _without(_shown, _ESCAPES.sub("", found) if "\x1b" in found else found)


def line(text: object) -> str:
    """`plain` text in one line."""
    return _BLANKS.sub(" ", plain(text)).strip()


def escaped(text: object) -> str:
    """Text in one line that loses nothing: what `plain` would take out or change is written as Python escapes it."""
    return _without(lambda found: found[0].encode("unicode_escape").decode("ascii"), str(text))


def dumps(value: Any, *, indent: int | None = None) -> str:
    """JSON that is safe to look at: what could steer a terminal, or part a line for some reader, is written as `\\uXXXX`,
    the same value to a program. Numbers that JSON has no name for (NaN, infinity) are null."""
    try:
        # `json.dumps` would make an encoder for each value.
        text = (
            _JSON.encode(value)
            if indent is None
            else json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
        )
    except ValueError:
        text = json.dumps(_finite(value), ensure_ascii=False, indent=indent, allow_nan=False)
    return _without(lambda found: "\n" if found[0] == "\n" else json.dumps(found[0])[1:-1], text)


def columns() -> int | None:
    """The width of the terminal that standard output is; None where it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def coloured() -> bool:
    """Whether standard output takes colours: a terminal, and NO_COLOR (https://no-color.org) not set."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def fitted(text: str, width: int | None) -> str:
    """One line cut to `width` columns, with an ellipsis; wide characters count two."""
    if width is None or len(text) * 2 <= width:
        return text
    from rich.text import Text

    cut = Text(text)
    cut.truncate(max(width, 1), overflow="ellipsis")
    return cut.plain


def wrapped(parts: Sequence[Styled] | str, width: int | None) -> str:
    """Text wrapped at words to `width` columns, at most `WIDEST`; left whole without a width. Styles end with each line."""
    pieces: Sequence[Styled] = [(parts, "")] if isinstance(parts, str) else parts
    if width is None and not any(style for _, style in pieces):
        return "".join(text for text, _ in pieces)
    from rich.console import Console
    from rich.text import Text

    console = Console(
        width=max(min(width or WIDEST, WIDEST), 1), force_terminal=True, color_system="standard", no_color=False
    )
    with console.capture() as printed:
        console.print(Text.assemble(*pieces), highlight=False, soft_wrap=width is None, end="")
    return "\n".join(row.rstrip() for row in printed.get().split("\n"))


def _without(by: Callable[[re.Match[str]], str], text: str) -> str:
    """`text` with what steers put as `by` says."""
    beyond = len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text)  # the quickest way to ask
    text = _STEERS.sub(by, text)
    return _STEERS_BEYOND.sub(by, text) if beyond else text


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(each) for name, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value


def _shown(found: re.Match[str]) -> str:
    c = found[0]
    if c in "\t\r\v\f":
        return " "
    if c in "\n\u2028\u2029\x85":
        return "\n"
    return "\ufffd" if "\ud800" <= c <= "\udfff" else ""


def span(seconds: float) -> str:
    """`42 s`, `3 min`, `5 h`, `2 d`: the largest unit of which there are at least two."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds >= 2 * size or size == 1.0)
    return f"{max(seconds, 0.0) / size:.0f} {unit}"


def number_of(count: int, one: str) -> str:
    """`1 source`, `2 sources`."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"
