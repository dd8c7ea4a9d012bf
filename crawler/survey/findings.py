"""What the documents of a look together say: languages, hosts, what is missing and who must give it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crawler.survey.shapes import is_headline
from pipelines.urls import host, same_site

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crawler.probe import Answer
    from crawler.survey.draft import Draft, Sample
    from crawler.survey.endpoints import Chosen
    from crawler.survey.front import Front, Named
    from crawler.survey.looks import Look
    from crawler.survey.pattern import Pattern
    from storage.models import Instant

FEW_WORDS: Final = 80
"""A front page of fewer words is a shell that a script fills."""


def unread_of(answer: Answer) -> str:
    """Why nothing could be found out, with what to do."""
    why = answer.outcome.detail or answer.outcome.name
    if answer.outcome.name == "blocked:robots":
        return f"{why}: the site does not want to be crawled there; Dateline does not go round it"
    if answer.outcome.name == "blocked:redirect":
        return f"{why}: give that address instead, if it is the agency's"
    if answer.outcome.name == "blocked:address":
        return f"{why}: only public addresses are fetched"
    return (
        f"{answer.url}: {why}: look at the address in a browser, or give the address of a feed or sitemap of the site"
    )


def nothing_of(front: Front, drafts: Sequence[Draft], lost: str | None = None) -> str:
    """Why there is nothing to crawl, with what a person must give. `lost`: why the front page itself did not come."""
    ask = (
        "Give the address of a feed, a news sitemap or a page that lists its articles as links "
        "(`dateline sources add ADDRESS`), or write its TOML by hand (crawler/registry.py describes it)"
    )
    if lost:
        return (
            f"{front.url}: the front page did not come ({lost}), and the document that was given announces no fresh "
            f"articles of its site. {ask}"
        )
    if front.bot_check:
        return f"{front.url}: a bot check in place of the page; Dateline does not go round it. {ask}, if the site allows it"
    if len(front.anchors) < 5 or front.words < FEW_WORDS:
        seen = f"{len(front.anchors)} links and {front.words} words in {front.scripts} scripts' company"
        return f"{front.url}: the page has {seen}: it is drawn by JavaScript, which is not run here. {ask}"
    if any(not draft.languages and draft.endpoints for draft in drafts):
        return f"{front.url}: its language could not be told. {ask}"
    return f"{front.url}: no fresh feed, no news sitemap and no list of articles was found. {ask}"


def needs_of(
    chosen: Sequence[Chosen],
    known: Pattern,
    zone: str | None,
    why_zone: str,
    samples: Sequence[Sample],
) -> list[str]:
    needs = []
    if chosen and not known.url:
        needs.append("check that the endpoints' links are articles only; else give `url` under [articles]")
    if known.strays:
        needs.append(f"check whether {known.strays[0]} is an article: the pattern refuses it")
    if chosen and zone is None:
        needs.append(f"give `timezone` under [profile] ({why_zone}); without it a time without a zone counts as a day")
    bad = [sample for sample in samples if not sample.good]
    if bad and len(bad) == len(samples):
        needs.append("look at the articles above: none could be read; `dateline extract ADDRESS` tells more of one")
    if chosen:
        needs.append("give `agency` under [profile]: the name that its datelines and credits bear")
        needs.append("read the site's terms; then `dateline sources check NAME`")
    return needs


def languages_of(front: Front, polled: Sequence[Look], samples: Sequence[Sample]) -> tuple[tuple[str, ...], str]:
    """The language that the texts are in, else what the page or the feeds declare."""
    texts = [s.extraction.article.language for s in samples if s.extraction and s.extraction.article]
    read = [language for language in texts if language]
    declared = [language for language in (front.language, *(one.language for one in polled)) if language]
    if read and read.count(most := max(set(read), key=read.count)) * 2 > len(samples):
        agreeing = [tag for tag in declared if tag.lower().partition("-")[0] == most.partition("-")[0]]
        if agreeing:
            return (_tag(agreeing[0]),), "declared, and its articles read so"
        return (most,), "the language of its articles" + (f" (its page says {declared[0]})" if declared else "")
    if declared:
        return (_tag(declared[0]),), "declared by its pages or feeds"
    return (), "neither declared nor told by its articles"


def _tag(language: str) -> str:
    """A language as a source's TOML has it: in lower case and without what follows, but for Chinese and Serbian, where that
    tells the script."""
    base, hyphen, rest = language.partition("-")
    return base.lower() + (hyphen + rest if base.lower() in ("zh", "sr") else "")


def instants_of(polled: Sequence[Look], samples: Sequence[Sample]) -> list[Instant]:
    found = [i for one in polled for link in one.links for i in (link.published, link.modified) if i]
    for sample in samples:
        if sample.extraction and (article := sample.extraction.article):
            found += [i for i in (article.published, article.modified) if i and i.origin != "feed"]
    return found


def hosts_of(front: Front, named: Iterable[Named]) -> tuple[str, ...]:
    """The hosts of the site: the front page's, those of the documents that it names, and those of the same site that
    several of its headlines lead to."""
    own = host(front.url)
    leads: dict[str, int] = {}
    for anchor in front.anchors:
        name = bare_host(anchor.url)
        if is_headline(anchor.text) and name and same_site(name, own):
            leads[name] = leads.get(name, 0) + 1
    others = [name for name, count in leads.items() if count >= 3]
    return tuple(dict.fromkeys(name.removeprefix("www.") for name in (own, *others, *(host(one.url) for one in named))))


def own_hosts(front: Front, chosen: Sequence[Chosen], polled: Sequence[Look]) -> tuple[str, ...]:
    """The hosts that the source's own addresses and links are on."""
    urls = [front.url, *(one.url for one in chosen), *(link.url for one in polled for link in one.links)]
    return tuple(dict.fromkeys(name for url in urls if (name := bare_host(url))))


def bare_host(url: str) -> str:
    """The canonical host of an address without `www.`, as `hosts` of a TOML has it; empty for what is no address."""
    try:
        return host(url).removeprefix("www.")
    except ValueError:
        return ""
