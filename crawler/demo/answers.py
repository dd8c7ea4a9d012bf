"""One HTTP answer, and when 304 may stand for it (RFC 9110, section 13)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC
from email.utils import formatdate, parsedate_to_datetime
from typing import NamedTuple


class Response(NamedTuple):
    """What the server sends; `headers` without Content-Length."""

    status: int
    headers: dict[str, str]
    body: bytes


def text(status: int, message: str) -> Response:
    return Response(status, {"Content-Type": "text/plain; charset=utf-8"}, f"{message}\n".encode())


def document(content: str, media_type: str, modified: float | None = None) -> Response:
    """200 with an ETag of the content and, where `modified` (epoch seconds) is known, Last-Modified."""
    body = content.encode()
    headers = {
        "Content-Type": f"{media_type}; charset=utf-8",
        "ETag": f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"',
    }
    if modified is not None:
        headers["Last-Modified"] = formatdate(int(modified), usegmt=True)
    return Response(200, headers, body)


def conditional(answer: Response, headers: Mapping[str, str]) -> Response:
    """304 where the validators in `headers` (names in lower case) still hold; If-None-Match goes before
    If-Modified-Since (RFC 9110, 13.2.2)."""
    etag, modified = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
    if answer.status != 200 or etag is None:
        return answer
    if (wanted := headers.get("if-none-match")) is not None:
        same = wanted.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
    elif (since := headers.get("if-modified-since")) is not None and modified is not None:
        same = _not_later(modified, since)
    else:
        return answer
    kept = {name: value for name, value in answer.headers.items() if name in ("ETag", "Last-Modified")}
    return Response(304, kept, b"") if same else answer


def _not_later(modified: str, since: str) -> bool:
    try:
        asked = parsedate_to_datetime(since)
    except ValueError:
        return False  # RFC 9110, 13.1.3: a date that cannot be read is ignored
    return parsedate_to_datetime(modified) <= (asked if asked.tzinfo else asked.replace(tzinfo=UTC))
