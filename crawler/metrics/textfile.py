"""`dateline metrics`: the figures once, to standard output or as a file for node-exporter's textfile collector."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from crawler.metrics.look import look
from crawler.metrics.text import Text, of_database

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.config import Config

MODE = 0o644
"""node-exporter runs as another user."""


def text(config: Config, *, now: float) -> bytes:
    """The metrics of the database. Raises `StorageError`."""
    return Text(of_database(look(config, now=now))).render()


def write(file: Path, content: bytes) -> None:
    """Put a whole file in the place of the old one: the collector never reads half of one. Its name must end in `.prom` to be
    read there. Raises OSError."""
    part = file.with_name(f".{file.name}.{os.getpid()}")  # the collector takes no name but *.prom
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, MODE)
        with os.fdopen(descriptor, "wb") as whole:
            os.fchmod(descriptor, MODE)
            whole.write(content)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
