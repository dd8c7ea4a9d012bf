"""A source as `sources add` found it: what its TOML will say, each piece with its reason, and what a person must give. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crawler.survey.endpoints import Chosen
    from crawler.survey.pattern import Pattern
    from storage.models import Extraction

MOST_SHOWN = 40
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org"})
"""What stands below a country's domain for a kind of owner (`co.uk`, `or.jp`)."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One article's page that was fetched and what extraction made of it; `why` where there was no page."""

    url: str
    extraction: Extraction | None
    why: str | None = None

    @property
    def good(self) -> bool:
        return self.extraction is not None and self.extraction.article is not None


@dataclass(frozen=True, slots=True)
class Draft:
    """One source. `reasons`: (key of the TOML, why it says what it says). `needs`: what a person must give or check.
    `left`: documents that were looked at and are not polled, with the reason. `usable`: it has what a crawl needs."""

    name: str
    title: str
    home: str
    hosts: tuple[str, ...]
    country: str | None
    languages: tuple[str, ...]
    timezone: str | None
    pattern: Pattern
    endpoints: tuple[Chosen, ...]
    samples: tuple[Sample, ...]
    reasons: tuple[tuple[str, str], ...]
    needs: tuple[str, ...]
    left: tuple[tuple[str, str], ...]

    @property
    def usable(self) -> bool:
        return any(not one.archive for one in self.endpoints) and bool(self.languages)


def name_of(host: str, language: str | None, *, several: bool) -> str:
    """A source's name: its host without `www.` and top domain (`example`, `news-example`), with the language where the site
    has several."""
    labels = re.sub(r"[^a-z0-9.]+", "-", host.partition(":")[0].lower()).removeprefix("www.").split(".")
    if labels[-1].isdigit():  # an address of numbers has no domain
        labels = ["-".join(labels), ""]
    cut = 2 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL else 1
    kept = [label.strip("-") for label in labels[: max(len(labels) - cut, 1)]]
    name = "-".join(reversed([label for label in kept if label])) or "site"
    return f"{name}-{language}" if several and language else name


def told_apart(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts with names of their own: of several with one name the second is called `name-2`."""
    taken: set[str] = set()
    apart = []
    for draft in drafts:
        names = (draft.name, *(f"{draft.name}-{number}" for number in range(2, len(drafts) + 2)))
        name = next(name for name in names if name not in taken)
        taken.add(name)
        apart.append(replace(draft, name=name))
    return apart


def toml_of(draft: Draft, day: str) -> str:
    """The text of the draft's TOML; each endpoint has its reason as a comment. `day`: on which it was found."""
    lines = [
        f"title = {_text(draft.title)}",
        f"home = {_text(draft.home)}",
        f"hosts = {_list(draft.hosts)}",
        *([f"country = {_text(draft.country)}"] if draft.country else []),
        f"languages = {_list(draft.languages)}",
        'confidence = "low"',
        "verified = false",
        f"evidence = {_list((f'found by `dateline sources add` on {day}',))}",
        "",
    ]
    if draft.pattern.url:
        lines += ["[articles]", f"# {draft.pattern.why}", f"url = {_list(draft.pattern.url, raw=True)}"]
        if draft.pattern.not_article:
            lines.append(f"not = {_list(draft.pattern.not_article, raw=True)}")
        lines += [
            f"examples = {_list(draft.pattern.examples)}",
            f"counterexamples = {_list(draft.pattern.counterexamples)}",
            "",
        ]
    if draft.timezone:
        why = dict(draft.reasons).get("timezone", "")
        lines += ["[profile]", f"# {_comment(why)}", f"timezone = {_text(draft.timezone)}", ""]
    for one in draft.endpoints:
        lines += [
            "[[endpoint]]",
            f"# {_comment(one.why)}",
            f"url = {_text(_endpoint_url(one))}",
            f"kind = {_text(one.kind)}",
        ]
        if one.archive:
            lines.append('role = "archive"')
        if one.follow:
            lines.append(f"follow = {_raw(one.follow)}")
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def told(draft: Draft) -> list[str]:
    """A draft for people: what would be crawled and why, what was left out, what they must give or check."""
    reasons = dict(draft.reasons)
    left = [f"  left out   {url}   <- {why}" for url, why in draft.left[:MOST_SHOWN]]
    if not draft.usable:
        return [f"{draft.name}: nothing to crawl at {draft.home}", *left]
    lines = [f"{draft.name}: {draft.title}  {draft.home}"]
    for key, value in (
        ("country", draft.country),
        ("languages", " ".join(draft.languages) or None),
        ("timezone", draft.timezone),
    ):
        lines.append(f"  {key:10} {value or 'not known'}" + (f"   <- {reasons[key]}" if key in reasons else ""))
    lines += [
        f"  {one.kind:10} {one.url}{'   (archive)' if one.archive else ''}   <- {one.why}" for one in draft.endpoints
    ]
    if draft.pattern.url:
        lines += [f"  articles   {one}   <- {draft.pattern.why}" for one in draft.pattern.url]
        lines += [f"  not        {one}" for one in draft.pattern.not_article]
    else:
        lines.append(f"  articles   all links of the endpoints   <- no pattern: {draft.pattern.why}")
    lines += [f"  read       {sample.url}   <- {_of_sample(sample)}" for sample in draft.samples]
    lines += left
    lines += [f"  to do      {need}" for need in draft.needs]
    return lines


def _endpoint_url(one: Chosen) -> str:
    """Braces are fields of an archive by days; in any other address they are characters, which are escaped."""
    if one.archive and one.kind == "listing":
        return one.url
    return one.url.replace("{", "%7B").replace("}", "%7D")


def _of_sample(sample: Sample) -> str:
    extraction = sample.extraction
    if extraction is None:
        return sample.why or "not fetched"
    if extraction.article is None:
        return f"no article: {extraction.reason}" + (f" ({extraction.detail})" if extraction.detail else "")
    article = extraction.article
    when = f"{article.published.at} by {article.published.origin}" if article.published else "no time"
    return f"{article.title!r}, {when}, {article.word_count} words, {article.language or 'language unknown'}"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if ord(c) >= 32 and ord(c) != 127 else f"\\u{ord(c):04x}" for c in escaped) + '"'


def _raw(value: str) -> str:
    """A regular expression, readable as a literal string where it may be one."""
    return _text(value) if "'" in value or any(ord(c) < 32 for c in value) else f"'{value}'"


def _list(values: Sequence[str], *, raw: bool = False) -> str:
    items = [(_raw if raw else _text)(value) for value in values]
    short = f"[{', '.join(items)}]"
    return short if len(short) < 100 else "[\n" + "".join(f"  {item},\n" for item in items) + "]"


def _comment(text: str) -> str:
    return " ".join("".join(c if ord(c) >= 32 and ord(c) != 127 else " " for c in text).split())
