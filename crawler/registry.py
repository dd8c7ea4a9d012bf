r"""The registry: one TOML a source -> `Source`. An error names the file, the key and what was expected there.

A file's name is its source's name (`tass-en.toml`); `?` marks what may be left out:

    title = "TASS (English)"            # for people
    home = "https://tass.com"
    hosts = ["tass.com"]                # each stands for its www. twin, too; other subdomains are named on their own
    country = "RU"                      # ? ISO 3166-1
    languages = ["en"]                  # ISO 639-1, BCP 47 where that is not enough
    confidence = "high"                 # ? high, medium, low: how good the evidence is
    verified = false                    # ? true once somebody has seen it live
    closed = "licensed only"            # ? why it is not crawled, or since when there is nothing new; needs no endpoint
    archive_from = "2020-10-01"         # ? the oldest day that its archive is known to reach
    evidence = ["owner/repo:path (2026-10)"]     # ? where its addresses were read
    robots_note = "Disallows /search."  # ? what its robots.txt was seen to say; the live one decides

    [articles]                          # ? without it, the links of the endpoints are articles
    url = ['^https://tass\.com/[a-z-]+/\d+$']    # regular expressions, searched in the whole address
    not = ['/search']                   # ?
    examples = ["https://tass.com/politics/2149717"]        # ? must match; they show the form, seen or made after it
    counterexamples = ["https://tass.com/about"]            # ? must not
    gone_gap = 3600                     # ? seconds between two looks that find a page gone; then it is withdrawn

    [profile]                           # ? what extraction cannot know: the fields of `storage.models.Profile`
    agency = "TASS"
    timezone = "Europe/Moscow"
    body = [".text-block"]              # ? CSS selectors, tried in order; also lead, title; and drop, of which all are used
    title_suffix = ['\s+-\s+TASS$']     # ? regular expressions
    agency_id = '/(\d+)$'               # ? on the address; group 1 is the id
    recheck = [900, 3600]               # ? ages in seconds at which a young article is looked at again; [] for never
    dateline = '(?P<place>[A-Z ]+), (?P<date>\w+ \d+)\. /(?P<agency>TASS)/\. '   # ? its form at the text's beginning
    valid_until = "2027-01-01"          # ? the layout's last day; after it nothing of the layout is used

    [[profile.earlier]]                 # ? an older layout, the oldest first: body, lead, title, drop, title_suffix, agency_id,
    valid_until = "2021-03-31"          # dateline where they were others; for pages published or fetched up to this day
    body = ["#article-text"]

    [politeness]                        # ? delay and timeout in seconds, in_flight
    delay = 2.0
    hourly = 1800                       # ? requests to one host in an hour; `polls`: how many of them may be polls
    new_links = 10000                   # ? new addresses of one host that are taken in a day: more of them is a trap
    unchecked_tls = "expired in May"    # ? why its hosts' certificates are not checked; without it they are

    [[endpoint]]                        # one or more
    url = "https://tass.com/rss/v2.xml"
    kind = "feed"                       # feed, sitemap, listing
    role = "live"                       # ? or archive; an archive's address may hold {year} {month:02} {day:02} {page}
    interval = 300                      # ? seconds between two polls until its own rhythm is known
    follow = 'sitemap_news\d+\.xml$'    # ? which children of an index, at every level; its groups year, month, day date them
    article = ["h3 a"]                  # ? selectors of a listing's links
    next = ["a.older"]                  # ? selectors of a listing's link to its next, older page, for backfills
    full_text = "article"               # ? of a feed with whole texts whose pages are walled: articles are made of them

    [[endpoint]]                        # a listing in JSON
    url = "https://tass.com/userApi/categoryNewsList#politics"  # the fragment tells it from others, and is not sent
    kind = "listing"
    [endpoint.post]                     # ? the JSON object that is sent with POST; "{page}" in it is the number of `url#{page}`
    sectionId = 4954
    [endpoint.json]                     # dotted paths: items from the top, the others (? title lead published) from an item
    items = "newsList"
    url = "link"
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from crawler import plain_toml, profiles
from crawler.discovery.archives import fields_of
from crawler.discovery.links import is_article, on_hosts
from crawler.fields import Fields, RegistryError
from crawler.source import Endpoint, JsonPaths, Politeness, Source
from pipelines.urls import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["RegistryError", "load", "load_beside", "packaged", "select"]

_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
GONE_GAP: Final = 3600


def packaged() -> Path:
    """The folder of the sources that come with Dateline."""
    return Path(__file__).parent / "sources"


def load(*folders: Path) -> dict[str, Source]:
    """All sources of the folders by name; a file of a later folder takes the whole place of one with the same name.

    Raises `RegistryError` for the first wrong file, or for a folder that is none.
    """
    files: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise RegistryError(f"{folder}: no such folder of sources")
        files.update((path.stem, path) for path in sorted(folder.glob("*.toml")))
    return {name: read_source(files[name]) for name in sorted(files)}


def load_beside(
    packaged: Path, own: Path | None, names: Iterable[str] | None = None
) -> tuple[dict[str, Source], dict[str, RegistryError]]:
    """All sources by name, and what is wrong with files of the folder `own`, which somebody edits by hand: such a file stops
    none of the others. Its name is not given to the packaged source that it was to take the place of. `names`: the packaged
    ones that are read, None for all.

    Raises `RegistryError` for a packaged file that is wrong, or for a folder that is none."""
    sources, broken = dict[str, Source](), dict[str, RegistryError]()
    if names is None:
        sources = load(packaged)
    else:
        files = {path.stem: path for path in packaged.glob("*.toml")}
        sources = {name: read_source(files[name]) for name in names if name in files}
    if own is None:
        return sources, broken
    if not own.is_dir():
        raise RegistryError(f"{own}: no such folder of sources")
    for path in sorted(own.glob("*.toml")):
        try:
            sources[path.stem] = read_source(path)
        except RegistryError as error:
            sources.pop(path.stem, None)
            broken[path.stem] = error
    return dict(sorted(sources.items())), broken


def select(sources: Mapping[str, Source], names: Iterable[str]) -> dict[str, Source]:
    """The named sources in the order given, each once. Raises `RegistryError` for an unknown name, with near ones."""
    chosen: dict[str, Source] = {}
    for name in names:
        if name not in sources:
            near = get_close_matches(name, sources, n=3, cutoff=0.5)
            hint = f"; did you mean {', '.join(near)}?" if near else ""
            raise RegistryError(f"no source is called {name!r}{hint} (`dateline sources list` shows all)")
        chosen[name] = sources[name]
    return chosen


def read_source(path: Path) -> Source:
    """One TOML file. Raises `RegistryError`."""
    try:
        text = plain_toml.text_of(path)
    except (OSError, ValueError) as error:
        raise RegistryError(f"{path}: cannot be read as TOML: {error}") from error
    return parse_source(text, path)


def parse_source(text: str, path: Path) -> Source:
    """The source that a file with this text would be, whether it is there or not. Raises `RegistryError`."""
    try:
        table = plain_toml.loads(text)
    except ValueError as error:
        raise RegistryError(f"{path}: cannot be read as TOML: {error}") from error
    if not _NAME.fullmatch(path.stem):
        raise RegistryError(f"{path}: a source's file is called like tass-en.toml: lower case, digits, hyphens")
    top = Fields(table, path)
    languages = tuple(top.texts("languages", pattern=_LANGUAGE, expected="language tags such as 'en'", required=True))
    articles = top.table("articles")
    closed = top.text("closed") or None
    source = Source(
        name=path.stem,
        title=top.text("title", required=True),
        home=top.url("home"),
        hosts=tuple(top.hosts("hosts")),
        country=top.text("country", pattern=_COUNTRY, expected="two capitals (ISO 3166-1)") or None,
        languages=languages,
        profile=profiles.read(top.table("profile"), path.stem, languages),
        endpoints=tuple(_endpoint(fields) for fields in top.tables("endpoint", required=not closed)),
        politeness=_politeness(top.table("politeness")),
        article_url=tuple(articles.patterns("url")),
        not_article=tuple(articles.patterns("not")),
        gone_gap=int(articles.number("gone_gap", GONE_GAP, least=60, whole=True)),
        examples=tuple(articles.texts("examples")),
        counterexamples=tuple(articles.texts("counterexamples")),
        verified=top.flag("verified"),
        closed=closed,
        archive_from=profiles.day(top, "archive_from"),
        confidence=top.choice("confidence", ("high", "medium", "low"), default="medium"),
        evidence=tuple(top.texts("evidence")),
        robots_note=top.text("robots_note") or None,
        file=str(path),
    )
    articles.finish()
    top.finish()
    _check_endpoints(source, top)
    _check_hosts(source, top)
    _check_examples(source, articles)
    return source


def _politeness(fields: Fields) -> Politeness:
    standard = Politeness()
    politeness = Politeness(
        delay=fields.number("delay", standard.delay, least=0.0),
        in_flight=int(fields.number("in_flight", standard.in_flight, least=1, whole=True)),
        timeout=fields.number("timeout", standard.timeout, least=1.0),
        hourly=int(fields.number("hourly", standard.hourly, least=1, whole=True)),
        polls=int(fields.number("polls", standard.polls, least=1, whole=True)),
        new_links=int(fields.number("new_links", standard.new_links, least=1, whole=True)),
        unchecked_tls=fields.text("unchecked_tls"),
    )
    fields.finish()
    return politeness


def _endpoint(fields: Fields) -> Endpoint:
    url = fields.text("url", required=True)
    kind: Any = fields.choice("kind", ("feed", "sitemap", "listing"))
    role: Any = fields.choice("role", ("live", "archive"), default="live")
    follow = next(iter(fields.patterns("follow")), None)
    full_text: Any = fields.choice("full_text", ("witness", "article"), default="witness")
    try:
        dated = fields_of(url)
    except ValueError as error:
        raise fields.wrong("url", f"an address, or an archive's template ({error})", url) from error
    fields.check_url("url", url.format(year=2020, month=1, day=1, page=1) if dated else url)
    endpoint = Endpoint(
        url=url,
        kind=kind,
        role=role,
        interval=int(fields.number("interval", 300, least=30, whole=True)),
        follow=follow,
        article=tuple(fields.selectors("article")),
        next=tuple(fields.selectors("next")),
        json=_json_paths(fields.table("json")),
        post=fields.json_object("post"),
        full_text=full_text,
    )
    fields.finish()
    if dated and role == "live":
        raise fields.wrong("url", "an address without date fields, or role = 'archive'", url)
    if follow and kind != "sitemap":
        raise fields.wrong("follow", "only endpoints of kind 'sitemap' have children to follow", follow)
    for key in ("article", "next", "json", "post"):
        if getattr(endpoint, key) and kind != "listing":
            raise fields.wrong(key, "only endpoints of kind 'listing' have it", getattr(endpoint, key))
    if endpoint.json and (endpoint.article or endpoint.next):
        raise fields.wrong("json", "no selectors beside it", [*endpoint.article, *endpoint.next])
    if full_text == "article" and kind != "feed":
        raise fields.wrong("full_text", "'witness': only feeds carry whole articles", full_text)
    return endpoint


def _json_paths(fields: Fields) -> JsonPaths | None:
    if fields.empty():
        return None
    paths = JsonPaths(
        items=fields.text("items"),
        url=fields.text("url", required=True),
        title=fields.text("title") or None,
        lead=fields.text("lead") or None,
        published=fields.text("published") or None,
    )
    fields.finish()
    return paths


def _check_endpoints(source: Source, top: Fields) -> None:
    urls = [endpoint.url for endpoint in source.endpoints]
    for url in urls:
        if urls.count(url) > 1:
            raise top.wrong("endpoint", "each address once (a fragment tells two POSTs to one address apart)", url)


def _check_hosts(source: Source, top: Fields) -> None:
    for url in (source.home, *(endpoint.url for endpoint in source.endpoints)):
        ports = frozenset({urlsplit(url).port or 0})
        if not on_hosts(url, source.hosts, ports):
            raise top.wrong("hosts", f"also the host of {url}", list(source.hosts))


def _check_examples(source: Source, articles: Fields) -> None:
    for key, urls, right in (("examples", source.examples, True), ("counterexamples", source.counterexamples, False)):
        for url in urls:
            articles.check_url(key, url)
            matches = is_article((url, canonical(url)), source.article_url, source.not_article)
            if (matches and on_hosts(url, source.hosts)) is not right:
                expected = "addresses that `url`, `not` and `hosts` accept" if right else "addresses that are refused"
                raise articles.wrong(key, expected, url)
