"""Scrapy's own exports (`scrapy crawl … -O out.csv`, FEEDS) where they would write what is not safe, or not well-formed."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from scrapy.exporters import CsvItemExporter, XmlItemExporter

from crawler import terminal
from crawler.export.table import harmless
from storage.feeds import legal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from io import BytesIO


class HarmlessCsv(CsvItemExporter):
    """CSV as `dateline export --format csv` writes it: every cell in quotation marks and none that a spreadsheet computes,
    lists as JSON text (Scrapy joins them by commas, which names may hold)."""

    def __init__(self, file: BytesIO, **options: Any) -> None:
        super().__init__(file, **({"quoting": csv.QUOTE_ALL} | options))

    def serialize_field(self, field: Mapping[str, Any], name: str, value: Any) -> Any:
        """The cell."""
        if isinstance(value, list | tuple):
            value = terminal.dumps(value)
        return harmless(super().serialize_field(field, name, value))


class LegalXml(XmlItemExporter):
    """XML without the characters that XML may not hold (Scrapy writes them, and no parser takes the file), and with an empty
    element for what is not known (Scrapy writes `None`)."""

    def serialize_field(self, field: Mapping[str, Any], name: str, value: Any) -> Any:
        """The element's text, or the texts of its `value` elements."""
        return _legal(super().serialize_field(field, name, value))


def _legal(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str):
        return legal(value)
    return [_legal(each) for each in value] if isinstance(value, list | tuple) else value
