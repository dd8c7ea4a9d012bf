"""What the packages say to one another: frozen plain data without behaviour.

Times: `now`, `due`, `until`, `at` in scheduling are seconds since the epoch (float, UTC). Times that readers
see are text, `YYYY-MM-DDTHH:MM:SSZ`, or `YYYY-MM-DD` where only the day is known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Literal, Protocol

from storage.as_calls import as_call
from storage.makers import maker

LinkKind = Literal["article", "feed", "sitemap", "listing", "robots"]
Via = Literal["feed", "sitemap", "news_sitemap", "listing", "archive", "redirect", "import", "command"]
Precision = Literal["second", "minute", "day"]
Form = Literal["article", "live_blog", "flash", "gallery"]
Access = Literal["open", "metered", "paywalled", "unknown"]
Rights = Literal["open", "reserved"]
Status = Literal["live", "corrected", "withdrawn"]
RevisionKind = Literal["first", "update", "correction", "refile", "repeat", "withdrawal", "minor", "earlier"]
Confidence = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Instant:
    """A time that somebody wrote, never an invented one.

    `at` is UTC text to the second, or a bare day with precision `day`. `offset` is the offset as written or as the
    source's timezone gave it (`+03:00`), None for a day. `origin` names the witness: `json-ld`, `meta`, `time`,
    `microdata`, `feed`, `sitemap`, `listing`, `dateline`, `url`, `text`; with ` (source timezone)` after it where the
    text had no zone and the source's was used.
    """

    at: str
    precision: Precision
    offset: str | None
    raw: str
    origin: str

    def __reduce__(self) -> tuple[type[Instant], tuple[str | None, ...]]:
        return Instant, (self.at, self.precision, self.offset, self.raw, self.origin)


@dataclass(frozen=True, slots=True)
class Link:
    """An address that discovery found, with what its finder said about it (a witness, not the truth).

    `full_text`: the whole article as its feed carries it, paragraphs parted by one blank line; `whole`: the article is
    made of that, and its page is not fetched. Of what a document of a source's endpoint lists to be read in its turn (a
    sitemap index's child, a listing's next page): `endpoint`, the address by which the source names the endpoint that
    it comes of; `depth`, the levels below it (0: a named endpoint itself); `page`, the pages before it on its level;
    `shown`, marks of the links on the page that led there, so that what stands on every page is known."""

    url: str
    kind: LinkKind = "article"
    via: Via = "feed"
    title: str | None = None
    lead: str | None = None
    published: Instant | None = None
    modified: Instant | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    guid: str | None = None
    full_text: str | None = None
    whole: bool = False
    endpoint: str | None = None
    depth: int = 0
    page: int = 0
    shown: str | None = None

    def __reduce__(self) -> tuple[type[Link], tuple[object, ...]]:
        """As a call: a sitemap's 50,000 come from a worker at a third of the time that one field after another takes."""
        return Link, _FIELDS_OF_LINK(self)


_FIELDS_OF_LINK = attrgetter(*Link.__slots__)
make_instant, make_link = maker(Instant), maker(Link)


@as_call
@dataclass(frozen=True, slots=True)
class RuleSet:
    """What `dateline learn` found to be boilerplate on one source's pages: numbered, never changed once it has its number.
    `keys`: of paragraphs that are taken off (`pipelines.boilerplate.key`)."""

    number: int
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class LearnedRule:
    """A paragraph that is boilerplate, and the evidence: `text` (its beginning), how many stories bore it, of how many days,
    the first and the last of them."""

    key: str
    text: str
    stories: int
    days: int
    first_seen: str
    last_seen: str


@as_call
@dataclass(frozen=True, slots=True)
class Profile:
    """What general extraction cannot know of a source; travels with each of its pages.

    `body`, `lead`, `title`, `drop`: CSS selectors, tried in order. `agency_id`: a regular expression on the URL whose
    group 1 is the agency's own id. `title_suffix`: regular expressions taken off the end of titles. `timezone`: IANA
    name, for times without a zone. `agency`: the name its datelines and credits bear (`TASS`). `recheck`: ages of an
    article, in seconds after it was first seen, at which it is looked at again. `valid_until`: the layout's last day.
    `dateline`: a regular expression for the beginning of the text, with the groups place, date, agency (each may be left out).
    `earlier`: the profiles of older layouts, each with its `valid_until`, the oldest first (see `pipelines.layout`).
    `rules`: what was learned from the source's own pages; no part of `version`, which is that of the TOML's data.
    `licensed`: texts whose publisher reserves them may be kept (the operator has a licence, or holds his own copy).
    """

    source: str
    agency: str | None = None
    timezone: str | None = None
    languages: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    title: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    title_suffix: tuple[str, ...] = ()
    agency_id: str | None = None
    recheck: tuple[int, ...] = (900, 3600, 10800, 21600, 86400, 259200)
    valid_until: str | None = None
    licensed: bool = False
    version: str = "0"
    dateline: str | None = None
    earlier: tuple[Profile, ...] = ()
    rules: RuleSet | None = None


@as_call
@dataclass(frozen=True, slots=True)
class Page:
    """The bytes of one fetched page with all that extraction may use: `extract(page)` is a function of this alone.

    `url` was asked for, `final_url` answered. `charset` is what the HTTP header declared. `reserved` is the reason why
    its text may not be kept (`X-Robots-Tag: noarchive`, `tdm-reservation`), None where it may.
    """

    url: str
    final_url: str
    body: bytes = field(repr=False)  # Scrapy logs what it drops
    fetched_at: str
    profile: Profile
    status: int = 200
    charset: str | None = None
    content_type: str | None = None
    witness: Link | None = None
    reserved: str | None = None


@as_call
@dataclass(frozen=True, slots=True)
class Dateline:
    """`MOSCOW, November 1. /TASS/. ` taken apart: `text` as published, `date` as ISO day, `length` characters of the body."""

    text: str
    place: str | None
    date: str | None
    agency: str | None
    length: int


@as_call
@dataclass(frozen=True, slots=True)
class Announcement:
    """One mark, advisory or note that speaks of a text's revision, and its words. `data`: only the page's metadata has it."""

    kind: RevisionKind
    words: str
    data: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """What a headline or first line says of its own revision: `CORRECTED-`, `UPDATE 2-`, `STORY WITHDRAWN`.

    `kind` None: it announces no revision. `title` is clean of urgency (`BREAKING:`) and genre (`FACTBOX-`) all the same;
    a genre stays in `label`. `urgency` is `flash`, `urgent` or None. `announced`: all that was found, each by itself.
    """

    kind: RevisionKind | None
    title: str
    label: str | None = None
    urgency: str | None = None
    announced: tuple[Announcement, ...] = ()


@as_call
@dataclass(frozen=True, slots=True)
class Credit:
    """The agency that a text came from, with the words that say so."""

    agency: str
    evidence: str
    confidence: Confidence


@as_call
@dataclass(frozen=True, slots=True, weakref_slot=True)
class Article:
    """One page's article as extracted. `body`: as the `articles` view has it; `key`: its identity within the source
    (`id:<agency id>`, the canonical URL, or `url:<address>` of a page whose canonical URL is another article's).

    `fetched_at`: when the page was fetched or, of an archive's record, captured; None: now. `signal`: the kind of
    revision that the page's metadata speaks of (JSON-LD `correction`), which its text does not announce. `also`: other
    spellings of its address (http, `www.`) at which the same article may be stored. `sketch`: sorted 32-bit keys that
    stand for the body where copies are sought (`fingerprint.sketch`). `announced`: all that page and text say of their
    revision; `marker` and `label` are the strongest of it."""

    source: str
    key: str
    url: str
    canonical_url: str
    title: str
    body: str
    content_hash: str
    extractor: str
    lead: str | None = None
    subheads: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    published: Instant | None = None
    modified: Instant | None = None
    agency_id: str | None = None
    form: Form = "article"
    rights: Rights = "open"
    dateline: Dateline | None = None
    credit: Credit | None = None
    image_url: str | None = None
    image_caption: str | None = None
    image_credit: str | None = None
    access: Access = "unknown"
    marker: RevisionKind | None = None
    label: str | None = None
    tail: str | None = None
    word_count: int = 0
    sketch: tuple[int, ...] = ()
    fetched_at: str | None = None
    signal: RevisionKind | None = None
    also: tuple[str, ...] = ()
    announced: tuple[Announcement, ...] = ()


@as_call
@dataclass(frozen=True, slots=True)
class Extraction:
    """What became of one page: an article, or the reason why there is none. `sources`: field -> where it came from.
    `dropped`: (rule, text) of what was taken out. `spent`: (step, milliseconds) in the order of the work, `ms` in all."""

    article: Article | None
    reason: str | None = None
    detail: str | None = None
    sources: tuple[tuple[str, str], ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()
    ms: float = 0.0
    spent: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a fetch ended; `name` is of `OUTCOMES`, with `:code` after rejected, blocked and failed; `detail` is for people."""

    name: str
    detail: str | None = None


OUTCOMES: tuple[str, ...] = (
    "new", "revised", "unchanged", "not_modified", "listed", "alias", "copy", "gone",
    "rejected", "blocked", "failed", "interrupted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave for asking again; sent back verbatim."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to fetch one address until `until`, together with its host's turn. `fetch_id` is the row of `fetches`
    that was opened with it and must be ended. `seen` counts the looks that were answered with content or 304;
    `tries` those since then that were not, of which `unasked` were blocked before anything was sent, the
    last `forbidden` by the host's robots.txt; `found_at` when the link was first offered; `backfill` its backfill's id;
    `missing` the looks since its page was last there that found it gone; `rhythm`: what an endpoint's polls have taught so
    far, as `crawler.politeness.rhythm` wrote it (opaque here);
    `crawl_delay`: the seconds between two requests that the host's robots.txt asks for; `rules`: all that it said (None: not
    looked up)."""

    fetch_id: int
    link_id: int
    source: str
    url: str
    kind: LinkKind
    host: str
    until: float
    found_at: float
    seen: int = 0
    tries: int = 0
    validators: Validators = Validators()
    witness: Link | None = None
    backfill: int | None = None
    first_poll: bool = False
    missing: int = 0
    rhythm: str | None = None
    crawl_delay: float | None = None
    unasked: int = 0
    forbidden: int = 0
    rules: HostRules | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Leased:
    """Answer of `Frontier.lease`: the leases taken; `wait`: seconds until a due row's host has its turn, None when
    nothing is due; `elsewhere`: due rows that other processes hold; `retry`: where nothing is due, seconds until the next
    try of what failed of a backfill."""

    leases: tuple[Lease, ...]
    wait: float | None = None
    elsewhere: int = 0
    retry: float | None = None


@dataclass(frozen=True, slots=True)
class HostRules:
    """What a host's robots.txt said when it was last asked: `status` `ok`, `allow_all` or `disallow_all`."""

    host: str
    status: str | None = None
    body: str = ""
    until: float = 0.0
    crawl_delay: float | None = None


@dataclass(frozen=True, slots=True)
class HostNote:
    """What a fetch taught about its host, written with its outcome. None: no change. `failed`: it speaks against the host
    as a whole (True) or for it (False); `refused`: the host answered, and would have none of us; `said`: the outcome, for
    people; `others`: hosts that answered on the way, whose failures are over (also the host itself, where it is named)."""

    host: str
    robots: HostRules | None = None
    paused_until: float | None = None
    failed: bool | None = None
    refused: bool = False
    said: str | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one stored text."""

    title: str
    lead: str | None
    body: str


AGAIN = "the text of an earlier revision again"
"""The detail of a look that found another stored text in the place of the current one."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A stored text that was kept as an older capture (`earlier`): its hash, when it was seen, its page's own time."""

    content_hash: str
    seen_at: str
    modified_at: str | None


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """An article of the same identity that is stored. Its texts are numbered in the order in which they were written;
    `revision` is the last number and `hashes` those of all, in that order; title, lead, body, `content_hash` and the
    modification time (with its witness) are the current text's.

    `checked_at`: when its page was last looked at. `here`: the address asked about was fetched as this article before.
    `gone_status`: its status before its page went away; None while the page is there. `labels`: the words of all that its
    texts announced; `announced`: those of the current text, in all its revisions; `earlier`: the words of all texts but
    the current one, newest first, at most twenty. `aside`: the texts that were kept as older
    captures. `again_since`: of an article that is withdrawn, since when its looks have found an earlier text (`AGAIN`),
    the last one included."""

    id: int
    source: str
    key: str
    url: str
    revision: int
    content_hash: str
    hashes: tuple[str, ...]
    title: str
    lead: str | None
    body: str
    status: Status
    story_id: int | None
    extractor: str
    checked_at: str | None = None
    here: bool = False
    published_at: str | None = None
    modified_at: str | None = None
    modified_from: str | None = None
    gone_status: Status | None = None
    labels: tuple[str, ...] = ()
    announced: tuple[str, ...] = ()
    earlier: tuple[Wording, ...] = ()
    aside: tuple[Aside, ...] = ()
    again_since: str | None = None


@dataclass(frozen=True, slots=True)
class Kin:
    """A stored article of any source that shares `shared` keys of its sketch with the one asked about.
    `bodies`: its texts, newest first, at most four."""

    id: int
    source: str
    story_id: int | None
    shared: int
    content_hash: str
    bodies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows around an article: by key, by address (an alias), and by shared text. `mark`: the number of
    the newest text that was stored then. `twin`: where neither key nor address is stored and the agency gives no id, an
    article of the source without one that seems to have the same text; where it gives one, an article that bore the same
    id when that was another's key already."""

    article: KnownArticle | None = None
    kin: tuple[Kin, ...] = ()
    mark: int | None = None
    twin: KnownArticle | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with an article. `article_id` None: insert. `revision` None: write no text, only the check.
    `basis` is the stored revision number on which this was decided (0: none); the store refuses a stale one.
    `kind` is the new revision's. `story_id` None: a story of its own. `merges`: stories that become one with it.
    `mark` is that of `Known`: a kindred text stored since then makes the decision stale; None: not asked."""

    outcome: str
    article_id: int | None
    basis: int
    kind: RevisionKind | None = None
    status: Status = "live"
    story_id: int | None = None
    detail: str | None = None
    merges: tuple[int, ...] = ()
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """What one fetch leaves behind, written in ONE transaction: outcome, article, links, validators, the frontier row's next
    time, the host's turn. Of a long live list `links` are the last part; those before it were committed, each part alone
    (`Store.offer_part`). `ttl` and `max_age` are what the answer itself asked for, in seconds. `due` None: not
    again (unless offered anew); `quarantine`: given up, kept. `responded_at`: when the last byte came (the host's next
    turn counts from there). `gone_gap`: the answer says that the page is no longer there; so many seconds must lie between
    the first such look and one that makes it a withdrawal. `rhythm`: an endpoint's, with this poll; None: as it was.
    `new_links`: how many new addresses of a host a day may bring (`allowance`; None: any number); `traps`: (reason, count) of
    links that were left out since they look like a trap. `entries`: of a backfill's listing that was read, how many it had,
    in the span or not; `back_to`, `reached`: when the oldest of them, and the one in their middle, were published, in epoch
    seconds. `page`: to be kept, with all that
    extraction was told of it. `missed`: the profile's selectors, by name, for which the article's page had nothing (`body`)."""

    fetch_id: int
    outcome: Outcome
    at: float
    lease: Lease | None = None
    status: int | None = None
    urls: tuple[str, ...] = ()
    ms: int = 0
    bytes: int = 0
    responded_at: float | None = None
    due: float | None = None
    quarantine: bool = False
    validators: Validators | None = None
    links: tuple[Link, ...] = ()
    first_poll_limit: int | None = None
    host: HostNote | None = None
    article: Article | None = None
    decision: Decision | None = None
    page: Page | None = None
    ttl: int | None = None
    max_age: int | None = None
    gone_gap: float | None = None
    rhythm: str | None = None
    entries: int | None = None
    back_to: float | None = None
    reached: float | None = None
    missed: str | None = None
    new_links: int | None = None
    traps: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """What the store made of an `Ending`. `stale`: the decision's basis had moved; nothing was written, decide again."""

    stale: bool = False
    article_id: int | None = None
    revision: int | None = None
    offered: int = 0
    again: int = 0
    held: int = 0
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One fetched page on its way through the pipelines; each step replaces what it found out.

    `decided`: its outcome stands, later steps leave it alone. `span`: (since, until) of a backfill in epoch seconds,
    both inclusive: an article published outside it is not wanted."""

    page: Page
    ending: Ending
    extraction: Extraction | None = None
    decided: bool = False
    span: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class KeptText:
    """A stored text whose page is kept: the one of the fetch that wrote it. `extractor` and `content_hash` are those of
    the text as it was read here: it is only rewritten where they still are. `imported`: the page is of a file that its
    owner holds anyway, so that reserved texts are kept."""

    fetch_id: int
    article_id: int
    revision: int
    source: str
    url: str
    extractor: str
    content_hash: str
    imported: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What an extractor (`by`) now makes of the kept page of a stored text: an article, or why there is none."""

    text: KeptText
    by: str
    article: Article | None
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of which a stored text has one value and a reading of its page another; as text for people."""

    field: str
    stored: str
    read: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What a reading is to its stored text: `unchanged`; `changed`, by its differences; `refused`: there is no article in
    the page any more, and the stored words stay; `unstorable`: so do they, since no database takes what was read; `moved`: the
    text is no longer the one that was read again."""

    outcome: Literal["unchanged", "changed", "refused", "unstorable", "moved"]
    differences: tuple[Difference, ...] = ()


Look = Callable[[Article], Known]
Kept = Callable[[int, Profile, str], tuple[tuple[KeptText, Page], ...]]
Decide = Callable[[Dispatch, Look, Kept], Dispatch | None]
"""A dispatch that is not decided -> decided, by what is known and kept; None where it cannot be decided at once."""


class ArticleStore(Protocol):
    """What the pipelines need of a store; each call is done in the writer's thread and answered when committed. `kept`:
    the texts of an article that another extractor than `by` made and whose pages are kept, newest first, with these
    pages; `rewrite`: puts what was read again in the place of the stored words, without a revision. `decide_and_end`:
    both in one transaction; None where it could not be decided at once, and nothing was written."""

    def known(self, article: Article) -> Future[Known]: ...

    def kept(self, article_id: int, profile: Profile, by: str) -> Future[tuple[tuple[KeptText, Page], ...]]: ...

    def rewrite(self, readings: Sequence[Reading]) -> Future[tuple[Rewritten, ...]]: ...

    def end(self, ending: Ending) -> Future[Ended]: ...

    def decide_and_end(self, dispatch: Dispatch, decide: Decide) -> Future[tuple[Dispatch, Ended] | None]: ...


class Extractor(Protocol):
    """A pool that extracts pages in other processes; `charge` failures come back as an `Extraction` with a reason."""

    async def extract(self, page: Page) -> Extraction: ...
