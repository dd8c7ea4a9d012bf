"""Reasons of `walls` that say nothing of the page, only of the moment: the fetch ends as `failed:…` and is tried again.

Apart from `walls`, so that the process which judges need not load what reads walls."""

from __future__ import annotations

PASSING: frozenset[str] = frozenset({"maintenance", "server_error"})
