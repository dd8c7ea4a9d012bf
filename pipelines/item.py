"""What leaves the pipelines: a plain dict of a text that was just stored, for `scrapy crawl … -O out.jsonl` and for item
pipelines and signal handlers of others.

Its keys are columns of the views `articles` and `revisions`, and `outcome` of `fetches` (docs/schema.md), with the same
meaning and form: lists are lists of strings, times are text in UTC, `2026-11-22T14:03:00Z`, or a bare day. All are always
there. What only the database knows (`story_id`, `first_seen_at` …) is not among them; `id` leads to it. A page that brought
no new text leaves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storage.models import Article, Decision, Ended


def item(article: Article, decision: Decision, ended: Ended) -> dict[str, Any]:
    """The stored text: `outcome` is `new`, `revised` or `copy`; `kind` and `label` are those of the revision."""
    published, modified, dateline, credit = article.published, article.modified, article.dateline, article.credit
    values: dict[str, Any] = {
        "id": ended.article_id,
        "source": article.source,
        "url": article.url,
        "canonical_url": article.canonical_url,
        "title": article.title,
        "lead": article.lead,
        "body": article.body,
        "subheads": list(article.subheads),
        "authors": list(article.authors),
        "section": article.section,
        "tags": list(article.tags),
        "language": article.language,
        "published_at": published and published.at,
        "published_precision": published and published.precision,
        "published_offset": published and published.offset,
        "published_raw": published and published.raw,
        "published_from": published and published.origin,
        "modified_at": modified and modified.at,
        "modified_from": modified and modified.origin,
        "agency_id": article.agency_id,
        "form": article.form,
        "rights": article.rights,
        "dateline": dateline and dateline.text,
        "dateline_place": dateline and dateline.place,
        "dateline_date": dateline and dateline.date,
        "dateline_agency": dateline and dateline.agency,
        "credit": credit and credit.agency,
        "credit_evidence": credit and credit.evidence,
        "credit_confidence": credit and credit.confidence,
        "image_url": article.image_url,
        "image_caption": article.image_caption,
        "image_credit": article.image_credit,
        "access": article.access,
        "status": decision.status,
        "revision": ended.revision,
        "word_count": article.word_count,
        "content_hash": article.content_hash,
        "extractor": article.extractor,
        "key": article.key,
        "tail": article.tail,
        "outcome": decision.outcome,
        "kind": decision.kind or ("update" if decision.outcome == "revised" else "first"),
        "label": article.label,
    }
    return {name: _stored(value) for name, value in values.items()}


def _stored(value: Any) -> Any:
    """Text as the database has it: without NUL, half of a surrogate pair as U+FFFD."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return [_stored(each) for each in value] if isinstance(value, list) else value
