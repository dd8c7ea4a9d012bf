"""What looks like a page but is no article: walls, bot checks, soft 404s, listings, pages without text; and why.

Conservative: a page with an article's text is an article whatever else it says, since a false rejection loses a story
and a false article is only noise that the next issue of the rules can take out. A longer text is never rejected for
single words; a short one where its sentences are the wall's own (`walls.toml`), hardly any other is there, and none reports.
"""

from __future__ import annotations

import re

from pipelines import reporting, wallwords
from pipelines.phrases import CHALLENGE
from pipelines.sight import HEADLINE, Look
from pipelines.text import TEMPLATE, letters, squeeze, words

REASONS: frozenset[str] = frozenset(
    {
        *wallwords.ORDER, "redirect_stub", "placeholder", "listing", "service_page", "media_only", "data_only",
        "document_viewer", "no_text", "no_title", "parser_limit", "not_html",
    }
)  # fmt: skip

WALL_WORDS = 150
"""Words of a text that may be a wall's; a consent wall may have more."""
CONSENT_WORDS, DENSE = 900, 4
OWN_WORDS, OWN_DATED = 45, 9
"""Words beside the wall's that are its small print; beside those of a page that calls itself an article and bears a time."""
BARE = 25
"""Words that are hardly a text."""
PROSE, CELLS = 14, 8
LINE, SENTENCE_WORDS = 25, 8
"""Words of a line that is prose whatever it ends with; of a sentence that a credit follows in its line."""
STOP = re.compile(r"\w{3}[.!?…؟।][\"”»’')]*\s|[。！？]")
DAYS = frozenset({"maintenance", "paywall", "login_wall", "consent_wall"})
"""Walls that may name a day of the week: when the site is back, what is sold."""
FIRST = 3
SAMPLE, LOST, WRITTEN = 2_000, 0.1, 0.25
"""Characters of a text that show whether it is one; shares of what is unreadable, at the most, and of letters, at the least."""
SHARED = 0.3
LISTED, CARDS, CARDED = 5, 5, 0.6
OWN_LISTING = 80
UNSPACED = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]{4}")
# A number or a long slug in the last part of an address is one story's.
STORY_PATH = re.compile(r"\d{5,}|(?:[^/-]+-){4,}[^/-]+/?$|\d{4}/\d{1,2}/\d{1,2}")
SEARCH_PATH = re.compile(
    r"(?:^|/)(?:search|suche|recherche|buscar|busca|poisk|arama|tags?|topics?|themen?|keywords?)(?:/|$)", re.IGNORECASE
)
# Where frameworks put the data that a script draws the page from.
SCRIPTED = re.compile(r"__(?:NEXT_DATA|NUXT|NUXT_DATA|INITIAL_STATE|PRELOADED_STATE|APOLLO_STATE)__")
MARKUP_LIMIT = 60_000
SENTENCE_END = tuple('.!?…。！？؟।”»"')
Verdict = tuple[str, str]


def reason(look: Look) -> Verdict | None:
    """(code of REASONS, words that say so) where the page is no article, else None."""
    size = words(look.body)
    if noise := _noise(look.body[:SAMPLE]):
        return "no_text", noise
    if look.declared and look.dated and size > WALL_WORDS:
        return None
    if size > WALL_WORDS:
        return _long(look, size)
    if verdict := _wall(look, size) or _listing(look, size) or _kind(look, size):
        return verdict
    if not look.body:
        return (
            ("parser_limit", "the parser gave up on the markup")
            if look.cut
            else ("no_text", "text only in scripts" if SCRIPTED.search(look.html) else "no text beside links and boxes")
        )
    if not look.title and size < 30:
        return "no_title", "neither a title nor a text to speak of"
    return None


def _noise(text: str) -> str | None:
    """That a text is no writing but bytes of something else: what no encoding reads, or hardly a letter or figure."""
    lost = text.count("\ufffd")
    if lost > LOST * len(text):
        return f"{lost} of {len(text)} characters cannot be read in any encoding"
    if len(text) < SAMPLE // 10 or sum(map(len, filter(str.isalnum, text.split()))) >= WRITTEN * len(text):
        return None  # whole words are enough
    if (found := sum(map(str.isalnum, text))) < WRITTEN * len(text):
        return f"{found} of {len(text)} characters are letters or figures"
    return None


def _long(look: Look, size: int) -> Verdict | None:
    """Of a text that is longer than walls are: consent's small print, the site's own pages, fillers, lists of teasers."""
    head = wallwords.sentences(look.body[:6_000])
    if not look.declared and not look.dated:
        titled = _titled(look)
        if titled and titled[0] == "service_page":
            return "service_page", titled[1]
        if size <= CONSENT_WORDS:
            said = _saying("consent_wall", head)
            dense = len(said) >= DENSE and len(said) >= 0.25 * len(head)
            if dense or (titled and titled[0] == "consent_wall" and len(said) >= 2):
                return "consent_wall", said[0][:120]
    if filler := _filler(head):
        return filler
    return _listing(look, size)


def _saying(reason: str, lines: list[str]) -> list[str]:
    """The sentences that speak for a wall."""
    phrases = wallwords.likely_of((reason,), lines).get(reason)
    return [line for line in lines if wallwords.uttered(phrases, line)] if phrases else []


def _filler(head: list[str]) -> Verdict | None:
    """Text that only fills a template."""
    fill = _saying("placeholder", head)
    return ("placeholder", fill[0][:120]) if fill and len(fill) >= 0.3 * min(len(head), 10) else None


def _wall(look: Look, size: int) -> Verdict | None:
    article = look.declared and look.dated
    lines = wallwords.sentences(look.body)
    if filler := _filler(lines):
        return filler
    said, first = wallwords.spoken(lines)
    walled = {line for spoken in said.values() for line in spoken}
    own = sum(words(line) for line in lines if line not in walled)
    titled = _titled(look)
    unsure = not said or bool(DAYS.intersection(said)) or (titled is not None and titled[0] in said)
    if _news(look, own, unsure=unsure):
        return None
    for code, spoken in (wallwords.spoken(list(look.headings))[0] if own <= BARE else {}).items():
        said.setdefault(code, []).extend(spoken)
        first = 0
    short_page = len(look.html) <= MARKUP_LIMIT and look.extent.words <= 600
    checked = titled is not None and titled[0] == "bot_check"
    if (checked or size < BARE) and short_page and not article and (found := CHALLENGE.search(look.html)):
        return "bot_check", found[0]
    if said:
        code = _strongest(said, titled)
        same = titled is not None and titled[0] == code
        small = own <= (OWN_DATED if article else OWN_WORDS)
        wide = same and not article and 2 * own <= 5 * sum(map(words, walled))
        if (same and small) or wide or (small and first < FIRST and not _about(look, own)):
            return code, said[code][0][:120]
    if titled and titled[0] != "service_page" and size < BARE and not (article and own > OWN_DATED):
        return titled
    return None if article and own > OWN_DATED else _behind(look, size, own, titled)


def _news(look: Look, own: int, *, unsure: bool) -> bool:
    """Whether a text reports: it says who said it or opens with a dateline, or it names a day. `own`: words beside a wall's;
    `unsure`: a wall may name a day, too, unless the page is an article by its data or has more text than walls have."""
    if reporting.attributed(look.body) or reporting.datelined(look.body):
        return True
    return ((look.declared and look.dated) or own > OWN_DATED or not unsure) and reporting.dated(look.body)


def _titled(look: Look) -> Verdict | None:
    """What the first headline that names a wall begins with."""
    titles = dict.fromkeys((look.title, look.page_title, *look.headings))
    return next((found for title in titles if (found := wallwords.titled(title))), None)


def _strongest(said: dict[str, list[str]], titled: Verdict | None) -> str:
    """What the title says, else the reason of most sentences; a call for JavaScript goes with many another."""
    if titled and titled[0] in said and titled[0] != "javascript_wall":
        return titled[0]
    others = [code for code in said if code != "javascript_wall"] or list(said)
    return max(others, key=lambda code: (len(set(said[code])), -wallwords.ORDER.index(code)))


def _about(look: Look, own: int) -> bool:
    """Whether the text tells what its headline says, as news do: a story about a wall, in hardly more than its words."""
    title = letters(look.title or "")
    # The headline itself, printed above, tells nothing.
    text = letters(look.body).replace(title, " ", 1)
    if not title or (own < 3 and not look.dated):
        return False
    parts = [word for word in title.split() if len(word) > 3]
    if UNSPACED.search(title):
        joined, text = title.replace(" ", ""), text.replace(" ", "")
        parts = [joined[n : n + 2] for n in range(len(joined) - 1)]
    found = sum(1 for part in parts if part in text)
    return len(parts) >= 2 and found >= max(2, SHARED * len(parts))


def _behind(look: Look, size: int, own: int, titled: Verdict | None) -> Verdict | None:
    """What a page says and is made of whose text is hardly any: the search for the body passes over dialogs and forms."""
    if size >= OWN_WORDS and own >= OWN_WORDS and not (titled and titled[0] == "service_page"):
        return None
    surface = look.surface()
    lines = [sentence for line in surface.lines for sentence in wallwords.sentences(line)]
    said, _ = wallwords.spoken(lines)
    if surface.moved and size < BARE and surface.words < 4 * BARE and not said:
        return "redirect_stub", surface.moved
    if titled and titled[0] == "service_page" and not (look.declared and look.dated):
        return titled
    teased = _prose(look) >= PROSE
    if own < BARE and said and not _about(look, own):
        share = sum(words(line) for line in {line for spoken in said.values() for line in spoken})
        code = _strongest(said, titled)
        if code in ("paywall", "login_wall") and teased:
            return None
        if share >= 0.2 * surface.words or (titled and titled[0] == code):
            return code, said[code][0][:120]
    if own < BARE and surface.password and not look.declared and not teased:
        return "login_wall", "a form that asks for a password"
    if titled and size < BARE and not look.declared:
        return titled
    if own < BARE and surface.email and any(wallwords.says("service_page", line) for line in lines) and not look.dated:
        return "service_page", "a form that asks for an address"
    return None


def _kind(look: Look, size: int) -> Verdict | None:
    """Pages made of something else than text."""
    if _prose(look) >= PROSE:
        return None
    surface = look.surface()
    cells = max(look.cells, surface.cells)
    if cells >= CELLS and cells >= 0.5 * size and not (look.declared and look.dated):
        return "data_only", f"{cells} words in tables, {size} in all"
    if surface.document:
        return "document_viewer", "a document in a viewer"
    if surface.media:
        return "media_only", f"a {surface.media} without text"
    if size < PROSE and "{{" in look.html and TEMPLATE.search(look.html):
        return "placeholder", "a template that was not filled"
    return None


def _prose(look: Look) -> int:
    """Words in lines that are sentences or begin with one (`….  Reuters/Jane Miller`), beside rows of tables."""
    return sum(
        words(line)
        for line in look.body.split("\n")
        if " | " not in line
        and words(line) >= 4
        and (line.rstrip().endswith(SENTENCE_END) or words(line) >= LINE or _opening(line) >= SENTENCE_WORDS)
    )


def _opening(line: str) -> int:
    """Words up to the last stop within a line, initials' aside."""
    return words(line[: max((stop.end() for stop in STOP.finditer(line)), default=0)])


def _listing(look: Look, size: int) -> Verdict | None:
    """A section's index, a tag's, a search: not declared an article, made of links to stories, with little text of its own."""
    if look.declared:
        return None
    if look.listed[0] >= LISTED and look.listed[0] >= (0.6 if size <= WALL_WORDS else 0.8) * look.listed[1]:
        return "listing", f"{look.listed[0]} of {look.listed[1]} paragraphs are links to other pages"
    if look.dated:
        return None
    if look.extent.teasers >= CARDS and (found := _carded(look, size)):
        return found
    if size >= PROSE and look.extent.linked_words > 0.9 * look.extent.words:
        return "listing", "hardly a word of the page is no link"
    titled = wallwords.LISTING.search(look.title or look.page_title or "")
    if size < OWN_LISTING and (titled or SEARCH_PATH.search(look.path)) and look.extent.teasers >= LISTED:
        return "listing", titled[0] if titled else look.path[:80]
    if size >= OWN_LISTING or look.paragraphs > 1 or STORY_PATH.search(look.path):
        return None
    if look.path in ("", "/") and look.extent.teasers >= 10:
        return "listing", "the home page"
    if look.extent.teasers >= 12 and look.extent.linked_words > 0.6 * max(1, look.extent.words):
        return "listing", f"{look.extent.teasers} headlines that link elsewhere"
    return None


def _carded(look: Look, size: int) -> Verdict | None:
    """Whether the text is the teasers of other stories, each in a box with its headline."""
    cards = look.surface().cards
    if len(cards) < CARDS:
        return None
    held: dict[int, int] = {}
    for paragraph in look.body.split("\n\n"):
        start = squeeze(paragraph)[:HEADLINE]
        place = next((n for n, card in enumerate(cards) if start in card), None)
        if place is not None:
            held[place] = held.get(place, 0) + words(paragraph)
    total = sum(held.values())
    spread = len(held) >= CARDS - 1 and max(held.values()) <= 0.5 * total
    return ("listing", f"the teasers of {len(held)} other stories") if spread and total >= CARDED * size else None
