"""Articles as ninjs 3.1, the IPTC's News in JSON (https://iptc.org/standards/ninjs/): one item a text. Pure.

What an agency did not say is left out, times before all: `FIELDS` says of each property where it comes from. The identifier of
an article (`uri`) is the same for all its texts; `version` numbers them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from storage import uris

if TYPE_CHECKING:
    from collections.abc import Mapping

STANDARD: Final = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#",
}
RESERVED: Final = (
    "The publisher reserves its rights in this text against text and data mining or archiving: no body is kept."
)
ODRL: Final = "http://www.w3.org/ns/odrl/2/"

_PLAIN: Final = "text/plain"
_GENRE: Final = "http://cv.iptc.org/newscodes/genre/"
# Agencies' own words for a genre -> the NewsCode; other words are given as they are, without one.
_CODES: Final = {
    **dict.fromkeys(("ANALYSIS", "ANALYSE", "ANÁLISIS", "ANÁLISE", "ANALISI", "АНАЛИЗ", "分析", "تحليل"), "Analysis"),
    **dict.fromkeys(("INTERVIEW", "ENTRETIEN", "ENTREVISTA", "INTERVISTA", "ИНТЕРВЬЮ", "مقابلة"), "Interview"),
    **dict.fromkeys(
        ("EXCLUSIVE", "EXCLUSIF", "EXKLUSIV", "EXCLUSIVA", "EXCLUSIVO", "ESCLUSIVA", "ЭКСКЛЮЗИВ", "独家", "獨家"),
        "Exclusive",
    ),
    **dict.fromkeys(("HINTERGRUND",), "Background"),
    **dict.fromkeys(("FEATURE",), "Feature"),
    **dict.fromkeys(("PERFIL",), "Profile"),
}
_FORMS: Final = {"live_blog": "live blog", "flash": "flash", "gallery": "gallery"}
_REVISIONS: Final = frozenset({"update", "correction", "refile", "repeat", "withdrawal"})

FIELDS: Final[tuple[tuple[str, str], ...]] = (
    ("uri", "a `urn:uuid:` made of `source` and `key`: the same in every database and for all texts of an article"),
    ("type", "`text`"),
    (
        "representationType",
        "`full`; `partial` where there is no body, or `access` is `paywalled` or `metered`: there may be more at the publisher",
    ),
    (
        "version",
        "`revision`; the greatest is the current text's, and a text of kind `earlier`, which never was current, has no item",
    ),
    ("firstCreated", "`published_at`; left out where only the day is known"),
    (
        "versionCreated",
        "`modified_at` of the text; of the first text without one, `published_at`, unless an `earlier` text is known; left out "
        "where neither has a time of day",
    ),
    (
        "pubStatus",
        "`canceled`: the agency withdrew it (the text is its notice); `withheld`: its page went away (`gone_at`), and may come "
        "back; else `usable`. Texts before the current one have that of the article, notices are always `canceled`",
    ),
    ("language", "`language`"),
    ("title", "`title`"),
    ("headlines", "`title`, role `main`"),
    ("descriptions", "`lead`, role `summary`"),
    ("bodies", "`body`, role `main`, as plain text with blank lines between paragraphs; `wordCount` and `charCount`"),
    ("by", "`authors`, joined by commas"),
    ("located", "`dateline_place`"),
    (
        "infoSources",
        "role `publisher`: the source, with its title and home page where the registry has them; role `originator`: `credit`, "
        "else `dateline_agency`; `literal` has the words that say so",
    ),
    ("subjects", "`section` (rel `section`) and `tags` (rel `keyword`), as the agency has them"),
    (
        "genres",
        "`form` where it is none of an ordinary article; the agency's own word (`ANALYSIS-`), with the IPTC's code where the "
        "word is one of those that clearly mean it",
    ),
    (
        "edNote",
        "the agency's mark (`UPDATE 2-`, `CORRECTED-`), the text's kind, why a page counts as gone",
    ),
    ("usageTerms, rightsInfo", "where `rights` is `reserved`; else left out, since silence is no permission"),
    ("renditions", "`canonical_url`, name `web`"),
    ("associations", "the lead picture: `image_url`, `image_caption`, `image_credit`. It is named and never fetched"),
    ("altIds", "`agency_id` (role `agency`), `url`, `id` (role `dateline`), `story_id` (role `story`)"),
    ("standard", "ninjs 3.1"),
)
"""Property -> where it comes from; for the documentation."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """What a registry knows of a source: its title, and its home page."""

    title: str
    home: str | None = None


def item(
    article: Mapping[str, Any],
    text: Mapping[str, Any],
    publisher: Publisher | None = None,
    *,
    current: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """One text of an article. `article`: a row of `articles`; `text`: of `revisions`, with `kind`, `label`, `modified_at`,
    `revision`, `oldest` (no older text is known) and, where it is not the current text, its words; `current`: the current
    text, where `text` is another.

    Everything that is not of the text itself (authors, subjects, the dateline …) is what the article says now."""
    is_current = text["revision"] == article["revision"]
    words: Mapping[str, Any] = {**article, **text}
    body = words["body"] or ""
    uri = uris.of_article(article["source"], article["key"])
    partial = not body or article["access"] in {"paywalled", "metered"}
    found: dict[str, Any] = {
        "uri": uri,
        "type": "text",
        "representationType": "partial" if partial else "full",
        "version": str(text["revision"]),
        "firstCreated": _instant(article["published_at"]),
        "versionCreated": _version_created(article, text),
        "pubStatus": _status(article, text, current or text),
        "language": article["language"],
        "title": words["title"] or None,
        "headlines": _texts(words["title"], "main"),
        "descriptions": _texts(words["lead"], "summary"),
        "bodies": _bodies(body, article["word_count"] if is_current else None),
        "by": ", ".join(_listed(article["authors"])) or None,
        "located": article["dateline_place"],
        "infoSources": _info_sources(article, publisher),
        "subjects": _subjects(article),
        "genres": _genres(article, text),
        "edNote": _note(article, text, current=is_current),
        **(_rights(uri) if article["rights"] == "reserved" else {}),
        "renditions": _web(article["canonical_url"] or article["url"]),
        "associations": _picture(article),
        "altIds": [
            {"role": role, "value": str(value)}
            for role, value in (
                ("agency", article["agency_id"]),
                ("url", article["url"]),
                ("dateline", article["id"]),
                ("story", article["story_id"]),
            )
            if value is not None
        ],
        "standard": STANDARD,
    }
    return {name: value for name, value in found.items() if value is not None and value != []}


def _instant(at: str | None) -> str | None:
    """A time as `date-time` (RFC 3339); None for a bare day."""
    return at if at and "T" in at else None


def _version_created(article: Mapping[str, Any], text: Mapping[str, Any]) -> str | None:
    modified = _instant(text["modified_at"])
    return modified or (_instant(article["published_at"]) if text["oldest"] else None)


def _status(article: Mapping[str, Any], text: Mapping[str, Any], current: Mapping[str, Any]) -> str:
    if text["kind"] == "withdrawal":
        return "canceled"
    if article["status"] != "withdrawn":
        return "usable"
    # What was withdrawn does not come back, whether the page of the notice is there or not.
    return "withheld" if article["gone_at"] and current["kind"] != "withdrawal" else "canceled"


def _texts(value: str | None, role: str) -> list[dict[str, Any]]:
    return [{"role": role, "contentType": _PLAIN, "value": value}] if value else []


def _bodies(body: str, words: int | None) -> list[dict[str, Any]]:
    if not body:
        return []
    counts = {"charCount": len(body)} | ({"wordCount": words} if words else {})
    return [{"role": "main", "contentType": _PLAIN, **counts, "value": body}]


def _info_sources(article: Mapping[str, Any], publisher: Publisher | None) -> list[dict[str, Any]]:
    told = {
        "name": publisher.title if publisher else article["source"],
        "role": "publisher",
        "literal": article["source"],
    }
    home = uris.web(publisher.home) if publisher else None
    found = [told | ({"uri": home} if home else {})]
    agency = article["credit"] or article["dateline_agency"]
    if agency:
        said = article["credit_evidence"] if article["credit"] else article["dateline"]
        found.append({"name": agency, "role": "originator"} | ({"literal": said} if said else {}))
    return found


def _subjects(article: Mapping[str, Any]) -> list[dict[str, Any]]:
    section = [{"name": article["section"], "rel": "section"}] if article["section"] else []
    return section + [{"name": tag, "rel": "keyword"} for tag in _listed(article["tags"]) if tag]


def _genres(article: Mapping[str, Any], text: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if article["form"] in _FORMS:
        found.append({"name": _FORMS[article["form"]]})
    label = (text["label"] or "").strip(" -:[]()/|").strip()
    if label and text["kind"] not in _REVISIONS:
        code = _CODES.get(label.upper())
        found.append({"name": label} | ({"uri": _GENRE + code} if code else {}))
    return found


def _note(article: Mapping[str, Any], text: Mapping[str, Any], *, current: bool) -> str | None:
    kind = None if text["kind"] == "first" else text["kind"]
    gone = article["gone_why"] if current and article["gone_at"] else None
    parts = (text["label"], kind, f"page gone: {gone}" if gone else None)
    return "; ".join(part for part in parts if part) or None


def _rights(uri: str) -> dict[str, Any]:
    policy = {
        "@context": "http://www.w3.org/ns/odrl.jsonld",
        "@type": "Set",
        "uid": f"{uri}#rights",
        "prohibition": [{"target": uri, "action": "archive"}],
    }
    return {"usageTerms": RESERVED, "rightsInfo": {"langId": ODRL, "encodedRights": json.dumps(policy)}}


def _web(address: str) -> list[dict[str, Any]]:
    href = uris.web(address)
    return [{"name": "web", "href": href, "contentType": "text/html"}] if href else []


def _picture(article: Mapping[str, Any]) -> list[dict[str, Any]]:
    href = uris.web(article["image_url"])
    if not href:
        return []
    caption, credit = article["image_caption"], article["image_credit"]
    return [
        {
            "name": "lead picture",
            "rel": "illustrates",
            "uri": href,
            "type": "picture",
            "representationType": "partial",
            **({"descriptions": _texts(caption, "caption")} if caption else {}),
            **({"by": credit} if credit else {}),
            "renditions": [{"name": "original", "href": href}],
        }
    ]


def _listed(text: str | None) -> list[str]:
    return [str(each) for each in json.loads(text)] if text else []
