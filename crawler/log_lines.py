r"""What is written to the log: one line an event, without secrets, whoever said it: we, Scrapy, Twisted, a library.

Line ends and whatever could steer a terminal are written as Python escapes them (`\n`, `\x1b`, `\u202e`), so that no title, no
address and no traceback makes a line of its own. Taken out, as `***`: user names and passwords of addresses, the values of the
names in `CONFIDENTIAL` in queries and key-value pairs, and what follows `Authorization`, `Proxy-Authorization`, `Cookie`,
`Set-Cookie`, `X-Api-Key:` and its like, `Bearer` and `Basic`. That is a net below what is kept out of addresses in the first
place: an article's own address with a token in it stands whole in the database, where it is the article's identity, and
shortened in the log.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from crawler import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from scrapy.settings import BaseSettings

LONGEST: Final = 20_000
"""Characters of a line; of a longer one the beginning and the end are kept."""

MODE: Final = 0o600
"""Of a log file that is made: addresses of a wire's subscriber are nobody else's business."""

CONFIDENTIAL: Final = (
    r"(?:access|refresh|id|auth|csrf|xsrf)?[-_]?token|api[-_]?key|key|(?:client[-_]?)?secret|pass|passwd|password|pwd|auth"
    r"|signature|sig|hmac|session|session[-_]?id|sid|phpsessid|jsessionid|credentials?|jwt|ticket|otp"
    r"|x-amz-(?:signature|credential)|[\w-]{1,40}[-_](?:key|token|secret)"
)
"""Names whose values are not for the log."""

_VALUE: Final = r"(?:\"[^\"]*\"|'[^']*'|[^\s&;,#)}\]\"'<>]+)"

_SECRETS: Final = (
    # `//user:pw@`, and `user:pw@host` where a proxy is named without its scheme.
    (re.compile(r"(?<=//)[^\s/?#\"'<>]*@"), "***@"),
    (re.compile(r"(?<![\w.-])[\w.+-]{1,64}:[^\s@/\"'<>]{1,256}@(?=[\w\[])"), "***@"),
    # A header with all that follows it, to the end of what is quoted, of a list or of the line; in a path, `cookie` is a page.
    (
        re.compile(
            r"(?i)(?<![\w/-])((?:[\w-]{1,40}-)?(?:authorization|cookie2?))\b(['\"]?\s*[:=,]\s*\[?\s*)"
            r"(?:(?:b?\"[^\"]*\"|b?'[^']*')(?:,\s*(?:b?\"[^\"]*\"|b?'[^']*')(?=[,\]]))*|[^\r\n\]}]+)"
        ),
        r"\1\2***",
    ),
    (re.compile(r"(?i)\b(bearer|basic|digest)\s+[A-Za-z0-9._~+/=-]{6,}"), r"\1 ***"),
    # `X-Api-Key: …`, `token: …`, but not `the key: …`.
    (
        re.compile(rf"(?i)(?<![\w/-])((?:[\w-]{{1,40}}[-_](?:key|token|secret)|token|secret|password)\s*:\s*){_VALUE}"),
        r"\1***",
    ),
    # The same in a list of pairs, `('X-Api-Key', '…')`.
    (re.compile(rf"(?i)(['\"](?:[\w-]{{1,40}}[-_])(?:key|token|secret)['\"]\s*,\s*b?){_VALUE}"), r"\1***"),
    # `?token=…`, `"token": "…"`, but not `monkey=`; and the same within an address in an address, `%3Ftoken%3D…`.
    (re.compile(rf"(?i)(?<![\w-])((?:{CONFIDENTIAL})(?:['\"]\s*:\s*\[?|=)b?){_VALUE}"), r"\1***"),
    (re.compile(rf"(?i)((?:%3f|%26|%3b)(?:{CONFIDENTIAL})%3d)(?:(?!%26|%23|%3b)[^\s&;#\"'<>])+"), r"\1***"),
)


def without_secrets(text: str) -> str:
    """`text` without what its form shows to be a secret (see above)."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def one_line(text: str) -> str:
    """`text` as the log has it."""
    if len(text) > LONGEST:
        text = f"{text[: LONGEST * 3 // 4]} … {len(text) - LONGEST:,} characters … {text[-LONGEST // 4 :]}"
    return terminal.escaped(without_secrets(text).rstrip())


class OneLine(logging.Formatter):
    """A record, its traceback included, in one line."""

    def format(self, record: logging.LogRecord) -> str:
        return one_line(super().format(record))


@contextmanager
def log_lines(settings: BaseSettings) -> Iterator[None]:
    """Within, all log lines of the process go through one handler, by Scrapy's settings LOG_FILE, LOG_LEVEL, LOG_FORMAT and
    so on. `settings` are changed so that Scrapy puts up none of its own. A log file is made with `MODE`.

    Raises OSError where the log file cannot be opened."""
    from scrapy.utils.log import TopLevelFormatter, configure_logging

    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")
    handler = _handler(settings)
    handler.setFormatter(OneLine(settings.get("LOG_FORMAT"), settings.get("LOG_DATEFORMAT")))
    handler.setLevel(settings.get("LOG_LEVEL"))
    if settings.getbool("LOG_SHORT_NAMES"):
        handler.addFilter(TopLevelFormatter(["scrapy"]))
    scrapy = logging.getLogger("scrapy")
    before, asked = logging.root.level, scrapy.level
    configure_logging(settings)  # type: ignore[arg-type]  # it reads them only
    scrapy.setLevel(max(asked, handler.level))  # or each page has four lines made and thrown away
    logging.root.setLevel(logging.NOTSET)
    logging.root.addHandler(handler)
    try:
        yield
    finally:
        logging.root.removeHandler(handler)
        logging.root.setLevel(before)
        scrapy.setLevel(asked)
        handler.close()


def careful_from_here() -> None:
    """What is said outside `log_lines`, and the traceback of an error that nobody foresaw, do not steer the terminal
    either."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(OneLine())
    sys.excepthook = _unforeseen


def open_file(path: Path | str, *, append: bool = True, encoding: str = "utf-8") -> Any:
    """A log file opened for writing, made with `MODE`; the mode of one that is there stays. Raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | (os.O_APPEND if append else os.O_TRUNC)
    return os.fdopen(os.open(path, flags, MODE), "a" if append else "w", encoding=encoding, errors="backslashreplace")


class _ToFile(logging.FileHandler):
    def _open(self) -> Any:
        return open_file(self.baseFilename, append=self.mode == "a", encoding=self.encoding or "utf-8")


def _handler(settings: BaseSettings) -> logging.Handler:
    if file := settings.get("LOG_FILE"):
        mode = "a" if settings.getbool("LOG_FILE_APPEND") else "w"
        return _ToFile(file, mode=mode, encoding=settings.get("LOG_ENCODING"))
    return logging.StreamHandler() if settings.getbool("LOG_ENABLED") else logging.NullHandler()


def _unforeseen(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return sys.__excepthook__(kind, error, where)
    told = without_secrets("".join(traceback.format_exception(kind, error, where)))
    sys.stderr.write("".join(f"{terminal.escaped(row)}\n" for row in told.rstrip("\n").split("\n")))
    return None
