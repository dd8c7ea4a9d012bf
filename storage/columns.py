"""What kind of value columns of the public views hold, beyond what SQLite says of it: one table for all who read or write them
typed."""

from __future__ import annotations

from typing import Final

from storage.views import VIEWS

LISTS: Final = frozenset({"subheads", "authors", "tags", "urls"})
"""JSON lists of texts, in whatever view."""

TIMES: Final = frozenset(name for view in VIEWS for name, _ in view.columns if name == "at" or name.endswith("_at")) | {
    "change_at"
}
"""Instants in UTC, or bare days where only that is known; `change_at` is that of an export of changes."""

DAYS: Final = frozenset({"dateline_date"})
"""Days, as the text names them."""
