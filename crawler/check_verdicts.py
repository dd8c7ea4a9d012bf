"""What `dateline sources check` says of an endpoint and of an article: verdicts and advice. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from crawler.discovery.read import PROBLEMS
from crawler.survey.looks import time_of

if TYPE_CHECKING:
    from datetime import datetime

    from crawler.discovery.read import Discovery
    from crawler.source import Endpoint, Source
    from storage.models import Extraction, Link, Outcome

QUIET: Final = timedelta(days=7)
FEW_WORDS: Final = 15
ENOUGH_ARTICLES: Final = 2
"""Of three articles so many must be whole: a video or a gallery among them is no fault of the source's."""

_ADVICE: Final = (
    ("gone", "it is no longer there: look for its successor with `dateline sources add {home} --dry-run`"),
    ("blocked:robots_unreachable", "try again later; while robots.txt cannot be read nothing of the host is fetched"),
    ("blocked:robots", "the site does not want it crawled: take it out of the TOML"),
    ("blocked:redirect", "if the new place is the agency's, name its host under `hosts` and the address as endpoint"),
    ("blocked:address", "only public addresses are fetched"),
    ("blocked:http_", "the host refuses this crawler; Dateline does not go round it. If it stays so, say `closed` in the TOML"),
    ("blocked:host", "try again after the pause that the host asked for"),
    ("failed:http_429", "the host asks for fewer requests: raise `delay` under [politeness], or try again later"),
    ("failed:http_4", "the address may be wrong: look for its successor with `dateline sources add {home} --dry-run`"),
    ("failed:dns", "the host's name is not known: is it written right? Else try again later"),
    ("failed", "try again later; if it stays so, the address or the host has changed"),
    ("bot_check", "the host refuses this crawler; Dateline does not go round it. If it stays so, say `closed` in the TOML"),
    ("consent_wall", "the page asks for consent first; only a feed with the whole text can be read then"),
    ("login_wall", "readers must log in; without a licence the source is closed"),
    ("paywall", "readers must pay; without a licence the source is closed"),
    ("javascript_wall", "the text is drawn by JavaScript, which is not run here: look for a feed with the whole text"),
    ("listing", "it lists articles: make `url` under [articles] narrower, or name it under `not`"),
    ("no_text", "no text was found: give `body` under [profile] (`dateline extract {url}` shows what there is)"),
    ("no_title", "no title was found: give `title` under [profile] (`dateline extract {url}` shows what there is)"),
    ("soft_404", "the page says that there is nothing: the link is old, or `url` under [articles] too wide"),
    ("region_block", "the site does not serve this machine's country; only a feed with the whole text can be read from here"),
    ("age_gate", "the page asks for the reader's age first; only a feed with the whole text can be read then"),
    ("maintenance", "the site is being worked on: try again later"),
    ("server_error", "the site answers with an error's page: try again later"),
    ("redirect_stub", "the page sends readers on by its markup, which is not followed: name the address it leads to"),
    ("placeholder", "a page that is not filled yet: `not` under [articles] can leave its address out"),
    ("service_page", "a page of the site about itself: make `url` under [articles] narrower, or name it under `not`"),
    ("media_only", "a video, a recording or pictures without a text: name such addresses under `not`"),
    ("data_only", "a table without a text: name such addresses under `not`"),
    ("document_viewer", "a document in a viewer, which is not read: name such addresses under `not`"),
    ("reserved", "its publisher reserves the text; with a licence say `licensed = true` under [profile]"),
    ("extract_", "reading it failed; `dateline extract {url}` tells more"),
)  # fmt: skip
_ELSE: Final = "`dateline extract {url}` tells more"


@dataclass(frozen=True, slots=True)
class EndpointVerdict:
    """One endpoint as it answered. `newest_age`: seconds since its newest entry; None: undated. `problem` None: it is good;
    `advice`: what to do about the problem; `remark`: what is worth knowing all the same."""

    url: str
    kind: str
    status: int | None
    entries: int = 0
    wanted: int = 0
    refused: tuple[tuple[str, int], ...] = ()
    newest_age: float | None = None
    problem: str | None = None
    advice: str | None = None
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleVerdict:
    """One article as extraction gives it. `published_from`: the witness of its time. `problem` None: title, time and text
    are there."""

    url: str
    title: str | None = None
    published: str | None = None
    published_from: str | None = None
    words: int = 0
    dateline: str | None = None
    language: str | None = None
    problem: str | None = None
    advice: str | None = None


def advice_for(reason: str, *, home: str, url: str) -> str:
    """What to do about an outcome or a reason of rejection."""
    found = next((text for start, text in _ADVICE if reason.startswith(start)), _ELSE)
    return found.format(home=home, url=url)


def unanswered(endpoint: Endpoint, status: int | None, outcome: Outcome, source: Source) -> EndpointVerdict:
    """An endpoint whose document did not come."""
    return EndpointVerdict(
        endpoint.url,
        endpoint.kind,
        status,
        problem=outcome.name + (f": {outcome.detail}" if outcome.detail else ""),
        advice=advice_for(outcome.name, home=source.home, url=endpoint.url),
    )


def of_endpoint(
    endpoint: Endpoint, status: int | None, found: Discovery, source: Source, now: datetime
) -> EndpointVerdict:
    """An endpoint whose document was read."""
    newest = max((at for link in found.links if (at := time_of(link))), default=None)
    age = (now - newest).total_seconds() if newest else None
    problem = advice = remark = None
    refused = dict(found.refused)
    if found.problem and found.problem != "nothing_followed":
        problem = PROBLEMS.get(found.problem, found.problem)
        advice = advice_for("bot_check" if found.problem == "bot_check" else "gone", home=source.home, url=endpoint.url)
        if found.problem == "truncated" and found.links:
            problem, remark = None, problem
            advice = None
    elif not found.links:
        why = max(refused, key=lambda reason: refused[reason], default="")
        problem = f"none of its {found.total} entries is wanted"
        advice = _unwanted(why)
    elif age is not None and age > QUIET.total_seconds():
        problem = f"its newest entry is {int(age // 86400)} days old"
        advice = f"a dead feed, or a quiet agency: look for its successor with `dateline sources add {source.home} --dry-run`"
    elif age is None and endpoint.kind != "listing" and all(link.kind == "article" for link in found.links):
        remark = "its entries bear no dates; those of the pages will do"
    elif (
        any(link.published and link.published.precision == "day" for link in found.links)
        and not source.profile.timezone
    ):
        remark = "its times have no zone and the TOML names no timezone: only their days are kept"
    return EndpointVerdict(
        endpoint.url, endpoint.kind, status, found.total, len(found.links), found.refused, age, problem, advice, remark
    )


def of_article(url: str, extraction: Extraction, source: Source) -> ArticleVerdict:
    """An article's page that was read."""
    article = extraction.article
    if article is None:
        reason = extraction.reason or "no_text"
        return ArticleVerdict(
            url,
            problem=f"no article: {reason}" + (f" ({extraction.detail})" if extraction.detail else ""),
            advice=advice_for(reason, home=source.home, url=url),
        )
    problem = advice = None
    if article.published is None:
        problem = "no time of publication"
        advice = "fine where the feed has one; else look at the page with `dateline extract`"
    elif article.published.precision == "day" and source.profile.timezone is None:
        problem = f"only the day of its publication is known ({article.published.raw!r})"
        advice = "give `timezone` under [profile]"
    elif article.word_count < FEW_WORDS and article.form != "flash":
        problem = f"only {article.word_count} words"
        advice = f"give `body` under [profile] (`dateline extract {url}` shows what there is)"
    elif article.language and source.languages and not _speaks(article.language, source.languages):
        problem = f"its language is {article.language}, the source's {', '.join(source.languages)}"
        advice = "correct `languages`, or make `url` under [articles] narrower"
    return ArticleVerdict(
        url,
        title=article.title,
        published=article.published.at if article.published else None,
        published_from=article.published.origin if article.published else None,
        words=article.word_count,
        dateline=article.dateline.text if article.dateline else None,
        language=article.language,
        problem=problem,
        advice=advice,
    )


def all_well(endpoints: tuple[EndpointVerdict, ...], articles: tuple[ArticleVerdict, ...]) -> bool:
    """Whether the source does what its TOML says: every endpoint is good, and two of three articles are whole."""
    good = sum(article.problem is None for article in articles)
    return (
        bool(endpoints)
        and not any(e.problem for e in endpoints)
        and good >= min(ENOUGH_ARTICLES, max(len(articles), 1))
    )


def to_look_at(links: tuple[Link, ...], most: int) -> tuple[Link, ...]:
    """Articles from all over a list, the first among them."""
    articles = tuple({link.url: link for link in links if link.kind == "article"}.values())
    return articles[:: max(1, len(articles) // most)][:most]


def _unwanted(why: str) -> str:
    return {
        "other_host": "they are on other hosts: name those that are the agency's under `hosts`",
        "not_article": "none has the form that `url` under [articles] asks for: the site's addresses may have changed",
        "not_followed": "no file of the index matches `follow`: its names may have changed",
        "no_link": "they have no addresses",
    }.get(why, "look at the document in a browser")


def _speaks(language: str, languages: tuple[str, ...]) -> bool:
    from pipelines.languages import ALIKE

    bases = {tag.partition("-")[0] for tag in languages}
    return language in bases or any(language in group and bases & group for group in ALIKE)
