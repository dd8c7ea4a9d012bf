"""What stands between the headline and the body's place: the lead, often in a box of its own, named like a teaser.

A publisher prints the standfirst with the headline, not with the text, so it is the one piece of prose that is not in the
article's place. Where the headline is known, all prose between the two is lead, but for what its names make doubtful; a
page without a known headline has a lead right before the body, if any.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.margins import SENTENCE
from pipelines.text import squeeze

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from pipelines.home import Survey

HEAD = 60
"""Characters of an `h2` from which on it is a lead set as one."""
LEVELS = 3
"""Boxes around the body, from its own parent on, within which a lead stands."""
SENTENCES = 60
"""Letters' worth from which on prose before the body is a lead without being named so."""
BEFORE = 12
"""Runs of prose before the body that are looked at where no headline says where the article begins."""
NAMED = re.compile(
    r"(?<![a-z])(?:lead|deck?|excerpt|ingress)(?![a-z])|teaser|intro|standfirst|abstract|summary|vorspann|anriss|anreisser|"
    r"chapo|chapeau|entradilla|bajada|copete|sommario|occhiello|manchet|zajawka|lidtext",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(
    r"comment|cookie|consent|gdpr|privacy|related|sidebar|promo|newsletter|footer|recommend|popular|most-?read|latest|modal|popup|"
    r"dialog|login|paywall|banner|caption|author|byline|share|social|menu|nav(?![a-z])|breadcrumb|search",
    re.IGNORECASE,
)
"""Names of what is no lead, wherever it stands."""


def find(survey: Survey, first: int, inside: list[HtmlElement]) -> list[HtmlElement]:
    """Prose between the headline and the body's beginning, in document order. `first`: the body's first run of prose."""
    heads = [(e, at) for e, at in survey.exact or survey.heads[-1:] if at <= first]
    covered = {e for part in inside for e in part.iter("h2", "div")}
    around = list(inside[0].iterancestors())[:LEVELS]
    if not heads:
        return [e for e in _before(survey, first, around) if e not in covered]
    start, above = heads[-1][1], set(inside[0].iterancestors())
    found = [
        (float(at), survey.blocks[at])
        for at in range(start, first)
        if survey.blocks[at] not in above
        and (survey.weights[at] >= survey.sizes[at] or _introduces(survey, at, around))
    ]
    found += [
        (at - 0.5, e)
        for e, at in survey.seconds
        if start <= at <= first and len(squeeze(e.text_content())) > HEAD and e not in covered
    ]
    found = [pair for pair in sorted(found, key=lambda pair: pair[0]) if pair[1] not in covered]
    return [e for _, e in (found if survey.exact else found[-2:])]


def _before(survey: Survey, first: int, around: list[HtmlElement]) -> list[HtmlElement]:
    """The run of leads right before the body; labels and lines of date between them are passed over."""
    found: list[HtmlElement] = []
    for at in range(first - 1, max(-1, first - 1 - BEFORE), -1):
        if _introduces(survey, at, around):
            found.insert(0, survey.blocks[at])
        elif survey.sizes[at] >= SENTENCES:
            break
    return found


def _introduces(survey: Survey, at: int, around: list[HtmlElement]) -> bool:
    """Whether a run of prose is named as a lead, or is a sentence, in a box of its own near the body."""
    block = survey.blocks[at]
    names = _names(block, around)
    if not names or any(ELSEWHERE.search(name) for name in names):
        return False
    if any(NAMED.search(name) for name in names):
        return True
    return survey.sizes[at] >= SENTENCES and SENTENCE.search(squeeze(block.text_content())) is not None


def named(lead: HtmlElement, body: HtmlElement) -> bool:
    """Whether a lead stands in a box of such a name. trafilatura would take it for another story's."""
    return any(NAMED.search(name) for name in _names(lead, list(body.iterancestors())[:LEVELS]))


def _names(block: HtmlElement, around: list[HtmlElement]) -> list[str]:
    """The names of a block and of the boxes that it alone stands in; none where it is far from the body, or another story's."""
    names: list[str] = []
    for element in (block, *block.iterancestors()):
        if element in around:
            return names
        if element.tag == "article":
            break
        names.append(f"{element.get('class') or ''} {element.get('id') or ''}")
    return []
