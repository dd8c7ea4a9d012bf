"""A look at an unknown news site: what is fetched, in rounds, each deciding the next; the decisions are in modules beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from crawler.source import Source
from crawler.survey import candidates, editions, endpoints, findings, looks, pattern, zones
from crawler.survey.draft import Draft, Sample, name_of
from crawler.survey.front import Front, Named, read_front
from crawler.survey.looks import Look, home_of, look
from crawler.survey.shapes import parts_of
from pipelines.urls import host
from storage.models import Profile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from crawler.probe import Answer, Probe
    from crawler.survey.editions import Edition
    from crawler.survey.front import Anchor

SECONDS: Final = 20.0
"""For reading one document in a worker process."""

SAMPLES: Final = 3
MOST_EXAMPLES: Final = 500
"""Of one document."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look at a site gave: a draft for each of its editions, or `problem`, with what a person must give."""

    url: str
    drafts: tuple[Draft, ...] = ()
    problem: str | None = None
    requests: tuple[str, ...] = ()


async def survey(probe: Probe, url: str, now: datetime) -> Survey:
    """Look at the site of `url`: its front page, or the address of a feed or sitemap of it. Raises ValueError for what is
    no address."""
    found = await _Surveyor(probe, now).site(url)
    return Survey(found.url, found.drafts, found.problem, tuple(probe.sent))


class _Surveyor:
    def __init__(self, probe: Probe, now: datetime) -> None:
        self._probe = probe
        self._now = now
        self._region: str | None = None

    async def site(self, url: str) -> Survey:
        given: list[Named] = []
        (answer,) = await self._probe.fetch([(url, "sitemap")])
        if answer.good and (kind := looks.kind_of(answer.body)):
            given.append(Named(answer.final_url, kind, "given"))
            (answer,) = await self._probe.fetch([await self._home(answer)])
        if not answer.good and not given:
            return Survey(url, problem=findings.unread_of(answer))
        front = await self._front(answer)
        pages = [(edition, front if edition.home == front.url else await self._page(edition.home))
                 for edition in editions.possible(front)]  # fmt: skip
        found = editions.confirmed(pages)
        self._region = next((page.region for _, page in found if page.region), None)
        rules = await self._probe.rules(front.url)
        named = dict.fromkeys(given)
        foreign: dict[Named, None] = {}
        for _, page in found:
            ours, others = candidates.named_of(page, rules.body, page.url)
            named |= dict.fromkeys(ours)
            foreign |= dict.fromkeys(others)
        hosts = findings.hosts_of(front, named)
        read = await self._looks(list(named), hosts)
        good = [one.kind for one in read if not one.problem]
        guessed = [one for one in candidates.guesses(good, front.url) if one.url not in {look.url for look in read}]
        read += await self._looks(guessed, hosts)
        read += [Look(one, one.url, one.kind, problem="on a host of another site: not asked for") for one in foreign]
        drafts = []
        for edition, page in found:
            mine = [part for one in read if (part := editions.of_edition(one, edition))]
            drafts.append(await self._draft(edition, page, mine, hosts, several=len(found) > 1))
        if not any(draft.usable for draft in drafts):
            lost = None if answer.good else answer.outcome.detail or answer.outcome.name
            return Survey(url, tuple(drafts), findings.nothing_of(front, drafts, lost))
        return Survey(url, tuple(draft for draft in drafts if draft.usable))

    async def _home(self, answer: Answer) -> str:
        """The front page of the site whose feed or sitemap was given."""
        found = await self._probe.pool.run(home_of, answer.body, url=answer.final_url, seconds=SECONDS)
        return found if found.startswith(("http://", "https://")) else urljoin(answer.final_url, "/")

    async def _front(self, answer: Answer) -> Front:
        if not answer.good:
            return Front(answer.url)
        found = await self._probe.pool.run(
            read_front, answer.body, url=answer.final_url, charset=answer.charset, seconds=SECONDS
        )
        return Front(answer.final_url) if isinstance(found, str) else found

    async def _page(self, url: str) -> Front | None:
        (answer,) = await self._probe.fetch([url])
        return await self._front(answer) if answer.good else None

    async def _looks(self, named: Sequence[Named], hosts: tuple[str, ...]) -> list[Look]:
        """Each document read; then the feeds that a page of feeds lists, and the telling files of sitemap indexes."""
        read, more = await self._read(named, hosts)
        known = {one.url for one in named}
        further = [one for one in more if one.url not in known][: candidates.MOST_NAMED]
        for one in read:
            further += candidates.children_to_look_at(one.url, one.children) if one.children else []
        again, _ = await self._read([one for one in further if one.url not in known], hosts)
        return [*read, *again]

    async def _read(self, named: Sequence[Named], hosts: tuple[str, ...]) -> tuple[list[Look], list[Named]]:
        source = _site(hosts)
        answers = await self._probe.fetch([(one.url, one.kind) for one in named], hosts=hosts)
        read: list[Look] = []
        more: list[Named] = []
        for one, answer in zip(named, answers, strict=True):
            if not answer.good:
                why = answer.outcome.detail or answer.outcome.name
                read.append(Look(one, one.url, one.kind, problem=why))
                continue
            seen = await self._probe.pool.run(
                look, one, answer.body, url=answer.final_url, content_type=answer.content_type, source=source,
                seconds=SECONDS,
            )  # fmt: skip
            read.append(Look(one, one.url, one.kind, problem=seen) if isinstance(seen, str) else seen)
            if one.kind == "feed" and read[-1].problem and looks.kind_of(answer.body) is None:
                page = await self._front(answer)
                more += candidates.named_of(page, "", page.url)[0]
        return read, more

    async def _draft(
        self, edition: Edition, front: Front, read: Sequence[Look], hosts: tuple[str, ...], *, several: bool
    ) -> Draft:
        anchors = [a for a in front.anchors if _on(a.url, hosts) and edition.has(a.url)]
        choice = endpoints.endpoints_of(read, now=self._now, home_links=[a.url for a in anchors])
        chosen, left = list(choice.chosen), list(choice.left)
        live = {one.url for one in chosen if not one.archive}
        examples = [link.url for one in read if one.url in live for link in one.links[:MOST_EXAMPLES]]
        known = pattern.pattern_of(examples, anchors, outside=edition.others if not edition.prefix else ())
        if not live:
            known, listings = await self._listings(edition, front, hosts)
            chosen, left = [*listings.chosen, *chosen], [*left, *listings.left]
            examples = [a.url for a in anchors if known.takes(a.url)]
        samples = await self._samples(examples, hosts)
        if any(one.kind == "listing" for one in chosen) and sum(sample.good for sample in samples) < 2:
            chosen = [one for one in chosen if one.kind != "listing"]
            left.append((front.url, "its links look like articles, but their pages could not be read as such"))
        chosen += await self._archive(anchors, known, examples, hosts)
        return self._finished(
            edition, front, hosts, read=read, known=known, chosen=chosen, left=left, samples=samples, several=several
        )

    async def _listings(
        self, edition: Edition, front: Front, hosts: tuple[str, ...]
    ) -> tuple[pattern.Pattern, endpoints.Choice]:
        """For a site that announces nothing: its front page and sections, by links that look like articles."""
        anchors = [a for a in front.anchors if _on(a.url, hosts) and edition.has(a.url)]
        sections = candidates.sections_of(anchors, front.url)
        pages = [(front.url, anchors)]
        for answer in await self._probe.fetch(sections, hosts=hosts):
            if answer.good:
                page = await self._front(answer)
                pages.append((answer.url, [a for a in page.anchors if _on(a.url, hosts) and edition.has(a.url)]))
        everything = [anchor for _, links in pages for anchor in links]
        known = pattern.pattern_of(
            pattern.articles_of_page(everything), everything, outside=edition.others if not edition.prefix else ()
        )
        return known, endpoints.listings_of(pages, known) if known.url else endpoints.Choice((), ())

    async def _archive(
        self, anchors: Sequence[Anchor], known: pattern.Pattern, examples: Sequence[str], hosts: tuple[str, ...]
    ) -> list[endpoints.Chosen]:
        """An archive by days, where the front page links one and that page lists articles."""
        sections = frozenset(part for url in examples for part in parts_of(url).sections)
        found = endpoints.dated_archive(anchors, self._now, sections)
        if found is None or not known.url:
            return []
        (answer,) = await self._probe.fetch([found[1]], hosts=hosts)
        page = await self._front(answer)
        count = sum(known.takes(anchor.url) for anchor in page.anchors)
        if count < 3:
            return []
        return [endpoints.Chosen(found[0], "listing", f"{found[1]} lists {count} articles of a day", archive=True)]

    async def _samples(self, examples: Sequence[str], hosts: tuple[str, ...]) -> tuple[Sample, ...]:
        """Three articles from all over the list, as extraction gives them."""
        urls = list(dict.fromkeys(examples))
        urls = urls[:: max(1, len(urls) // SAMPLES)][:SAMPLES]
        samples = []
        for answer in await self._probe.fetch(urls, hosts=hosts):
            if answer.good:
                extraction = await self._probe.pool.extract(answer.page(Profile(source="survey")))
                samples.append(Sample(answer.url, extraction))
            else:
                samples.append(Sample(answer.url, None, answer.outcome.detail or answer.outcome.name))
        return tuple(samples)

    def _finished(
        self,
        edition: Edition,
        front: Front,
        hosts: tuple[str, ...],
        *,
        read: Sequence[Look],
        known: pattern.Pattern,
        chosen: Sequence[endpoints.Chosen],
        left: Sequence[tuple[str, str]],
        samples: tuple[Sample, ...],
        several: bool,
    ) -> Draft:
        polled = [one for one in read if one.url in {c.url for c in chosen}]
        languages, why_languages = findings.languages_of(front, polled, samples)
        country, why_country = zones.country_of(host(front.url), front.region or self._region, languages)
        zone, why_zone = zones.timezone_of(findings.instants_of(polled, samples), country, languages)
        base = languages[0].partition("-")[0] if languages else edition.language
        needs = findings.needs_of(chosen, known, zone, why_zone, samples)
        return Draft(
            name=name_of(host(front.url), base, several=several),
            title=(front.title or host(front.url)) + (f" ({base})" if several and base else ""),
            home=front.url,
            hosts=findings.own_hosts(front, chosen, polled),
            country=country,
            languages=languages,
            timezone=zone,
            pattern=known,
            endpoints=tuple(chosen),
            samples=samples,
            reasons=(("country", why_country), ("languages", why_languages), ("timezone", why_zone)),
            needs=tuple(needs),
            left=tuple(left),
        )


def _site(hosts: tuple[str, ...]) -> Source:
    """The site as a source that takes every link of its hosts."""
    return Source(
        name="survey",
        title="survey",
        home=f"http://{hosts[0]}/",
        hosts=hosts,
        country=None,
        languages=(),
        profile=Profile(source="survey"),
        endpoints=(),
    )


def _on(url: str, hosts: tuple[str, ...]) -> bool:
    return findings.bare_host(url) in hosts
