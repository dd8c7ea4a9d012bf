"""Which of a source's dated profiles a page is to be read with.

A site that is made over leaves its older pages as they were, or shows them in the new layout: which, only the page can
say. So the layouts are tried from that of the page's own day to that of the day on which it was fetched, and the first whose
body selector finds something is it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lxml.html import HtmlElement

from pipelines import body, metadata
from pipelines.jsonld import Claims
from pipelines.metadata import Metadata
from pipelines.tags import Tags
from storage.models import Page, Profile


def read(page: Page, root: HtmlElement, tags: Tags, claims: Claims) -> tuple[Page, Metadata]:
    """The page with the profile of its own layout, and its metadata as that one reads them. `sources["layout"]` tells which,
    where it is not the present one. Raises ValueError where a profile's selector cannot be read."""
    meta = metadata.read(page, root, tags, claims)
    profile = chosen(
        page.profile,
        published=meta.published.at if meta.published else None,
        fetched=page.fetched_at,
        has_body=lambda selectors: bool(body.select(root, selectors)),
    )
    if profile is page.profile:
        return page, meta
    page = replace(page, profile=profile)
    meta = metadata.read(page, root, tags, claims)
    meta.sources["layout"] = (
        f"of the profile until {profile.valid_until}" if profile.valid_until else "none of the profile's"
    )
    return page, meta


def chosen(
    profile: Profile, *, published: str | None, fetched: str, has_body: Callable[[tuple[str, ...]], bool]
) -> Profile:
    """`profile`, one of its `earlier` ones, or, after its `valid_until`, `profile` without what it says of the layout.

    `published`: ISO day or instant of the page, None where it is not known; `fetched`: when it was asked for, or captured.
    `has_body`: whether selectors find something in the page. An earlier profile bears the version and the rule set of all."""
    if not profile.earlier and profile.valid_until is None:
        return profile
    layouts = (*profile.earlier, profile)
    last = _place(layouts, fetched[:10])
    first = min(_place(layouts, published[:10]), last) if published else last
    for place in range(first, min(last, len(layouts) - 1) + 1):
        layout = layouts[place]
        if place == last or not layout.body or has_body(layout.body):
            return _one(profile, layout)
    return _without_layout(profile)


def _place(layouts: tuple[Profile, ...], day: str) -> int:
    """The place of the layout of a day; their number where it is later than the last one's end."""
    ends = (layout.valid_until for layout in layouts)
    return next((place for place, end in enumerate(ends) if end is None or day <= end), len(layouts))


def _one(profile: Profile, layout: Profile) -> Profile:
    if layout is profile:
        return profile
    return replace(layout, version=profile.version, rules=profile.rules, licensed=profile.licensed)


def _without_layout(profile: Profile) -> Profile:
    return replace(profile, valid_until=None, body=(), lead=(), title=(), drop=(), title_suffix=(), dateline=None)
