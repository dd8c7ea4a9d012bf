"""docs/sources.md, made from the packaged registry: `python -m crawler.sources_doc > docs/sources.md`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from crawler.catalogue import CONFIDENCE, archive, live
from crawler.registry import load, packaged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.source import Source

_HEAD = """# The agencies

Made from `crawler/sources/` by `python -m crawler.sources_doc > docs/sources.md`; a test compares the two.

{open} sources of {agencies} agencies are crawled where they are chosen; {closed} are closed, with the reason below. They were
written from public evidence, not from visits, and no endpoint was invented: what has no evidence is not there. Seen live
(`verified`) so far: {verified}. What a source's terms allow is for you to find out; the live robots.txt decides what is
fetched.

- **live**: what is polled. **archive**: what a backfill reads, and the oldest day that it is known to reach.
- **articles**: `form` where the TOML says what an article's address looks like, with examples that it must and must not match;
  these show the form and are no pages that were visited, and where the TOML says so they were made after the form;
  `links` where all links of its own feeds and lists are articles.
- **confidence**: {confidence}.
- **evidence**: how many places the addresses were read in; they are listed at the end.
"""


def sources_doc() -> str:
    """The document as it ought to be."""
    sources = load(packaged()).values()
    open_ones = [source for source in sources if not source.closed]
    closed = [source for source in sources if source.closed]
    head = _HEAD.format(
        open=len(open_ones),
        agencies=len({(source.profile.agency, source.country) for source in open_ones}),
        closed=len(closed),
        verified=sum(source.verified for source in sources) or "none",
        confidence="; ".join(f"{name}: {meaning}" for name, meaning in CONFIDENCE.items()),
    )
    crawled = _table(
        (
            "source",
            "title",
            "country",
            "languages",
            "live",
            "archive",
            "articles",
            "confidence",
            "verified",
            "evidence",
        ),
        (
            (
                f"`{s.name}`",
                s.title,
                s.country or "",
                " ".join(s.languages),
                live(s),
                archive(s),
                "form" if s.article_url else "links",
                s.confidence,
                "yes" if s.verified else "no",
                str(len(s.evidence)),
            )
            for s in open_ones
        ),
    )
    shut = _table(
        ("source", "title", "country", "languages", "why"),
        ((f"`{s.name}`", s.title, s.country or "", " ".join(s.languages), s.closed or "") for s in closed),
    )
    evidence = "\n".join(_evidence(source) for source in sources)
    return f"{head}\n## Crawled\n\n{crawled}\n\n## Closed\n\n{shut}\n\n## Evidence\n\n{evidence}\n"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _evidence(source: Source) -> str:
    """Every place, and what robots.txt was seen to say, in code spans: addresses and globs are no markup."""
    places = "; ".join(f"`{place}`" for place in source.evidence)
    robots = f"; robots: {source.robots_note.replace('*', chr(92) + '*')}" if source.robots_note else ""
    return f"- **{source.name}**: {places}{robots}"


if __name__ == "__main__":
    sys.stdout.buffer.write(sources_doc().encode())
