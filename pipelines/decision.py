"""What a fetched article is to what is stored: new, revised, unchanged, an alias or a copy. Pure rules, no store.

An article whose identity (source and key) is stored, and that is no stranger (`identity`):
 1. it says that it is withdrawn, or its stored headline now bears a mark that says so (`news.taken_back`), and the stored
    one is not: `revised`, withdrawal, status withdrawn, whatever its text;
 2. it has no body (its text is reserved): `unchanged` while the words of its title are the same, else `revised`, an update;
 3. the text is the stored one: `unchanged`, or `alias` where it was fetched at another address. Only a correction,
    refile or repeat that is announced for the first time, as the same extractor reads it, makes a revision of it;
 4. the text is that of an earlier revision (servers that answer with an old and a new copy in turn): `unchanged`, with
    a detail, so that no chain grows; but one that calls itself a repeat, for the first time, is `revised`, repeat; and
    one that was only set aside as older is current, an update, where the page shows it `LATE` seconds later still;
 5. it is an older capture (`captures`): `unchanged` where its words are the stored ones, else `revised`, earlier: the text is
    kept as a revision with its own time, and the current one stays;
 6. it is an AMP, mobile or print page of an article known from its plain address: `alias`, unless it announces a
    correction for the first time;
 7. it says the same (`furniture`: typography, encoding, counters, boxes and labels around the text differ): `alias` at
    an address that is new for it, else `revised`, minor; unless a correction is announced for the first time, or a
    refile or repeat;
 8. another version of the extractor made the stored text, so that the two cannot be compared (`rereading`: its page is
    not kept any more), and almost all is the same, or most, where nothing says that the page was modified: `revised`, minor;
 9. it is the beginning of the stored text before a paywall: `unchanged`, with a detail;
10. it says the same as an earlier revision and announces nothing: `unchanged`, as by rule 4;
11. it is withdrawn, and still says so in other words or with more around them: `revised`, minor;
12. else `revised`: the strongest kind that headline and text announce anew, or what the metadata does, or update.
What is announced anew (`news`) counts; marks, advisories and notes that stay say nothing of later words. Only under a
correction's or refile's mark that stays, a change that does nothing but mend (`news.mended`) is another one.
A time of modification that rises, or a correction that only the metadata speaks of, makes no revision of the same text;
but a story that calls itself a repeat, and was modified since, was run again.

Revisions are numbered in the order in which they were written, so that `changes` stays in order; their `seen_at` tells
the order of the texts. An older capture changes neither the current text nor the status; but a page that was gone, and
is there now, is back, whatever time it gives.

Status: a withdrawal makes it withdrawn, a correction corrected. Withdrawn stays so under rules 2 to 11, and while the
text says so; new words without the mark make it live again (an update). So does an earlier text that comes back without
a word of its withdrawal: where its page was modified since, or at a second look, `RETURNED` seconds after the first
(caches show it, too). Corrected stays corrected. An article that is withdrawn because its page went away (`gone_status`)
has its earlier status again as soon as the page is back.

An unknown article: `kinship`.
"""

from __future__ import annotations

from pipelines import captures, fingerprint, furniture, identity, kinship, news, notices
from storage.models import AGAIN, Article, Decision, Known, KnownArticle, RevisionKind, Status

RETURNED = 3600.0
"""Seconds between two looks that find the text from before a withdrawal, at the least: caches show it, too."""
TEASER = 0.8
"""Of a paywalled page's five-word runs, in the stored text at the least: it shows its beginning only."""
COMPARED = 6
"""Earlier texts, at the most, that are compared word by word."""
# Another extractor's text of the same page: nearly all shingles in common, or one text within the other.
RESEMBLANCE = 0.85
WITHIN = 0.95
WITHIN_SIZE = 0.5
MOSTLY = 0.8
"""Of the shorter text's five-word runs, in the longer, where the page gives no later time of its own."""


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
        return kinship.first(article, known, _status(article.marker, "live"))
    return kinship.joined(article, known, _again(article, known.article))


def _withheld(article: Article) -> bool:
    return not article.body.strip()


def _back(known: KnownArticle) -> Status:
    """The status of an article whose page is there."""
    return known.gone_status or known.status


def _same(article: Article, known: KnownArticle, detail: str | None = None, status: Status | None = None) -> Decision:
    outcome = "unchanged"
    if identity.elsewhere(article, known):
        outcome, detail = "alias", detail or f"the same article as {known.url}"
    return Decision(outcome, known.id, known.revision, None, status or _back(known), known.story_id, detail)


def _revised(known: KnownArticle, kind: RevisionKind, status: Status, detail: str | None = None) -> Decision:
    return Decision("revised", known.id, known.revision, kind, status, known.story_id, detail)


def _again(article: Article, known: KnownArticle) -> Decision:
    status = _back(known)
    late = captures.older(article, known)
    taken = _taken_back(article, known, status)
    if taken is not None and status != "withdrawn" and late is None:
        return _revised(known, "withdrawal", "withdrawn", taken)
    # What was captured before the page went away says nothing of its return.
    then = known.status if captures.captured_before(article, known) else status
    if _withheld(article):
        if late is not None or fingerprint.text_hash(article.title) == fingerprint.text_hash(known.title):
            return _same(article, known, late, then)
        return _revised(known, "update", status, "only the title may be kept")
    if late is not None:
        return _late(article, known, late, then)
    corrected = article.marker == "correction" and status == "live"
    announced = _declared(article, known.announced, corrected=corrected)
    after = "corrected" if corrected else status
    if article.content_hash in known.hashes:
        return _stored_text(article, known, status, taken, announced)
    if identity.dressed(article, known) and not announced:
        return _same(article, known)
    if same_text(article, known) or furniture.same(article, known):
        if announced is None and identity.elsewhere(article, known) and not known.here:
            return _same(article, known)
        return _revised(known, announced or "minor", after, article.label)
    if article.extractor != known.extractor and not corrected and _nearly(article, known):
        return _revised(known, "minor", status, f"extractor {known.extractor} -> {article.extractor}")
    if not announced and _teaser(article, known):
        return _same(article, known, "only the beginning of the stored text, before a paywall")
    return _other_words(article, known, status, corrected=corrected)


def _stored_text(
    article: Article, known: KnownArticle, status: Status, taken: str | None, announced: RevisionKind | None
) -> Decision:
    """Rules 3 and 4."""
    if article.content_hash == known.content_hash:
        if taken is None and status == "withdrawn":
            return _restored(article, known)
        if article.extractor != known.extractor:
            return _same(article, known)  # what another extractor reads in the same words is not new
        announced = announced or ("repeat" if _rerun(article, known) else None)
        after: Status = "corrected" if announced == "correction" and status == "live" else status
        return _revised(known, announced, after, article.label) if announced else _same(article, known)
    if _declared(article, known.labels, corrected=False) == "repeat":
        return _revised(known, "repeat", status, article.label)
    if taken is None and status == "withdrawn":
        return _restored(article, known)
    return _former(article, known, status)


def _other_words(article: Article, known: KnownArticle, status: Status, *, corrected: bool) -> Decision:
    """Rules 10 to 12. `corrected`: the first correction of a text that was live."""
    taken = _taken_back(article, known, status) is not None
    if not corrected and news.kind(article, known.labels) is None and _earlier(article, known):
        return _restored(article, known) if status == "withdrawn" and not taken else _same(article, known, AGAIN)
    if status == "withdrawn" and (taken or (notices.brief(known.body) and furniture.contains(article, known))):
        return _revised(known, "minor", status, article.label)
    kind: RevisionKind | None = "correction" if corrected else news.kind(article, news.standing(known))
    kind = kind or news.mended(article, known) or news.signalled(article, known, status) or "update"
    return _revised(
        known, kind, "corrected" if article.marker == "correction" else _status(kind, status), article.label
    )


def _taken_back(article: Article, known: KnownArticle, status: Status) -> str | None:
    """The words that say that the article is withdrawn, empty where only its marker says so; None where nothing does."""
    if article.marker == "withdrawal":
        return article.label or ""
    return news.taken_back(article, known, already=status == "withdrawn")


def _restored(article: Article, known: KnownArticle) -> Decision:
    """A text that was withdrawn is there again, without a word of it: at once where the page was modified since, else at
    the second look."""
    since, fetched = captures.epoch(known.again_since), captures.epoch(article.fetched_at)
    twice = since is not None and fetched is not None and fetched - since >= RETURNED
    if twice or captures.modified_since(article, known, 0.0):
        return _revised(known, "update", "live", "the text that was withdrawn is back")
    return _same(article, known, AGAIN)


def _former(article: Article, known: KnownArticle, status: Status) -> Decision:
    """The text of an earlier revision: the current one where it was only set aside for its page's time, and the page still
    shows it; or where that was wrong, and the page's time speaks for the text that was current before."""
    if captures.never_current(article, known) and article.modified is not None and captures.stays(article, known):
        return _revised(known, "update", status, "shown again, whatever time its page gives")
    put_first = any(text.content_hash == known.content_hash for text in known.aside)
    if put_first and captures.modified_since(article, known, captures.LATE):
        return _revised(known, "update", status, "modified after the stored text")
    return _same(article, known, AGAIN)


def _teaser(article: Article, known: KnownArticle) -> bool:
    """Whether a page behind a paywall shows a part of the stored text only."""
    if article.access != "paywalled" or len(article.body) >= len(known.body):
        return False
    runs = fingerprint.shingle_keys(article.body)
    return bool(runs) and len(runs & fingerprint.shingle_keys(known.body)) >= TEASER * len(runs)


def _rerun(article: Article, known: KnownArticle) -> bool:
    """Whether a repeat was put out again."""
    return article.marker == "repeat" and captures.modified_since(article, known, captures.LATE)


def _declared(article: Article, before: tuple[str, ...], *, corrected: bool) -> RevisionKind | None:
    """What makes a revision of words that are not new: the first correction, a refile or repeat that was not announced
    `before`."""
    kind: RevisionKind | None = "correction" if corrected else news.kind(article, before)
    return kind if corrected or (kind in {"refile", "repeat"} and article.label) else None


def _earlier(article: Article, known: KnownArticle) -> bool:
    """Whether it says the same as an earlier revision, of those that are nearest to it in length."""
    nearest = sorted(known.earlier, key=lambda text: abs(len(text.body) - len(article.body)))
    return any(furniture.same(article, text) for text in nearest[:COMPARED])


def _late(article: Article, known: KnownArticle, why: str, status: Status) -> Decision:
    if article.content_hash in known.hashes or same_text(article, known):
        return _same(article, known, why, status)
    if furniture.same(article, known) or _earlier(article, known):
        return _same(article, known, why, status)
    return _revised(known, "earlier", status, why)


def _status(kind: RevisionKind | None, before: Status) -> Status:
    """The status of new words."""
    if kind == "withdrawal":
        return "withdrawn"
    if kind == "correction" or before == "corrected":
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
    if shared >= WITHIN * smaller and smaller >= WITHIN_SIZE * larger:
        return True
    unsaid = not captures.modified_since(article, known, 0.0) and news.kind(article, known.labels) is None
    return unsaid and shared >= MOSTLY * smaller
