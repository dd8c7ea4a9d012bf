"""What a fetched article is to what is stored: new, revised, unchanged, an alias or a copy. Pure rules, no store.

An article whose identity (source and key) is stored:
 1. it has no body (its text is reserved): `unchanged` while the words of its title are the same, else `revised`, an update;
 2. it says that it is withdrawn and the stored one is not: `revised`, withdrawal, status withdrawn, whatever its text;
 3. the text is the stored one: `unchanged`, or `alias` where it was fetched at another address. Only a correction that
    is announced for the first time makes a revision of it;
 4. the text is that of an earlier revision (servers that answer with an old and a new copy in turn): `unchanged`, with
    a detail, so that no chain grows; but a text that calls itself a repeat is `revised`, repeat;
 5. the words are the same (typography, blanks, case, dateline, counters differ): `alias` at another address, else `revised`,
    minor; unless a correction is announced for the first time, or a refile or repeat is announced;
 6. another version of the extractor made the text and almost all of it is the same: `revised`, minor;
 7. else `revised`: the kind that the headline or text announces, or update.
Status: a withdrawal makes it withdrawn, a correction corrected. Withdrawn stays so under rules 1 and 3 to 6, and while the
text says so; new words without the mark make it live again (an update). Corrected stays corrected.

An unknown article:
 8. no body: `new`, a story of its own, never a copy;
 9. it shares enough with an article of another source (the same hash, or six keys and four tenths of the smaller
    sketch): `copy`, in the story of the one that shares most;
10. it is almost the same as an article of its own source (eight tenths of the larger sketch): `new`, in that story;
11. else `new`, a story of its own.
"""

from __future__ import annotations

from pipelines import fingerprint, urls
from storage.models import Article, Decision, Kin, Known, KnownArticle, RevisionKind, Status

CONTAINMENT = 0.4
SHARED_KEYS = 6
SAME_SOURCE = 0.8
# Another extractor's text of the same page: nearly all shingles in common, or one text within the other.
RESEMBLANCE = 0.85
WITHIN = 0.95
WITHIN_SIZE = 0.5


def same_text(article: Article, known: KnownArticle) -> bool:
    """Whether the words are the same: title, body, and lead where both have one."""
    if fingerprint.text_hash(article.title) != fingerprint.text_hash(known.title):
        return False
    if article.lead and known.lead and fingerprint.text_hash(article.lead) != fingerprint.text_hash(known.lead):
        return False
    return fingerprint.text_hash(article.body) == fingerprint.text_hash(known.body)


def decide(article: Article, known: Known) -> Decision:
    """The decision by the rules above; `basis` is the stored revision that it was made on."""
    if known.article is None:
        return _first(article, known.kin)
    return _again(article, known.article)


def _withheld(article: Article) -> bool:
    return not article.body.strip()


def _elsewhere(article: Article, known: KnownArticle) -> bool:
    return urls.canonical(article.url) != urls.canonical(known.url)


def _same(article: Article, known: KnownArticle, detail: str | None = None) -> Decision:
    outcome = "unchanged"
    if _elsewhere(article, known):
        outcome, detail = "alias", detail or f"the same article as {known.url}"
    return Decision(outcome, known.id, known.revision, None, known.status, known.story_id, detail)


def _revised(known: KnownArticle, kind: RevisionKind, status: Status, detail: str | None = None) -> Decision:
    return Decision("revised", known.id, known.revision, kind, status, known.story_id, detail)


def _again(article: Article, known: KnownArticle) -> Decision:
    withdrawn = article.marker == "withdrawal" and known.status != "withdrawn"
    corrected = article.marker == "correction" and known.status == "live"
    if withdrawn:
        return _revised(known, "withdrawal", "withdrawn", article.label)
    if _withheld(article):
        if fingerprint.text_hash(article.title) == fingerprint.text_hash(known.title):
            return _same(article, known)
        return _revised(known, "update", known.status, "only the title may be kept")
    if article.content_hash == known.content_hash:
        return _revised(known, "correction", "corrected", article.label) if corrected else _same(article, known)
    if article.content_hash in known.hashes:
        if article.marker == "repeat":
            return _revised(known, "repeat", known.status, article.label)
        return _same(article, known, "the text of an earlier revision again")
    if same_text(article, known):
        announced = article.marker if corrected or article.marker in {"refile", "repeat"} else None
        if announced is None and _elsewhere(article, known):
            return _same(article, known)
        return _revised(known, announced or "minor", "corrected" if corrected else known.status, article.label)
    if article.extractor != known.extractor and not corrected and _nearly(article, known):
        return _revised(known, "minor", known.status, f"extractor {known.extractor} -> {article.extractor}")
    return _revised(known, article.marker or "update", _status(article, known.status), article.label)


def _status(article: Article, before: Status) -> Status:
    """The status of new words."""
    if article.marker == "withdrawal":
        return "withdrawn"
    if article.marker == "correction" or before == "corrected":
        return "corrected"
    return "live"


def _nearly(article: Article, known: KnownArticle) -> bool:
    one = fingerprint.shingle_keys("\n".join(filter(None, (article.title, article.lead, article.body))))
    other = fingerprint.shingle_keys("\n".join(filter(None, (known.title, known.lead, known.body))))
    shared, smaller, larger = len(one & other), min(len(one), len(other)), max(len(one), len(other))
    if not smaller:
        return False
    if shared >= RESEMBLANCE * len(one | other):
        return True
    return shared >= WITHIN * smaller and smaller >= WITHIN_SIZE * larger


def _first(article: Article, kin: tuple[Kin, ...]) -> Decision:
    status: Status = _status(article, "live")
    if _withheld(article):
        return Decision("new", None, 0, "first", status)
    ranked = sorted(kin, key=lambda one: _rank(article, one), reverse=True)
    for one in ranked:
        if one.source != article.source and _copied(article, one):
            return Decision(
                "copy", None, 0, "first", status, one.story_id, f"shares its text with article {one.id} of {one.source}"
            )
    for one in ranked:
        if one.source == article.source and _again_under_another_key(article, one):
            return Decision("new", None, 0, "first", status, one.story_id, f"almost the text of article {one.id}")
    return Decision("new", None, 0, "first", status)


def _containment(article: Article, kin: Kin) -> float:
    return kin.shared / max(1, min(kin.size, len(article.sketch)))


def _rank(article: Article, kin: Kin) -> tuple[bool, bool, float, int, int]:
    identical = kin.content_hash == article.content_hash
    return identical, kin.story_id is not None, _containment(article, kin), kin.shared, -kin.id


def _copied(article: Article, kin: Kin) -> bool:
    if kin.content_hash == article.content_hash:
        return True
    return kin.shared >= SHARED_KEYS and _containment(article, kin) >= CONTAINMENT


def _again_under_another_key(article: Article, kin: Kin) -> bool:
    if kin.content_hash == article.content_hash:
        return True
    larger = max(kin.size, len(article.sketch))
    return kin.shared >= SHARED_KEYS and kin.shared >= SAME_SOURCE * larger
