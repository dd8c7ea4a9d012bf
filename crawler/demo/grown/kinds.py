"""The kinds of events, what a wire editor calls each of them, and how often each comes among nine hundred.

`revisions`: what may stand in `revisions` for the event: a kind, exactly once, or None for nothing. Two are allowed only
where the story stayed and its page did not (a counter, a promotion, blanks, the design): that is `minor` if it is anything.
`arrival`: a new article comes with the event: `new` in a story of its own, or `copy` in its original's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from crawler.demo.grown.pieces import Desk

BOTH: tuple[Desk, ...] = ("wire", "paper")


@dataclass(frozen=True, slots=True)
class Kind:
    """`what`: for people."""

    what: str
    revisions: frozenset[str | None]
    arrival: Literal["new", "copy"] | None = None


def _is(kind: str, what: str) -> Kind:
    return Kind(what, frozenset((kind,)))


def _nothing(what: str) -> Kind:
    return Kind(what, frozenset((None,)))


def _at_most_minor(what: str) -> Kind:
    return Kind(what, frozenset((None, "minor")))


KINDS: Mapping[str, Kind] = {
    "publication": Kind("a story is published", frozenset(("first",)), "new"),
    "update_marked": _is("update", "new facts, UPDATE 1- in the headline"),
    "update_advisory": _is("update", "new facts, an advisory line above the text"),
    "update_unmarked": _is("update", "new facts, no mark; older marks and notes may still stand"),
    "correction_marked": _is("correction", "a figure put right, CORRECTED- in the headline"),
    "correction_note": _is("correction", "a figure put right, a note under the text"),
    "correction_advisory": _is("correction", "a figure put right, an advisory line above the text"),
    "correction_data": _is("correction", "a figure put right, said in JSON-LD only"),
    "refile": _is("refile", "a name's spelling, REFILE- in the headline"),
    "repeat": _is("repeat", "unchanged rerun, RPT- in the headline"),
    "kill_headline": _is("withdrawal", "WITHDRAWN- in the headline, a notice for a text"),
    "kill_notice": _is("withdrawal", "the headline stays, a notice for a text"),
    "kill_404": _is("withdrawal", "404 from now on"),
    "kill_410": _is("withdrawal", "410 from now on"),
    "kill_soft": _is("withdrawal", "status 200, 'no longer available', from now on"),
    "glitch": _nothing("404 at one look"),
    "glitch_over": _nothing("the page is back"),
    "wall": _nothing("a consent wall at one look"),
    "wall_over": _nothing("the page is back"),
    "wall_stays": _nothing("a consent wall from now on"),
    "typography": _is("minor", "curly quotes, dashes, no-break spaces"),
    "whitespace": _at_most_minor("other blanks and line breaks"),
    "counter": _at_most_minor("the view counter"),
    "boilerplate": _at_most_minor("another call to subscribe"),
    "encoding": _at_most_minor("windows-1252 in place of UTF-8, or back"),
    "ab_second": _is("update", "a second headline is tried"),
    "ab_first_again": _nothing("the first headline is served again"),
    "ab_second_again": _nothing("the second headline is served again"),
    "cache_old": _nothing("a cache serves the text before the update"),
    "cache_new": _nothing("the updated text is back"),
    "section_moved": _nothing("same number, other section; the old address redirects"),
    "slug_changed": _nothing("same number, other slug; both addresses answer"),
    "slug_changed_no_id": _nothing("other slug without a number; the old address redirects"),
    "repost": _nothing("the same text put out again under another address"),
    "amp": _nothing("the AMP page is in the feed"),
    "mobile": _nothing("the mobile page is in the feed"),
    "mobile_own": _nothing("a mobile page that calls itself canonical"),
    "print": _nothing("the print page is in the feed"),
    "tracked": _nothing("tracking parameters in the feed"),
    "session": _nothing("a session id in the feed"),
    "canonical_home": _nothing("canonical link to the home page"),
    "canonical_other": _nothing("canonical link to another article"),
    "guid_changed": _nothing("another GUID for the same story"),
    "guid_reused": Kind("a new story under an old story's GUID", frozenset(("first",)), "new"),
    "lying_newcomer": Kind("a new story with a canonical link elsewhere", frozenset(("first",)), "new"),
    "copy_whole": Kind("the paper prints the wire's text", frozenset(("first",)), "copy"),
    "copy_trimmed": Kind("the paper prints two thirds of it", frozenset(("first",)), "copy"),
    "followup": Kind("a new story with a fifth of an old one's text", frozenset(("first",)), "new"),
    "redesign": _at_most_minor("other templates, with other boxes and promotions"),
}


@dataclass(frozen=True, slots=True)
class Chain:
    """Events that come to one story in a row, one a look. `last`: nothing else happens to it afterwards. `earliest`: the
    first look (from 0) before which it may begin."""

    share: int
    steps: tuple[str, ...]
    desks: tuple[Desk, ...] = BOTH
    last: bool = False
    earliest: int = 0


WIRE_ONLY: tuple[Desk, ...] = ("wire",)
PAPER_ONLY: tuple[Desk, ...] = ("paper",)
CHAINS: tuple[Chain, ...] = (
    Chain(12, ("kill_headline",), WIRE_ONLY, last=True),
    Chain(16, ("kill_notice",), last=True),
    Chain(14, ("kill_404",), last=True),
    Chain(14, ("kill_410",), last=True),
    Chain(12, ("kill_soft",), last=True, earliest=1),
    Chain(6, ("wall_stays",), last=True),
    Chain(16, ("ab_second", "ab_first_again", "ab_second_again")),
    Chain(12, ("update_unmarked", "cache_old", "cache_new")),
    Chain(12, ("glitch", "glitch_over"), earliest=1),
    Chain(10, ("wall", "wall_over"), earliest=1),
    Chain(95, ("update_marked",)),
    Chain(18, ("update_advisory",), WIRE_ONLY),
    Chain(75, ("update_unmarked",)),
    Chain(36, ("correction_marked",)),
    Chain(28, ("correction_note",)),
    Chain(14, ("correction_advisory",), WIRE_ONLY),
    Chain(9, ("correction_data",)),
    Chain(30, ("refile",), WIRE_ONLY),
    Chain(28, ("repeat",), WIRE_ONLY),
    Chain(54, ("typography",)),
    Chain(18, ("whitespace",)),
    Chain(40, ("counter",)),
    Chain(24, ("boilerplate",)),
    Chain(18, ("encoding",)),
    Chain(22, ("section_moved",), WIRE_ONLY),
    Chain(18, ("slug_changed",), WIRE_ONLY),
    Chain(13, ("slug_changed_no_id",), PAPER_ONLY),
    Chain(16, ("repost",), PAPER_ONLY),
    Chain(16, ("amp",), PAPER_ONLY),
    Chain(14, ("mobile",), PAPER_ONLY),
    Chain(6, ("mobile_own",), PAPER_ONLY),
    Chain(12, ("print",), PAPER_ONLY),
    Chain(26, ("tracked",)),
    Chain(9, ("session",)),
    Chain(10, ("canonical_home",), PAPER_ONLY),
    Chain(10, ("canonical_other",), PAPER_ONLY),
    Chain(9, ("guid_changed",), PAPER_ONLY),
    Chain(8, ("guid_reused",), PAPER_ONLY),
    Chain(8, ("lying_newcomer",), PAPER_ONLY),
    Chain(20, ("copy_whole",), WIRE_ONLY),
    Chain(15, ("copy_trimmed",), WIRE_ONLY),
    Chain(15, ("followup",), WIRE_ONLY),
)
