"""Builds the pages of a `wall*_pages.toml` or `plain_pages.toml`: a frame as sites have it around the words of the case."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.models import Page, Profile

HERE = Path(__file__).parent
FRAMES: dict[str, dict[str, Any]] = tomllib.loads((HERE / "wall_frames.toml").read_text(encoding="utf-8"))
TEASER = str(FRAMES["en"]["teaser"])
STORIES: tuple[str, ...] = ("{}", "{} (2)", "{}: what is known", "{}: the day after")


@dataclass(frozen=True, slots=True)
class Case:
    """One page and what must become of it."""

    name: str
    lang: str
    reason: str
    shell: str
    title: str
    main: str = ""
    head: str = ""
    path: str = "/news/118"
    dated: bool = False
    form: str | None = None
    access: str | None = None
    has: tuple[str, ...] = ()
    hasnt: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)

    def page(self) -> Page:
        url = f"https://agency.test{self.path}"
        return Page(url, url, self.html().encode(), "2026-09-01T00:00:00Z", Profile("agency"), content_type="text/html")

    def html(self) -> str:
        head = f"<meta charset='utf-8'><title>{self.title}</title>{self.head}{self._json_ld()}"
        return f"<!doctype html><html lang='{self.lang}'><head>{head}</head><body>{self._body()}</body></html>"

    def _json_ld(self) -> str:
        if not self.dated and not self.extra:
            return ""
        node = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": self.title} | self.extra
        if self.dated:
            node = {"datePublished": "2026-08-31T09:30:00+02:00"} | node
        return f"<script type='application/ld+json'>{json.dumps(node, ensure_ascii=False)}</script>"

    def _body(self) -> str:
        match self.shell:
            case "bare":
                return self.main
            case "cloudflare":
                return (
                    "<div class='main-wrapper' role='main'><div class='main-content'>"
                    f"<h1 class='zone-name-title'>agency.test</h1>{self.main}</div></div>"
                    "<script>window._cf_chl_opt={cvId:'3',cType:'managed'};</script><div class='footer'>"
                    "<div class='ray-id'>Ray ID: <code>7d1f3c9ab1e2</code></div>Performance &amp; security by Cloudflare</div>"
                )
            case "datadome":
                return (
                    f"{self.main}<script data-cfasync='false'>var dd={{'rt':'c','host':'geo.captcha-delivery.com'}}</script>"
                    "<script src='https://ct.captcha-delivery.com/c.js'></script>"
                )
            case "cards":
                return self._framed(self._cards())
            case "links":
                return self._framed(f"<h1>{self.title}</h1>{self._links()}")
            case _:
                return self._framed(self.main)

    def _framed(self, main: str) -> str:
        frame = FRAMES[self.lang]
        nav = "".join(f"<li><a href='/s/{n}'>{name}</a></li>" for n, name in enumerate(frame["sections"].split()))
        read = "".join(f"<li><a href='/n/{n}'>{story}</a></li>" for n, story in enumerate(frame["stories"]))
        return (
            f"<header><a href='/' class='logo'>AGENCY</a><nav><ul>{nav}</ul></nav>"
            "<form action='/search'><input name='q'></form></header>"
            f"<main>{main}</main><aside class='most-read'><h3>{frame['read']}</h3><ol>{read}</ol></aside>"
            f"<footer><p>© 2026 AGENCY</p><p>{frame['foot']}</p></footer>"
        )

    def _headlines(self) -> list[str]:
        return [form.format(story) for form in STORIES for story in FRAMES[self.lang]["stories"]]

    def _cards(self) -> str:
        teaser = FRAMES[self.lang].get("teaser", TEASER)
        cards = "".join(
            f"<article class='card'><img src='{n}.jpg'><h2><a href='/n/{n}-story'>{story}</a></h2>"
            f"<p>{story}. {teaser}</p></article>"
            for n, story in enumerate(self._headlines())
        )
        return f"<h1>{self.title.split(' - ')[0]}</h1><section class='cards'>{cards}</section>"

    def _links(self) -> str:
        return "<ul class='list'>" + "".join(
            f"<li><h3><a href='/n/{n}'>{story}</a></h3></li>" for n, story in enumerate(self._headlines())
        ) + "</ul>"  # fmt: skip


def cases(name: str) -> list[Case]:
    """The pages of a file beside this one."""
    rows: list[dict[str, Any]] = tomllib.loads((HERE / name).read_text(encoding="utf-8"))["page"]
    for row in rows:
        row |= {key: tuple(value) for key, value in row.items() if isinstance(value, list)}
    return [Case(**row) for row in rows]
