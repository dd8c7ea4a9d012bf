"""Texts with a known origin: pages built from `credit_cases.toml`, and the labels of `credit_labels.toml` over a corpus."""

from __future__ import annotations

import gzip
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from pipelines import credits as wire_credits
from pipelines import dateline
from pipelines.attribution import Attribution
from pipelines.extractor import extract
from storage.models import Credit, Extraction, Page, Profile
from tests.pipelines import wire_items

HERE = Path(__file__).parent
FETCHED_AT = "2026-09-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled text: its name, the agency that a person read (None: none), and what was found."""

    name: str
    agency: str | None
    found: Credit | None
    kind: str | None = None

    @property
    def right(self) -> bool:
        """Whether the same agencies were found; their order says nothing."""
        return _agencies(self.agency) == _agencies(self.found.agency if self.found else None)

    @property
    def wrong(self) -> bool:
        """An agency was found, and it is not the one."""
        return self.found is not None and not self.right


def _agencies(name: str | None) -> frozenset[str]:
    return frozenset(name.split("/")) if name else frozenset()


def cases() -> list[tuple[str, dict[str, str], list[str]]]:
    """(name, case, paragraphs) of each page of our own."""
    data = tomllib.loads((HERE / "credit_cases.toml").read_text(encoding="utf-8"))
    return [
        (f"{number}-{case['lang']}-{case['agency']}", case, data["texts"][case["lang"]])
        for number, case in enumerate(data["cases"]["list"])
    ]


def labels() -> dict[str, dict[str, str]]:
    """`pages` and `wire`: id -> agency or `none`."""
    return tomllib.loads((HERE / "credit_labels.toml").read_text(encoding="utf-8"))


def html(case: dict[str, str], paragraphs: list[str]) -> str:
    """The page of one case."""
    article: dict[str, Any] = {"@type": "NewsArticle", "headline": "Storm", "datePublished": "2023-11-01T10:00:00Z"}
    authors = [
        {"@type": kind, "name": case[key]}
        for key, kind in (("author", "Person"), ("organisation", "Organization"))
        if key in case
    ]
    if authors:
        article["author"] = authors
    link = f'<link rel="canonical" href="{case["canonical"]}">' if "canonical" in case else ""
    under = "".join(
        f'<div class="article-{name}">{escape(case[key])}</div>'
        for key, name in (("byline", "byline"), ("source", "source"))
        if key in case
    )
    caption = f'<figure><img src="a.jpg"><figcaption>{escape(case.get("caption", ""))}</figcaption></figure>'
    lines = [case.get("first", "") + paragraphs[0], *paragraphs[1:], *([case["end"]] if "end" in case else [])]
    text = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return (
        f'<html lang="{case["lang"]}"><head><meta charset="utf-8"><title>{escape(paragraphs[0][:40])}</title>{link}'
        f'<script type="application/ld+json">{json.dumps(article)}</script></head><body><nav>AFP Reuters AP</nav>'
        f"<article><h1>{escape(paragraphs[0][:40])}</h1>{under}{caption if 'caption' in case else ''}"
        f'<div class="text">{text}</div></article><footer>© 2024 Harbour Gazette</footer></body></html>'
    )


def judge_case(name: str, case: dict[str, str], paragraphs: list[str]) -> Judged:
    """What extraction finds on the page of one case."""
    url = "https://gazette.example/news/storm-2023"
    page = Page(url, url, html(case, paragraphs).encode(), FETCHED_AT, Profile(source="gazette"), charset="utf-8")
    return _judged(name, case["agency"], extract(page))


def _judged(name: str, agency: str, extraction: Extraction) -> Judged:
    if extraction.article is None:
        raise ValueError(f"{name}: the page is taken for no article ({extraction.reason})")
    kind = dict(extraction.sources).get("credit")
    return Judged(name, None if agency == "none" else agency, extraction.article.credit, kind)


def judge_pages(corpus: Path, step: int = 1) -> Iterator[Judged]:
    """What extraction finds on the labelled pages of the corpus, or on every `step`-th of them."""
    gold = [json.loads(line) for line in (corpus / "gold" / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
    known = {page["id"]: page for page in gold}
    for name, agency in list(labels()["pages"].items())[::step]:
        page = known[name]
        url = page.get("url") or f"https://{page['site']}/{name}"
        body = gzip.decompress((corpus / "pages" / "dev" / f"{name}.html.gz").read_bytes())
        profile = Profile(source=page["site"], licensed=True)
        yield _judged(name, agency, extract(Page(url, url, body, FETCHED_AT, profile, charset=page.get("encoding"))))


def judge_wire(corpus: Path) -> Iterator[Judged]:
    """What the credits' rules find in the labelled items of agencies."""
    for name, agency in labels()["wire"].items():
        item = wire_items.read(corpus / "feeds" / "wire" / name)
        rights = [line for line in item.copyrights if "©" in line or "opyright" in line or "(c)" in line]
        witness = wire_credits.strongest(
            body=item.body,
            tail=None,
            authors=(),
            dateline=dateline.split(item.body, published_day=None),
            copyright_line=next(iter([*rights, *item.copyrights]), None),
            own_agency=None,
            said=Attribution(bylines=item.bylines, sources=item.credits),
        )
        kind, credit = witness or (None, None)
        yield Judged(name, None if agency == "none" else agency, credit, kind)
