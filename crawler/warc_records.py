"""Pages out of WARC files (ISO 28500), such as CC-NEWS: a stream of HTML responses, and word of everything that is not.

Pure reading: what becomes of the pages is decided by `warc.py`. Any record can be resumed at by its `end`.
"""

from __future__ import annotations

import hashlib
import logging
import re
from contextlib import contextmanager
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from warcio.bufferedreaders import ChunkedDataException, ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecordLoader
from warcio.statusandheaders import StatusAndHeadersParserException

from crawler.politeness.encodings import MOST_ENCODINGS, TooLarge, Undecodable, unpacked
from crawler.warc_members import Member, members
from pipelines.urls import harmless

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator

    from warcio.recordloader import ArcWarcRecord

BODY_LIMIT = 10 * 1024 * 1024
"""Bytes of one page, packed or unpacked; a larger one is reported without its body."""

_HEAD_ROOM = 256 * 1024
_IDENTITY_BYTES = 1024 * 1024
_BEGINS = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "zstd": b"\x28\xb5\x2f\xfd"}
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_LENGTH = re.compile(r"\s*[0-9]{1,18}\s*")
_MIME = re.compile(r"[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,60}")
_WITH_HTTP = re.compile(rb"^WARC-Type:\s*(?:response|request|revisit)", re.IGNORECASE | re.MULTILINE)
_LOOKS_HTML = re.compile(rb"\A\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head)\b", re.IGNORECASE | re.DOTALL)

logging.getLogger("warcio").setLevel(logging.ERROR)  # a line for each blank in a URL


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """An HTML response, or a record that could not be read. `offset`, `end`: its bytes in the file; `end` is where a
    later `records(start=)` goes on.

    `date` is WARC-Date as written (`2023-11-01T08:00:00Z`), None where it is missing. `headers`: the HTTP header's
    pairs. `body` is decoded from transfer and content encodings. `problem`: `too_large` (no body), `truncated` (a part
    of it), `broken` (not readable); `detail` says it for people.
    """

    offset: int
    end: int
    url: str | None = None
    date: str | None = None
    status: int | None = None
    content_type: str | None = None
    charset: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    problem: str | None = None
    detail: str | None = None


class _BodyError(Exception):
    """A body that cannot be had: `problem` as in WarcRecord."""

    def __init__(self, problem: str, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem


def identity(place: Path | BinaryIO, name: str | None = None) -> str:
    """A name for this very file, to resume an import by: name, size, and SHA-256 of its first MiB.

    `place`: a path, or an open file that can be sought, with its `name` (without folders); it is left at its start."""
    with _opened(place) as file:
        start = hashlib.sha256(file.read(_IDENTITY_BYTES)).hexdigest()[:32]
        size = file.seek(0, SEEK_END)
        file.seek(0)
    return f"{name or Path(place.name).name}:{size}:{start}"


@contextmanager
def _opened(place: Path | BinaryIO) -> Iterator[BinaryIO]:
    """What a path names, closed at the end; an open file as it is, from its start on."""
    if isinstance(place, Path):
        with place.open("rb") as file:
            yield file
    else:
        place.seek(0)
        yield place


def records(
    place: Path | BinaryIO,
    *,
    start: int = 0,
    counts: Counter[str] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Iterator[WarcRecord]:
    """The HTML responses of a WARC file (.warc, .warc.gz) in their order, and its unreadable records.

    `place`: a path, or an open file that can be sought: it is read onwards, with steps back of less than 64 KiB.
    `start`: the `end` of a record already dealt with. `counts` is told of every record by type (`request`,
    `response text/html`, `response image/png`, `broken`), so that what is not given can be accounted for. `progress` is
    called with the byte reached after every record. Raises OSError when the file cannot be read.
    """
    with _opened(place) as file:
        for member in members(file, start=start, cap=BODY_LIMIT + _HEAD_ROOM):
            kind, record = _read(member)
            if counts is not None:
                counts[kind] += 1
            if record is not None:
                yield record
            if progress is not None:
                progress(member.end)


def _read(member: Member) -> tuple[str, WarcRecord | None]:
    """The type of a member for counting, and its record where it is one to give."""

    def trouble(problem: str, detail: str, url: str | None = None) -> tuple[str, WarcRecord]:
        return problem, WarcRecord(member.offset, member.end, url=url, problem=problem, detail=detail)

    if member.problem == "broken" or not member.data:
        return trouble("broken", member.detail or "an empty record")
    if (ends := _head_ends(member.data, 0)) is None or (
        _WITH_HTTP.search(member.data, 0, ends) and _head_ends(member.data, ends) is None
    ):
        return trouble("broken", f"a header of more than {_HEAD_ROOM} bytes")  # minutes and gigabytes for their parser
    try:
        record = _loader().parse_record_stream(BytesIO(member.data), None, "warc")
    except (
        ArchiveLoadFailed,
        StatusAndHeadersParserException,
        EOFError,
        ValueError,
        OverflowError,
        AttributeError,
    ) as error:
        return trouble(member.problem or "broken", member.detail or f"{type(error).__name__}: {error}")
    kind = str(record.rec_type or "untyped")
    url = record.rec_headers.get_header("WARC-Target-URI")
    if kind != "response" or not url or not url.lower().startswith(("http://", "https://")):
        return (kind if kind.isalnum() and len(kind) < 20 else "other"), None
    length = record.rec_headers.get_header("Content-Length") or "0"
    if not _LENGTH.fullmatch(length):
        return trouble("broken", f"no length: Content-Length: {length[:40]}", harmless(url))
    return _response(member, record, harmless(url), int(length))


def _response(member: Member, record: ArcWarcRecord, url: str, block: int) -> tuple[str, WarcRecord | None]:
    head = record.http_headers
    packed = record.raw_stream.read()
    declared = (head.get_header("Content-Type") if head else None) or ""
    mime = declared.partition(";")[0].strip().lower()
    kind = mime or record.rec_headers.get_header("WARC-Identified-Payload-Type") or ""
    if not kind and _LOOKS_HTML.match(packed[:2048]):
        kind = "text/html"
    counted = f"response {kind}" if _MIME.fullmatch(kind) else "response other"
    several = _remainder(member, block) > 0
    if kind not in _HTML and not (several and member.problem is None):
        return counted, None
    code = head.get_statuscode() if head else ""
    problem, detail, body = member.problem, member.detail, b""
    if cut := record.rec_headers.get_header("WARC-Truncated"):
        problem, detail = "truncated", f"WARC-Truncated: {cut}"
    try:
        if block > BODY_LIMIT + _HEAD_ROOM:
            raise _BodyError("too_large", f"{block} bytes, more than {BODY_LIMIT}")
        body = _decoded(packed, head, whole=problem is None)
    except _BodyError as error:
        problem, detail = error.problem, str(error)
    if problem is None and several:
        problem, detail = (
            "broken",
            ("a wrong Content-Length, or several records in one gzip member; unpack it, or use `warcio recompress`"),
        )
    return counted, WarcRecord(
        offset=member.offset,
        end=member.end,
        url=url,
        date=record.rec_headers.get_header("WARC-Date"),
        status=int(code) if len(code) == 3 and code.isascii() and code.isdigit() else None,
        content_type=declared or None,
        charset=_charset(declared),
        headers=tuple((name, value) for name, value in head.headers) if head else (),
        body=body,
        problem=problem,
        detail=detail,
    )


def _head_ends(data: bytes, start: int) -> int | None:
    """Where the header that begins at `start` is over; the end of what there is where it is only cut off; None: too long."""
    end = data.find(b"\r\n\r\n", start, start + _HEAD_ROOM)
    if end >= 0:
        return end + 4
    return len(data) if len(data) - start <= _HEAD_ROOM else None


def _remainder(member: Member, block: int) -> int:
    """Bytes of a member behind its record and the two line ends."""
    head = member.data.find(b"\r\n\r\n")
    return member.size - head - block - 8 if head > 0 else 0


def _decoded(packed: bytes, head: object, *, whole: bool) -> bytes:
    """The body without transfer and content encodings. What declares an encoding and bears none is taken as it is:
    many archives keep the headers and store the unpacked body. `whole` False: what is there of a truncated one."""
    get = head.get_header if head else (lambda _: None)  # type: ignore[attr-defined]  # warcio has no types
    if "chunked" in (get("Transfer-Encoding") or "").lower():
        try:
            packed = ChunkedDataReader(BytesIO(packed), raise_exceptions=True).read()
        except ChunkedDataException as error:
            if not whole:
                packed = ChunkedDataReader(BytesIO(packed)).read()
            elif re.match(rb"[0-9a-fA-F]{1,8}\s*(?:;[^\r\n]*)?\r\n", packed):
                raise _BodyError("broken", f"chunked encoding: {error}") from error
    encodings = (get("Content-Encoding") or "").lower().replace(" ", "").split(",")
    if len(encodings) > MOST_ENCODINGS:
        raise _BodyError("broken", f"{len(encodings)} content encodings, more than {MOST_ENCODINGS}")
    for encoding in reversed(encodings):
        packed = _unpacked(packed, encoding, whole=whole)
    if len(packed) > BODY_LIMIT:
        raise _BodyError("too_large", f"more than {BODY_LIMIT} bytes")
    return packed


def _unpacked(packed: bytes, encoding: str, *, whole: bool) -> bytes:
    if _LOOKS_HTML.match(packed[:2048]) or not packed.startswith(_BEGINS.get(encoding, b"")):
        return packed
    try:
        return unpacked(packed, [encoding], BODY_LIMIT, whole=whole)[0]
    except TooLarge as error:
        raise _BodyError("too_large", str(error)) from error
    except Undecodable as error:
        raise _BodyError("broken", str(error)) from error


def _charset(content_type: str) -> str | None:
    found = re.search(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", content_type, re.IGNORECASE)
    return found.group(1) if found else None


def _loader() -> ArcWarcRecordLoader:
    return ArcWarcRecordLoader(verify_http=False, arc2warc=False)
