"""The `[profile]` of a source's TOML -> `storage.models.Profile`, with the profiles of its older layouts."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from pipelines.dateline_form import GROUPS
from storage.models import Profile

if TYPE_CHECKING:
    from crawler.fields import Fields

_DEFAULTS: Final = Profile("")
_NO_DATA: Final = frozenset({"version", "rules", "recheck"})
"""Fields that are no part of what a TOML says of a page: no text is another one because its page is looked at again later."""


def read(fields: Fields, name: str, languages: tuple[str, ...]) -> Profile:
    """The profile of the source `name`. Raises `RegistryError`."""
    present = Profile(
        source=name,
        agency=fields.text("agency") or None,
        timezone=fields.text("timezone") or None,
        languages=languages,
        recheck=tuple(fields.numbers("recheck", _DEFAULTS.recheck)),
        licensed=fields.flag("licensed"),
    )
    profile = _layout(fields, present)
    earlier = tuple(_older(table, profile) for table in fields.tables("earlier", required=False))
    fields.finish()
    if profile.timezone is not None:
        try:
            ZoneInfo(profile.timezone)
        except (KeyError, ValueError, OSError) as error:
            raise fields.wrong("timezone", "an IANA timezone such as 'Europe/Moscow'", profile.timezone) from error
    ends = [layout.valid_until for layout in (*earlier, profile) if layout.valid_until]
    if ends != sorted(set(ends)):
        raise fields.wrong("earlier", "the oldest layout first, and the present one's valid_until last", ends)
    profile = replace(profile, earlier=earlier)
    return replace(profile, version=version_of(profile))


def _layout(fields: Fields, standard: Profile) -> Profile:
    """`standard` with what a table says of the layout; what it does not name stays."""
    found: dict[str, Any] = {"valid_until": day(fields, "valid_until")}
    for key in ("body", "lead", "title", "drop"):
        if fields.has(key):
            found[key] = tuple(fields.selectors(key))
    if fields.has("title_suffix"):
        found["title_suffix"] = tuple(fields.patterns("title_suffix"))
    if fields.has("agency_id"):
        found["agency_id"] = next(iter(fields.patterns("agency_id", groups=1)), None)
    if fields.has("dateline"):
        found["dateline"] = _dateline(fields)
    return replace(standard, **found)


def _older(fields: Fields, profile: Profile) -> Profile:
    layout = _layout(fields, profile)
    fields.finish()
    if layout.valid_until is None:
        raise fields.wrong("valid_until", "the older layout's last day, such as '2024-05-31'", "nothing")
    return layout


def _dateline(fields: Fields) -> str:
    pattern = fields.text("dateline", required=True)
    try:
        groups = set(re.compile(pattern).groupindex)
    except (re.error, OverflowError, RecursionError) as error:
        raise fields.wrong("dateline", f"a regular expression ({error})", pattern) from error
    if not groups or groups - set(GROUPS):
        raise fields.wrong("dateline", f"a regular expression with named groups of {', '.join(GROUPS)}", pattern)
    return pattern


def day(fields: Fields, key: str) -> str | None:
    """An ISO day, None where the key is absent."""
    text = fields.text(key) or None
    try:
        return None if text is None else date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise fields.wrong(key, "a day such as '2027-01-01'", text) from error


def version_of(profile: Profile) -> str:
    """Short hash of all that a profile says: the same data have the same version, wherever they were read. What is as it
    would be unsaid does not count, so that a field that later versions of Dateline know changes no version."""
    text = json.dumps(_said(profile), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def _said(profile: Profile) -> dict[str, Any]:
    said = {}
    for field in dataclasses.fields(profile):
        value = getattr(profile, field.name)
        if field.name not in _NO_DATA and value != getattr(_DEFAULTS, field.name):
            said[field.name] = [_said(layout) for layout in value] if field.name == "earlier" else value
    return said
