"""A database as an older extractor would have left it: what `bench/reextract.py` and its quick form in the tests begin with."""

from __future__ import annotations

import gzip
import json
import random
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipelines import fingerprint
from storage import reextraction
from storage.models import Announcement, Article, Credit, Dateline, Instant, Reading
from storage.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    from sqlite_utils import Database

    from storage.models import KeptText

OLDER = "dateline 0, trafilatura 0.0, profile 0"
LEFT_IN = "Sign up for the zanzibar morning letter and never miss a story"
"""What the older extractor took for text, under every second story."""
_ROWS = (
    "SELECT a.*, r.title, r.lead, r.body, r.subheads, r.content_hash, r.label, r.announced, r.extractor AS made_by FROM article"
    " AS a JOIN revision AS r ON r.article_id = a.id AND r.revision = a.revision WHERE a.id = ?"
)


def write_warc(path: Path, pages: int, seed: int) -> None:
    """`pages` made-up articles of twenty sites, each tenth a copy of the one before it at another site."""
    chance, paragraphs = random.Random(seed), list[str]()
    with path.open("wb") as out:
        for number in range(pages):
            if number % 10 != 9:
                paragraphs = [_sentence(chance, number) for _ in range(chance.randint(4, 12))]
            title = f"Report {number}: {paragraphs[0].split('. ')[0][:50].strip()}"
            body = "".join(f"<p>{text}</p>" for text in paragraphs)
            html = (
                f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
                f'<meta property="og:type" content="article"><meta name="author" content="Ada Byron">'
                f'<meta property="article:published_time" content="2026-08-{1 + number % 28:02}T08:{number % 60:02}:00Z">'
                f"</head><body><nav><a href='/'>Home</a></nav><article><h1>{title}</h1>{body}</article></body></html>"
            )
            out.write(gzip.compress(_record(f"https://site{number % 20}.test/{number}", html.encode()), mtime=0))


def _record(url: str, html: bytes) -> bytes:
    """A WARC/1.1 response."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-09-01T00:00:00Z\r\n"
        f"WARC-Record-ID: <urn:{url}>\r\nContent-Type: application/http;msgtype=response\r\n"
        f"Content-Length: {len(answer)}\r\n\r\n"
    )
    return head.encode() + answer + b"\r\n\r\n"


def age(path: Path) -> dict[str, int]:
    """Rewrite all stored texts as an older extractor would have read them, with all that hangs on them: under every second
    one a promotion, in every third headline the site's name, every fifth without its author. Answers how many texts there
    are and how many of them are other ones now; no change is written of it."""
    with Store.open(path) as store:
        return store.writer.submit(_age).result()


def _age(db: Database) -> dict[str, int]:
    texts = reextraction.due(db, 0, wanted=lambda _, __: OLDER, everything=True, limit=1_000_000)
    (before,) = db.conn.execute("SELECT coalesce(max(seq), 0) FROM change").fetchone()
    changed = 0
    for place, text in enumerate(texts):
        if db.conn.execute("SELECT count(*) FROM revision WHERE article_id = ?", (text.article_id,)).fetchone() != (1,):
            db.conn.execute("UPDATE revision SET extractor = ? WHERE article_id = ?", (OLDER, text.article_id))
            continue  # the keys of its texts stand together: what one of them had stays
        found = reextraction.rewrite(db, Reading(text, OLDER, _older(_stored(db, text), place)), now=time.time())
        assert found.outcome in ("changed", "unchanged"), found
        changed += found.outcome == "changed"
    db.conn.execute("DELETE FROM change WHERE seq > ?", (before,))
    return {"texts": len(texts), "changed": changed}


def _older(article: Article, place: int) -> Article:
    body = f"{article.body}\n\n{LEFT_IN}" if place % 2 == 0 else article.body
    title = f"{article.title} - {article.source}" if place % 3 == 0 else article.title
    return replace(
        article,
        title=title,
        body=body,
        authors=() if place % 5 == 0 else article.authors,
        content_hash=fingerprint.content_hash(title, article.lead, body),
        sketch=fingerprint.sketch(body),
        word_count=len(body.split()),
        extractor=OLDER,
    )


def _stored(db: Database, text: KeptText) -> Article:
    """The article that was stored."""
    cursor = db.conn.execute(_ROWS, (text.article_id,))
    row = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
    given: dict[str, Any] = {
        name: row[name]
        for name in (
            *(
                "source",
                "key",
                "url",
                "canonical_url",
                "title",
                "lead",
                "body",
                "content_hash",
                "section",
                "language",
                "label",
            ),
            *(
                "agency_id",
                "form",
                "rights",
                "image_url",
                "image_caption",
                "image_credit",
                "access",
                "tail",
                "word_count",
            ),
        )
    }
    modified = replace(_instant(row, "modified"), offset=None) if row["modified_at"] else None
    return Article(
        **given,
        extractor=row["made_by"],
        subheads=tuple(json.loads(row["subheads"])),
        authors=tuple(json.loads(row["authors"])),
        tags=tuple(json.loads(row["tags"])),
        published=_instant(row, "published") if row["published_at"] else None,
        modified=modified,
        dateline=_dateline(row) if row["dateline"] is not None else None,
        credit=_credit(row) if row["credit"] is not None else None,
        announced=tuple(Announcement("update", words) for words in json.loads(row["announced"] or "[]")),
        sketch=fingerprint.sketch(row["body"]),
    )


def _instant(row: dict[str, Any], name: str) -> Instant:
    offset, raw = row.get(f"{name}_offset"), row.get(f"{name}_raw") or ""
    return Instant(row[f"{name}_at"], row[f"{name}_precision"], offset, raw, row[f"{name}_from"])


def _dateline(row: dict[str, Any]) -> Dateline:
    parts = (row[f"dateline{part}"] for part in ("", "_place", "_date", "_agency", "_length"))
    return Dateline(*parts)


def _credit(row: dict[str, Any]) -> Credit:
    return Credit(row["credit"], row["credit_evidence"], row["credit_confidence"])


def _sentence(chance: random.Random, number: int) -> str:
    """A paragraph of three sentences of made-up words, so that no two stories share a passage."""
    sentences = []
    for _ in range(3):
        words = ["".join(chance.choice("bdfgklmnprst") + chance.choice("aeiou") for _ in range(chance.randint(2, 4)))
                 for _ in range(chance.randint(9, 15))]  # fmt: skip
        sentences.append(f"The {' '.join(words)} of number {number}.")
    return " ".join(sentences)
