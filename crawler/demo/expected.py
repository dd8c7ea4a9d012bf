"""What a crawler should have concluded from the demo: articles, their revisions, which are copies, what is no article."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from crawler.demo.stories import AGENCY, Story, utc

ODD_OUTCOMES: Mapping[str, tuple[str, ...]] = {
    "missing": ("gone", "failed"),
    "gone": ("gone",),
    "consent": ("rejected", "blocked"),
    "index": ("rejected",),
    "internal": ("blocked",),
}
# Of several changes between two looks, the last marked one names the revision; without a mark, the words decide.
_MARKED = (("UPDATE", "update"), ("CORRECTED", "correction"), ("REFILE", "refile"), ("STORY WITHDRAWN", "withdrawal"))


@dataclass(frozen=True, slots=True)
class ExpectedRevision:
    """`body` None: not compared (a copy with a credit line, which may or may not count as text)."""

    kind: str
    title: str
    mark: str
    body: str | None


@dataclass(frozen=True, slots=True)
class ExpectedArticle:
    """`paths`: every path of its host that leads to it; `key`: its identity within the source where the URL's id gives
    it. `copy_of`: key of the agency's article whose text it repeats. `published`: UTC text."""

    source: str
    key: str | None
    paths: tuple[str, ...]
    language: str
    published: str
    status: str
    place: str | None
    revisions: tuple[ExpectedRevision, ...]
    copy_of: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """`odd`: path on the agency's host -> outcomes (before the colon) that its fetches may end in."""

    articles: tuple[ExpectedArticle, ...]
    odd: Mapping[str, tuple[str, ...]]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Expected:
        """The inverse of `as_json` after a way through JSON."""
        articles = tuple(
            ExpectedArticle(
                **{**article, "paths": tuple(article["paths"])}
                | {"revisions": tuple(ExpectedRevision(**revision) for revision in article["revisions"])}
            )
            for article in data["articles"]
        )
        return cls(articles, {path: tuple(outcomes) for path, outcomes in data["odd"].items()})


def key_of(number: int) -> str:
    """The identity of an agency's story: its own id (`Profile.agency_id`)."""
    return f"id:{number}"


def conclude(looks: Sequence[Mapping[int, Story]], odd_pages: Sequence[Mapping[str, str]]) -> Expected:
    """`looks`: the stories, by id, as they stood each time the crawler looked."""
    numbers = list(dict.fromkeys(number for look in looks for number in look))
    articles = tuple(_article([look[number] for look in looks if number in look]) for number in numbers)
    return Expected(articles, {page["path"]: ODD_OUTCOMES[page["kind"]] for page in odd_pages})


def _article(versions: Sequence[Story]) -> ExpectedArticle:
    last = versions[-1]
    revisions: list[ExpectedRevision] = []
    before: Story | None = None
    for version in versions:
        if before is None or (version.headline, version.body) != (before.headline, before.body):
            revisions.append(_revision(before, version))
        before = version
    paths = dict.fromkeys(path for version in versions for path in (version.path, *version.also_at))
    return ExpectedArticle(
        source=last.source,
        key=key_of(last.id) if last.source == AGENCY else None,
        paths=tuple(paths),
        language=last.language,
        published=f"{utc(last.published):%Y-%m-%dT%H:%M:%SZ}",
        status=last.status,
        place=last.place if last.dateline else None,
        revisions=tuple(revisions),
        copy_of=None if last.copy_of is None else key_of(last.copy_of),
    )


def _revision(before: Story | None, version: Story) -> ExpectedRevision:
    body = None if version.credit else version.plain_body
    return ExpectedRevision(_kind(before, version), version.title, version.mark, body)


def _kind(before: Story | None, version: Story) -> str:
    if before is None:
        return "first"
    if version.mark != before.mark:
        return next(kind for mark, kind in _MARKED if version.mark.startswith(mark))
    return "minor" if _words(version) == _words(before) else "update"


def _words(story: Story) -> list[str]:
    return re.findall(r"\w+", f"{story.title} {story.plain_body}".casefold())
