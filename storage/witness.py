"""What a link's row keeps of what its finder said: as JSON, merged with what was said before, compared with it."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

from storage import clean
from storage.models import Instant, Link

_FIELDS = tuple(f.name for f in fields(Link))
_INSTANT = tuple(f.name for f in fields(Instant))
_UNSAID = (None, (), 0)
"""What a field holds of which the finder said nothing (0 is False, too)."""


def to_json(link: Link | None) -> str | None:
    """A link as its row keeps it: only what was said."""
    if link is None:
        return None
    said: dict[str, Any] = {}
    for name in _FIELDS:
        value = getattr(link, name)
        if value not in _UNSAID:
            said[name] = {part: getattr(value, part) for part in _INSTANT} if isinstance(value, Instant) else value
    return clean.dumps(said)


def from_json(kept: str | None) -> Link | None:
    """The link again."""
    if kept is None:
        return None
    plain: dict[str, Any] = json.loads(kept)
    for name in ("published", "modified"):
        if name in plain:
            plain[name] = Instant(**plain[name])
    plain["tags"] = tuple(plain.get("tags", ()))
    return Link(**plain)


def merged(kept: str | None, link: Link) -> Link:
    """The new witness, with what only an earlier one said."""
    old = from_json(kept)
    if old is None:
        return link
    missing = {name: getattr(old, name) for name in _FIELDS if getattr(link, name) in _UNSAID and name != "kind"}
    return replace(link, **missing)


def other_words(kept: str | None, link: Link) -> bool:
    """Whether an article that is made of its feed's own text has other words there than its row keeps."""
    old = from_json(kept) if link.whole else None
    return old is not None and (old.title, old.full_text) != (link.title, link.full_text)
