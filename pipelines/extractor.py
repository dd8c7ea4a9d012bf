"""From the bytes of a page to an article, or to the reason why there is none: `extract(page)`, a pure function.

The page is parsed once; JSON-LD and meta tags are read first, trafilatura only looks for the body. The steps and their
modules: tree (decode, repair, parse), jsonld and tags (what the page says of itself), metadata (which witness is
believed), prune (what is no text by its markup), body (trafilatura), complete (what it cut), trims (what is no text by
its words), walls (whether it is an article), then dateline, markers, credits and fingerprint.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from urllib.parse import urlsplit

from pipelines import (
    attribution,
    boilerplate,
    cascade,
    dateline,
    dateline_form,
    entity,
    fingerprint,
    gallery,
    jsonld,
    languages,
    layout,
    limits,
    liveblog,
    liveupdates,
    markers,
    narrow,
    notice_page,
    overlays,
    prune,
    remnants,
    sight,
    tags,
    teaser,
    tree,
    trims,
    walls,
    withheld,
)
from pipelines import body as bodies
from pipelines import credits as agency_credits
from pipelines.attribution import Attribution
from pipelines.body import Body
from pipelines.collector import resting
from pipelines.jsonld import Claims
from pipelines.markup import Names
from pipelines.metadata import Metadata
from pipelines.signs import Signs
from pipelines.stopwatch import Stopwatch
from pipelines.text import fold, letters, words
from pipelines.tree import Parsed
from pipelines.trims import Trimmed
from storage.models import Announcement, Article, Extraction, Form, Page, Profile, RevisionKind

RULES = "3"
"""Number of the rules of this package; part of `Article.extractor`, so that it is known which rows an older one made."""
ENGINE = f"dateline {RULES}, trafilatura {version('trafilatura')}"
WITHDRAWN = frozenset({"withdrawn", "retracted", "canceled", "cancelled", "killed", "withheld"})
"""Values of JSON-LD's `creativeWorkStatus`, and of IPTC's `pubStatus` in its place."""


def extract(page: Page) -> Extraction:
    """The article of a page, or an `Extraction` with a reason of `walls.REASONS`.

    Where the page's header or HTML reserves its rights, the article keeps link, title and times only (rights `reserved`);
    with `Profile.licensed` it is kept, and so marked. Raises ValueError for a profile's selector or expression that
    cannot be read, and for a page whose address is not http(s).
    """
    watch = Stopwatch()
    try:
        with resting():
            try:
                result = _extracted(page, watch, narrow.narrow)
            except narrow.NothingSelectedError:
                result = _extracted(page, watch, None)
    except (RecursionError, limits.TooLongError) as error:
        result = Extraction(None, "parser_limit", limits.told(error))
    return replace(result, ms=watch.ms, spent=watch.spent)


def _extracted(page: Page, watch: Stopwatch, cut_down: narrow.CutDown | None) -> Extraction:
    if not _looks_like_html(page):
        return Extraction(None, "not_html", f"content type {page.content_type}")
    parsed = tree.parse(page.body, page.charset, cut_down and partial(cut_down, page))
    if parsed is None:
        return Extraction(None, "no_text", "the answer is empty")
    root = parsed.root
    dropped = [("template", text) for text in tree.drop_templates(parsed)]
    watch.step("parse")
    found = tags.read(root)
    claims = jsonld.read(root, entity.subject(found, page.url, page.final_url or page.url))
    watch.step("json-ld and tags")
    page, meta = layout.read(page, root, found, claims)
    watch.step("metadata")
    said = attribution.read(root, found, claims, page.final_url or page.url)
    watch.step("attribution")
    paid = meta.access == "paywalled"
    selectors = overlays.paid_selectors(root) if paid else ()
    source = "\n".join(found.names.of_boxes).encode() if parsed.chosen else parsed.source  # live blogs stay whole
    named_live = liveblog.named(source)
    told = liveupdates.updates(root) if named_live and not paid and b"liveBlogUpdate" in source else ()
    prune.quieten(root)
    extent = sight.extent(root, links=not (meta.declared or meta.published))
    headlines = frozenset[str]() if meta.declared else sight.headlines(root)
    names = found.names  # those of the tree as it was, so perhaps more
    dropped += overlays.take_out(root, selectors, names, paid=paid, free=meta.access == "open")
    watch.step("walls")
    sure = bool(told) or meta.form == "live_blog"
    maybe = sure or named_live or liveblog.titled(meta.title, urlsplit(page.url).path)
    live = liveblog.body(root, told, headlines=meta.headlines, authors=meta.authors, sure=sure) if maybe else None
    if live is not None:
        dropped += live[1].dropped
    watch.step("body")
    body, trimmed = live or _body(page, parsed, meta, claims, names, dropped, watch)
    wall = walls.reason(sight.look(page, parsed, meta, found, trimmed, extent, headlines))
    watch.step("walls")
    if wall is not None:
        return Extraction(None, wall[0], wall[1], tuple(meta.sources.items()), tuple(dropped))
    if meta.published is None and (day := meta.printed) is not None:
        meta.sources["published"] = day.origin
        meta = replace(meta, published=day)
    meta.sources["body"] = body.way
    meta.sources["encoding"] = parsed.encoding
    article = _article(page, meta, trimmed, found, said, _closing(body, trimmed), watch)
    if signal := _signal(claims):
        data = Announcement(signal, (claims.state if signal == "withdrawal" else claims.correction) or "", data=True)
        article = replace(article, signal=signal, announced=(*article.announced, data))
    if meta.reserved:
        meta.sources["rights"] = meta.reserved
        if page.profile.licensed:
            article = replace(article, rights="reserved")
        else:
            article, dropped = withheld.withheld(article), []
    return Extraction(article, None, meta.reserved, tuple(meta.sources.items()), tuple(dropped))


def _looks_like_html(page: Page) -> bool:
    kind = (page.content_type or "").casefold().partition(";")[0].strip()
    if not kind or "html" in kind or kind in ("text/plain", "application/octet-stream", "text/xml", "application/xml"):
        return not page.body[:5].startswith(b"%PDF-")
    return False


def _body(
    page: Page,
    parsed: Parsed,
    meta: Metadata,
    claims: Claims,
    names: Names,
    dropped: list[tuple[str, str]],
    watch: Stopwatch,
) -> tuple[Body, Trimmed]:
    """The body by the profile's selectors, else the general way; pruned before, completed and trimmed after. A page that
    was made of a feed's entry (`Link.whole`) is its body."""
    if page.witness is not None and page.witness.whole:
        fed = Body(bodies.from_selected(parsed.root.findall(".//article")[:1]).paragraphs, "feed")
        trimmed = trims.trim(fed.paragraphs, headlines=meta.headlines, authors=meta.authors, lead=None)
        boilerplate.take_off(trimmed, page.profile.rules)
        dropped += trimmed.dropped
        watch.step("trims")
        return fed, trimmed
    root, chosen = parsed.root, parsed.chosen
    for element in bodies.select_all(root, page.profile.drop):
        prune.take(element, "profile", dropped)
    part = bodies.apart(narrow.selected(root, chosen, page.profile.body))
    host = urlsplit(page.final_url or page.url).hostname
    dropped += prune.noise(root, host, names) if part is None else prune.noise(part, host, names)
    watch.step("prune")
    body = bodies.from_selected([part]) if part is not None else None
    if body is None or not body.length:
        if chosen:
            raise narrow.NothingSelectedError
        if part is not None:
            dropped += prune.noise(root, host, names)
        told = claims.body or (page.witness.full_text if page.witness else None)
        alone = claims.body if meta.access != "paywalled" else None
        body = cascade.general(root, url=page.url, told=told, headlines=meta.headlines, alone=alone)
        dropped += body.beside
        body = gallery.captioned(notice_page.notice(root, body, meta.headlines, dropped), dropped)
        if page.profile.body:
            meta.sources["body_selector"] = "matched nothing"
    watch.step("body")
    lead, make = meta.lead if meta.standfirst else None, Signs(root if part is None else part)
    trimmed = trims.trim(body.paragraphs, headlines=meta.headlines, authors=meta.authors, lead=lead, signs=make)
    boilerplate.take_off(trimmed, page.profile.rules)
    teaser.trim(trimmed, root, paid=meta.access == "paywalled")
    dropped += trimmed.dropped
    watch.step("trims")
    return body, trimmed


def _text(trimmed: Trimmed) -> str:
    return "\n\n".join(p.text for p in trimmed.paragraphs)


def _closing(body: Body, trimmed: Trimmed) -> tuple[str, ...]:
    """What stood after the text's last paragraph."""
    last = trimmed.paragraphs[-1].text if trimmed.paragraphs else ""
    places = [n for n, paragraph in enumerate(body.paragraphs) if paragraph.text.startswith(last)]
    return tuple(paragraph.text for paragraph in body.paragraphs[places[-1] + 1 :]) if last and places else ()


def _article(
    page: Page,
    meta: Metadata,
    trimmed: Trimmed,
    found: tags.Tags,
    said: Attribution,
    closing: tuple[str, ...],
    watch: Stopwatch,
) -> Article:
    profile, text = page.profile, _text(trimmed)
    url = page.final_url or page.url
    marker = markers.read(meta.title or "", text, tuple(line for _, line in trimmed.dropped))
    watch.step("marks")
    language, witness = languages.of(text, meta.language, profile.languages)
    if witness:
        meta.sources["language"] = witness
    watch.step("language")
    day = meta.published.at[:10] if meta.published else None
    place = dateline_form.read(
        profile.dateline, text, published_day=day, language=language, agency=profile.agency
    ) or dateline.split(text, published_day=day, language=language, agency=profile.agency)
    watch.step("dateline")
    tail = " ".join(trimmed.tail) or None
    spoken = agency_credits.strongest(
        body=text, tail=tail, authors=(*meta.authors, *meta.organisations), dateline=place,
        copyright_line=trimmed.copyright or meta.copyright, own_agency=profile.agency, said=said, closing=closing,
    )  # fmt: skip
    if spoken:
        meta.sources["credit"] = spoken[0]
    watch.step("credits")
    agency_id = _agency_id(profile.agency_id, url, meta.canonical_url)
    title = marker.title or meta.title or ""
    lead = _lead(meta.lead, text)
    form = "live_blog" if meta.sources["body"] == liveblog.WAY else _form(meta.form, marker.urgency)
    article = Article(
        source=profile.source, key=f"id:{agency_id}" if agency_id else meta.canonical_url, url=url,
        canonical_url=meta.canonical_url, title=title, body=text,
        content_hash=fingerprint.content_hash(title, lead, text),
        extractor=stamp(profile), lead=lead,
        subheads=tuple(p.text for p in trimmed.paragraphs if p.kind == "head"), authors=meta.authors,
        section=meta.section, tags=meta.tags, language=language,
        published=meta.published, modified=meta.modified, agency_id=agency_id, form=form,
        dateline=place, credit=spoken[1] if spoken else None,
        image_url=meta.picture.url, image_caption=meta.picture.caption, image_credit=meta.picture.credit,
        access=teaser.access(meta.access, text, teaser.place(trimmed)),
        marker=marker.kind, label=marker.label, announced=marker.announced, tail=tail, word_count=words(text),
        sketch=() if remnants.withdrawn(marker.kind, text) else fingerprint.sketch(text),
    )  # fmt: skip
    watch.step("fingerprint")
    return article


def stamp(profile: Profile) -> str:
    """What the text depends on beside the page: the rules and the engine, the profile's data, the learned rule set."""
    learned = f", rules {boilerplate.set_name(profile.rules)}" if profile.rules else ""
    return f"{ENGINE}, profile {profile.version}{learned}"


def _lead(lead: str | None, text: str) -> str | None:
    """A description that is only the body's beginning, cut at some length, is no lead."""
    if lead is None:
        return None
    plain, start = letters(lead), letters(text[: len(lead) + 200])
    return None if start.startswith(plain) and not lead.endswith((".", "!", "?", "…", "”", '"', "。")) else lead


def _agency_id(pattern: str | None, *addresses: str) -> str | None:
    if pattern:
        for address in addresses:
            if (match := re.search(pattern, address)) and match.re.groups and match[1]:
                return match[1]
    return None


def _form(form: Form, urgency: str | None) -> Form:
    return "flash" if form == "article" and urgency == "flash" else form


def _signal(claims: Claims) -> RevisionKind | None:
    """The kind of revision that the page's metadata speaks of."""
    if fold(claims.state or "") in WITHDRAWN:
        return "withdrawal"
    return "correction" if claims.correction else None
