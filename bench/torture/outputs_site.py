# ruff: noqa: E501 - texts and pages as they stand
"""A wire on loopback whose feed and pages are made of hostile texts, with canary secrets in its addresses and headers."""

from __future__ import annotations

import html
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from bench.torture.outputs_payloads import SCHEMES

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST: Final = "wire.test"
PASSWORD: Final = "CANARYPASSWORD"
TOKEN: Final = "CANARYTOKEN"
COOKIE: Final = "CANARYCOOKIE"

PROSE: Final = (
    "The port authority of the northern harbour said on Tuesday that ferries would run again from the weekend.",
    "Repairs to the two piers took eleven weeks longer than planned after storms in the spring, officials said.",
    "Passengers had been taken by bus to the southern terminal, which doubled the time of the crossing.",
    "The council will vote next month on a second berth, which is to cost some forty million over six years.",
)


@dataclass(slots=True)
class Wire:
    """The texts of its pages, by number."""

    payloads: list[str]
    seed: int
    port: int = 0

    def path(self, number: int) -> str:
        return f"/a/{number}?token={TOKEN}&n={number}"

    def feed(self) -> bytes:
        """JSON Feed: it can hold any character."""
        base = f"http://{HOST}:{self.port}"
        items: list[dict[str, Any]] = []
        for number, text in enumerate(self.payloads):
            url = f"{base}{self.path(number)}"
            if number % 5 == 4:
                url = url.replace("//", f"//joe:{PASSWORD}@", 1)
            items.append(
                {"id": text, "url": url, "title": text, "summary": text, "tags": [text], "image": self.link(number)}
            )
        items += [{"url": self.link(number), "title": "x"} for number in range(len(SCHEMES))]
        items += [
            {"url": f"{base}/a/{900 + number}{text[:200]}", "title": text}
            for number, text in enumerate(self.payloads[:5])
        ]
        return json.dumps(
            {"version": "https://jsonfeed.org/version/1.1", "title": self.payloads[0], "items": items}
        ).encode()

    def link(self, number: int) -> str:
        chosen = SCHEMES[(self.seed + number) % len(SCHEMES)]
        return chosen.replace("{password}", PASSWORD).replace("{host}", f"{HOST}:{self.port}")

    def page(self, number: int) -> bytes:
        """An article in whose every field the text stands, raw where HTML allows it and as character references."""
        text = self.payloads[number % len(self.payloads)]
        said = html.escape(text).replace("&amp;#", "&#")
        link = html.escape(self.link(number))
        claims = {
            "@context": "https://schema.org", "@type": "NewsArticle", "headline": f"{text} Harbour {number}", "author": {"name": f"{text} Writer"},
            "articleSection": text, "keywords": [text, "harbour"], "datePublished": f"2026-11-{1 + number % 20:02}T08:{number % 60:02}:00Z",
            "image": {"url": self.link(number), "caption": text, "creditText": text}, "url": self.link(number + 3), "description": text,
            "dateModified": text,
        }  # fmt: skip
        script = json.dumps(claims).replace("</", "<\\/")
        prose = "".join(f"<p>{line} Report {number}.</p>" for line in PROSE)
        return (
            f"<html lang=en><head><title>{said} Harbour {number}</title><link rel=canonical href=\"{link}\"><meta property=og:image content=\"{link}\">"
            f"<meta name=author content=\"{said} Writer\"><meta property=og:title content=\"{said} Harbour {number}\"><meta name=description content=\"{said}\">"
            f"<script type=application/ld+json>{script}</script></head><body><article><h1>{said} Harbour {number}</h1>"
            f"<figure><img src=\"{link}\"><figcaption>{said} (Photo: {said})</figcaption></figure><p>{said}</p>{prose}<p>{said}</p>"
            f"<p><a href=\"{link}\">{said}</a></p></article></body></html>"
        ).encode("utf-8", "surrogatepass")  # fmt: skip


@contextmanager
def serving(wire: Wire) -> Iterator[None]:
    """The wire on 127.0.0.1; its port is noted in it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body, more = self.answer()
            self.wfile.write(
                b"HTTP/1.1 " + status + b"\r\nContent-Type: " + kind + b"\r\nContent-Length: " + str(len(body)).encode()
                + b"\r\nSet-Cookie: sid=" + COOKIE.encode() + b"\r\nConnection: close\r\n" + more + b"\r\n" + body
            )  # fmt: skip

        def answer(self) -> tuple[bytes, bytes, bytes, bytes]:
            path = self.path
            if path.startswith("/feed"):
                return b"200 OK", b"application/feed+json", wire.feed(), b""
            if not path.startswith("/a/"):
                return b"404 Not Found", b"text/plain", b"", b""
            digits = "".join(c for c in path[3:7] if c.isdigit())
            number = int(digits or 0)
            if number % 17 == 16:
                return b"500 \x1b[31mred\x9b2J", b"text/html", b"\x1b[2J", b""
            if number % 19 == 18:
                return (
                    b"302 Found",
                    b"text/html",
                    b"",
                    b"Location: " + wire.link(number).encode("latin-1", "replace").replace(b"\n", b"") + b"\r\n",
                )
            return b"200 OK", b"text/html; charset=utf-8", wire.page(number), b""

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    wire.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def toml(port: int) -> str:
    return (
        f'title = "Wire"\nhome = "http://{HOST}:{port}/"\nhosts = ["{HOST}:{port}"]\nlanguages = ["en"]\n'
        f'[articles]\nurl = ["/a/"]\n[profile]\ntimezone = "Europe/Paris"\nrecheck = []\n[politeness]\ndelay = 0.0\nin_flight = 4\n'
        f'[[endpoint]]\nurl = "http://{HOST}:{port}/feed"\nkind = "feed"\n'
    )
