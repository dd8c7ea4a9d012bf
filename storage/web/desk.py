"""What pages of lists share: a parameter of the address that may be missing, and the address of the next page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from datasette import Request


def given(request: Request, *names: str) -> dict[str, str | None]:
    """Parameter -> its value; None where it is missing or empty."""
    return {name: (request.args.get(name) or "").strip() or None for name in names}


def address(path: str, asked: Mapping[str, str | None]) -> str:
    """`path?name=value`, of the names that have one."""
    told = urlencode({name: value for name, value in asked.items() if value}, errors="replace")
    return f"{path}?{told}" if told else path


def within(path: str, name: str) -> str:
    """`path/name`, whatever is in the name."""
    return f"{path}/{quote(name, safe='', errors='replace')}"
