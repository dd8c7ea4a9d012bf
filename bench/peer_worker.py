"""Runs one other extractor in its own environment, for `bench/extraction.py --peers`: a page's JSON in, its extraction out.

    .bench/NAME/bin/python bench/peer_worker.py newspaper4k|news-please

Each line of standard input is {"url", "path", "encoding"} of a gzipped page, each line of standard output its title, authors,
published, body and the CPU seconds. Imports nothing of Dateline. Sockets are shut: no peer may fetch anything by itself.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import re
import socket
import sys
import time
import warnings
from pathlib import Path
from typing import Any

CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)


def shut(*_: object, **__: object) -> None:
    """In the place of every way to open a connection."""
    raise OSError("the bench is offline")


def decoded(body: bytes, encoding: str | None) -> str:
    """The page as text, for extractors that take no bytes: the encoding that came with it, the page's own, else UTF-8."""
    named = encoding or (match[1].decode() if (match := CHARSET.search(body[:4096])) else "utf-8")
    try:
        return body.decode(named, "replace")
    except LookupError:
        return body.decode("utf-8", "replace")


def by_newspaper4k(text: str, url: str) -> dict[str, Any]:
    import newspaper

    config = newspaper.Config()
    config.fetch_images = False
    article = newspaper.Article(url, config=config)
    article.download(input_html=text)
    article.parse()
    when = article.publish_date
    return {
        "title": article.title,
        "authors": list(article.authors),
        "published": when.isoformat() if hasattr(when, "isoformat") else when,
        "body": article.text,
    }


def by_news_please(text: str, url: str) -> dict[str, Any]:
    from newsplease import NewsPlease

    article = NewsPlease.from_html(text, url=url, fetch_images=False)
    when = article.date_publish
    return {
        "title": article.title,
        "authors": list(article.authors or []),
        "published": str(when) if when else None,
        "body": article.maintext or "",
    }


PEERS = {"newspaper4k": by_newspaper4k, "news-please": by_news_please}


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    extract = PEERS[sys.argv[1]]
    # What a peer prints itself must not come between our lines.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for way in ("connect", "connect_ex"):
        setattr(socket.socket, way, shut)
    extract(
        "<html><body><article><h1>Harbour</h1><p>All berths are free.</p></article></body></html>", "http://a.invalid/"
    )
    print(json.dumps({"ready": sys.argv[1]}), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        body = gzip.decompress(Path(asked["path"]).read_bytes())
        start = time.process_time()
        try:
            found = extract(decoded(body, asked["encoding"]), asked["url"])
        except Exception as error:  # noqa: BLE001 - a page on which a peer breaks is an empty extraction of it
            found = {
                "title": None,
                "authors": [],
                "published": None,
                "body": "",
                "error": f"{type(error).__name__}: {error}",
            }
        found["seconds"] = time.process_time() - start
        print(json.dumps(found, ensure_ascii=False, default=str), file=answers, flush=True)


if __name__ == "__main__":
    main()
