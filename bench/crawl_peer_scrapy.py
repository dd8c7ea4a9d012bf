"""Scrapy and trafilatura as a tutorial puts them together, for `bench/crawl.py`: extraction in the callback, JSON lines.

    scrapy runspider bench/crawl_peer_scrapy.py -a addresses=FILE -O items.jsonl

Scrapy's defaults (no delay, 16 requests at once), but: nothing that leads off the list of addresses, and fewer log lines."""

from pathlib import Path

import scrapy
import trafilatura


class Pages(scrapy.Spider):
    name = "pages"
    custom_settings = {  # noqa: RUF012 - as a tutorial has it
        "LOG_LEVEL": "INFO",
        "METAREFRESH_ENABLED": False,
        "REDIRECT_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
    }

    def __init__(self, addresses, **given):
        super().__init__(**given)
        self.start_urls = Path(addresses).read_text().split()

    def parse(self, response):
        found = trafilatura.bare_extraction(response.text, url=response.url, with_metadata=True)
        if found is not None:
            yield {
                "url": response.url,
                "title": found.title,
                "author": found.author,
                "date": found.date,
                "text": found.text,
            }
