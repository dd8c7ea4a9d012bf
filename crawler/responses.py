"""What an answer's header says, as plain text: Scrapy gives bytes, and several values a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import ItemsView

    from scrapy.http import Response


def text(value: bytes | None) -> str | None:
    """A header value; None where there is none."""
    return value.decode("latin-1") if value else None


def location(response: Response) -> str:
    """`Location`, empty where there is none: UTF-8 where it is that, as servers write addresses that are not English."""
    value = response.headers.get("Location") or b""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def fields(response: Response) -> dict[str, str]:
    """Header names in lower case; several of one name joined by commas (RFC 9110 5.3)."""
    return {name.decode("latin-1").lower(): b", ".join(values).decode("latin-1") for name, values in _lines(response)}


def pairs(response: Response) -> list[tuple[str, str]]:
    """Every header line by itself: each `X-Robots-Tag` may name another crawler."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, values in _lines(response) for value in values]


def _lines(response: Response) -> ItemsView[bytes, list[bytes]]:
    """The headers as they are held: `Headers.items` looks each of them up by its name, which it makes anew."""
    return dict.items(response.headers)


def charset(response: Response) -> str | None:
    """The charset that the HTTP header itself declares (Scrapy's `encoding` also guesses)."""
    content_type = (text(response.headers.get("Content-Type")) or "").lower()
    _, found, value = content_type.partition("charset=")
    return value.split(";")[0].strip(" \"'") or None if found else None
