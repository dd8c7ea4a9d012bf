"""An article whose publisher reserves its text: what may be kept of it."""

from __future__ import annotations

from pipelines import fingerprint
from storage.models import Article


def withheld(article: Article) -> Article:
    """Link, title and times of an article whose text is reserved."""
    return Article(
        source=article.source, key=article.key, url=article.url, canonical_url=article.canonical_url,
        title=article.title, body="",
        content_hash=fingerprint.content_hash(article.title, None, ""), extractor=article.extractor,
        language=article.language,
        published=article.published, modified=article.modified, agency_id=article.agency_id, form=article.form,
        rights="reserved",
        access=article.access, marker=article.marker, label=article.label, announced=article.announced,
    )  # fmt: skip
