"""SQL functions whose time SQLite does not bound, once more, in time that grows with the length of what they are given.

SQLite looks at the clock between two steps of its machine, and one call of a function is one step: `LIKE '%a%a%a%b'` on a long
text takes minutes, and so do `instr` and `replace` of long texts in long texts.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

LONGEST: Final = 5_000_000
"""Characters that a function may make."""
_MOST_WORK: Final = 50_000_000
"""Characters of a text times those of a pattern."""
_SIGNS: Final = 100
"""Characters that `trim` may take away, and parts of a pattern."""


def like(pattern: Any, text: Any, escape: str | None = None) -> bool | None:
    """`text LIKE pattern`. Capitals are the same as small letters in every script (in SQLite: in ASCII only)."""
    if pattern is None or text is None:
        return None
    parts = _parts(str(pattern), escape)
    whole = str(text).lower()
    if len(whole) * len(str(pattern)) > _MOST_WORK:
        raise ValueError("LIKE: the text is too long for this pattern")
    if len(parts) == 1:
        return bool(parts[0].fullmatch(whole))
    begins = parts[0].match(whole)
    if begins is None:
        return False
    at = begins.end()
    for part in parts[1:-1]:  # each as early as it can be: no other place would leave more for those that follow
        found = part.search(whole, at)
        if found is None:
            return False
        at = found.end()
    last = _length(parts[-1])
    return len(whole) - last >= at and bool(parts[-1].match(whole, len(whole) - last))


def instr(text: Any, sought: Any) -> int | None:
    """Where `sought` begins in `text`, from 1; 0: nowhere."""
    if text is None or sought is None:
        return None
    if isinstance(text, bytes) and isinstance(sought, bytes):
        return text.find(sought) + 1
    return _words(text).find(_words(sought)) + 1


def replace(text: Any, old: Any, new: Any) -> str | None:
    """`text` with `new` for each `old`. Raises ValueError where that is longer than `LONGEST`."""
    if text is None or old is None:
        return None
    whole, out = _words(text), _words(old)
    if not out or new is None:
        return None if out else whole
    put = _words(new)
    if len(whole) + whole.count(out) * (len(put) - len(out)) > LONGEST:
        raise ValueError("replace: the text would be too long")
    return whole.replace(out, put)


def _trim(strip: Callable[[str, str], str]) -> Callable[[Any, Any], str | None]:
    def trimmed(text: Any, signs: Any) -> str | None:
        if text is None or signs is None:
            return None
        if len(_words(signs)) > _SIGNS:
            raise ValueError("trim: too many characters to take away")
        return strip(_words(text), _words(signs)) if _words(signs) else _words(text)

    return trimmed


def _words(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


@lru_cache(maxsize=64)
def _parts(pattern: str, escape: str | None) -> list[re.Pattern[str]]:
    """What stands between the `%` of a pattern: each of a length of its own, so that looking for it never goes back."""
    if escape is not None and len(escape) != 1:
        raise ValueError("ESCAPE takes one character")
    parts, taken = [""], False
    for sign in pattern:
        if taken or sign not in ("%", "_", escape):
            parts[-1] += re.escape(sign.lower())
            taken = False
        elif sign == escape:
            taken = True
        elif sign == "_":
            parts[-1] += "."
        else:
            parts.append("")
    if len(parts) > _SIGNS or len(pattern) > 1000:
        raise ValueError("LIKE: the pattern is too long")
    return [re.compile(part, re.DOTALL) for part in parts]


@lru_cache(maxsize=64)
def _length(part: re.Pattern[str]) -> int:
    return len(re.sub(r"\\(.)", r"\1", part.pattern, flags=re.DOTALL))


FUNCTIONS: Final[tuple[tuple[str, int, Callable[..., Any]], ...]] = (
    ("like", 2, like),
    ("like", 3, like),
    ("instr", 2, instr),
    ("replace", 3, replace),
    ("trim", 2, _trim(str.strip)),
    ("ltrim", 2, _trim(str.lstrip)),
    ("rtrim", 2, _trim(str.rstrip)),
)


def bound(conn: sqlite3.Connection) -> None:
    """Set them on a connection."""
    for name, arguments, function in FUNCTIONS:
        conn.create_function(name, arguments, function, deterministic=True)
