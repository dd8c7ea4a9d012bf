"""What is left of an article that was taken back: the notice that says so, or only an editor's note.

A notice of withdrawal speaks for itself. Its page holds hardly a text, so the search for the body comes back with what
stands around it, the headline, dates and buttons, in one run: there the notice is looked for paragraph by paragraph.
A sentence that follows others or stands among them is no notice in their place: the text that was withdrawn may be a bill.

An editor's note without a mark of withdrawal proves nothing at one look (a template that has lost its text shows the note
alone), so it counts like a page that is gone: two looks, a while apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines import notices
from pipelines.body import BLOCKS, HEADS, SKIPPED, Body, Paragraph, from_selected
from pipelines.notices import NOTICE_WORDS
from pipelines.text import letters, squeeze, words

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from storage.models import Article, KnownArticle, RevisionKind

AROUND_WORDS = 120
"""Words that the headline, labels and boxes around a notice come to, at the most."""
FOLLOWING = 3
"""Paragraphs of a notice after the one that withdraws, at the most."""

NOTICE = "beside a notice"
"""The rule by which the rest is taken off a notice."""
SHRUNK = 2
REST_WORDS = 15
SENTENCE_WORDS = 6
"""Words of other sentences that a notice may have around it, at the most; of a line that is one, at the least."""
LINE = 25
"""Words of a line that is prose whatever stands in it."""
STOP = re.compile(r"[^\W\d][.!?…؟।][\"”»’')]*(?:\s|$)|[。！？]")
NOTE = re.compile(
    r"\W{0,3}(?:(?:an? )?(?:editor|editors|publisher)['’]?s?['’]? note\b|note (?:from|by|to) (?:the )?(?:editors?|readers)\b|"
    r"anmerkung der redaktion|hinweis der redaktion|note de la rédaction|ndlr\b|"
    r"nota (?:de la redacción|del editor|da redação|dell['’]editore|della redazione)|"
    r"от редакции|примечание редакции|від редакції|od redakcji|editörün notu|editör notu|noot van de redactie|"
    r"catatan redaksi|編集部注|編集部より|编者按|編者按|편집자주|ملاحظة (?:من )?(?:المحرر|التحرير))",
    re.IGNORECASE,
)
REMOVED = re.compile(
    r"(?:this (?:story|article|report|item|page|text|post)|the (?:story|article)(?: you [^.\n]{1,40})?),? "
    r"(?:has|have|is|was|had)(?: \w+){0,4}? (?:removed|withdrawn|retracted|taken down|unpublished|deleted|available)\b|"
    r"(?:dieser|der) (?:artikel|text|beitrag) (?:wurde|ist|steht)(?: \w+){0,6}? "
    r"(?:entfernt|zurückgezogen|gelöscht|verfügbar)\b|"
    r"cet article (?:a|est|n['’]est)(?: \w+){0,4}? (?:retiré|supprimé|dépublié|disponible)\b|"
    r"(?:este artículo|esta (?:noticia|nota)) (?:ha|fue|está|ya)(?: \w+){0,4}? (?:retirad[oa]|eliminad[oa]|disponible)\b|"
    r"(?:эт(?:от|а) |данн(?:ый|ая) )?(?:материал|статья|новость|текст)(?: (?:был[аои]?|временно|уже)){0,2} "
    r"(?:удал[её]н\w*|отозван\w*|снят\w*)\b|"
    r"本文已(?:被)?(?:删除|撤回)|この記事は.{0,20}(?:削除|取り下げ)",
    re.IGNORECASE,
)
"""What a text begins with that is no longer there."""


def withdrawn(marker: RevisionKind | None, body: str) -> bool:
    """Whether `body`, whose marks say `marker`, is a notice of withdrawal in place of the story's text."""
    return marker == "withdrawal" and words(body) <= NOTICE_WORDS


def notice(root: HtmlElement, body: Body, headlines: tuple[str, ...], dropped: list[tuple[str, str]]) -> Body:
    """The paragraphs of the page's notice of withdrawal where that is all that it tells; else `body` as it is. What else
    the body held goes to `dropped`. `headlines` may be marked in the words of a notice, and are none
    (`STORY WITHDRAWN: …`)."""
    text = " ".join(paragraph.text for paragraph in body.paragraphs)
    if words(text) > NOTICE_WORDS + AROUND_WORDS:
        return body
    held = _key(text)
    above = {letters(headline) for headline in headlines}
    blocks = [
        (element, said)
        for element in root.iter(*BLOCKS - HEADS - {"h1"})
        if not any(child.tag in BLOCKS for child in element.iterdescendants())
        and (said := squeeze(element.text_content()))
        and (not held or _key(said) in held)
        and letters(said) not in above
    ]
    for place, (element, said) in enumerate(blocks):
        if words(said) > NOTICE_WORDS or element.tag in SKIPPED:
            continue
        if notices.sentence(said, alone=notices.brief(text)) == "withdrawal":
            found = _from(element)
            kept = _key(" ".join(paragraph.text for paragraph in found))
            beside = [other for number, (_, other) in enumerate(blocks) if number != place and _key(other) not in kept]
            before = [other for _, other in blocks[:place]]
            if held and (any(map(_prose, before)) or sum(map(_prose, beside)) > REST_WORDS):
                return body
            dropped += [(NOTICE, p.text) for p in body.paragraphs if _key(p.text) not in kept]
            return Body(found, f"{body.way} notice")
    return body


def _prose(line: str) -> int:
    """Words of a line that is a sentence; of a label, a time or a headline none."""
    count = words(line)
    return count if count >= SENTENCE_WORDS and (count >= LINE or STOP.search(line)) else 0


def _from(element: HtmlElement) -> tuple[Paragraph, ...]:
    """The paragraph that withdraws, and those of the same make that follow it."""
    run = [element]
    for sibling in element.itersiblings():
        same = sibling.tag == element.tag and sibling.get("class") == element.get("class")
        if not same or len(run) > FOLLOWING:
            break
        run.append(sibling)
    return from_selected(run).paragraphs


def _key(text: str) -> str:
    return "".join(text.split())


def only_a_note(article: Article, known: KnownArticle) -> str | None:
    """The note's first words, where a note is nearly all that is left of what was an article."""
    if article.marker is not None or article.access == "paywalled" or not article.body.strip():
        return None
    if not notices.brief(article.body) or len(known.body) < SHRUNK * len(article.body):
        return None
    first, _, rest = article.body.strip().partition("\n")
    noted = NOTE.match(first) is not None and words(rest) <= REST_WORDS
    removed = REMOVED.match(first) is not None and not notices.reported(first)
    return first[:120] if noted or removed else None
