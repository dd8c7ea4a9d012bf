"""A source's own form of datelines, given in its TOML as a regular expression (`dateline` under [profile])."""

from __future__ import annotations

import re

from storage.models import Dateline

GROUPS = ("place", "date", "agency")
WINDOW = 300
_AROUND = " \u00a0\t,،.-–—/()"


def read(
    pattern: str | None, body: str, *, published_day: str | None, language: str | None, agency: str | None
) -> Dateline | None:
    """The dateline that `pattern` finds at the beginning of `body`, looked for in its first `WINDOW` characters; None where
    there is none, or no form is given. `agency`: the source's, where the form has no such group. Raises ValueError for an
    expression that cannot be read, naming it."""
    if pattern is None:
        return None
    from pipelines import days  # not for the registry, which reads forms and no texts

    try:
        match = re.compile(pattern).match(body, 0, WINDOW)
    except re.error as error:
        raise ValueError(f"profile: cannot read the dateline's form {pattern!r}: {error}") from error
    if match is None or not match[0].strip():
        return None
    found = match.groupdict()
    place, date, named = ((found.get(group) or "").strip(_AROUND) or None for group in GROUPS)
    day = days.at_end(date, published_day, language) if date else None
    end = match.end() + len(body[match.end() :]) - len(body[match.end() :].lstrip())
    return Dateline(match[0].strip(), place, day[1] if day else None, named or agency, end)
