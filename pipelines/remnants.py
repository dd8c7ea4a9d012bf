"""What is left of an article that was taken back: the notice that says so, or only an editor's note.

A notice of withdrawal speaks for itself; `notice_page` finds it on its page.

An editor's note without a mark of withdrawal proves nothing at one look (a template that has lost its text shows the note
alone), so it counts like a page that is gone: two looks, a while apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines import notices
from pipelines.notices import NOTICE_WORDS
from pipelines.text import words

if TYPE_CHECKING:
    from storage.models import Article, KnownArticle, RevisionKind

SHRUNK = 2
REST_WORDS = 15
"""Words beside a note, at the most."""
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
