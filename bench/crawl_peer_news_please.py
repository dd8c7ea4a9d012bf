"""news-please over a list of addresses, for `bench/crawl.py`: `NewsPlease.from_urls`.

    python bench/crawl_peer_news_please.py ADDRESSES OUT.jsonl

Without `request_args` it answers {} for every page (1.6.16: an error of its own that it swallows)."""

import json
import sys
from pathlib import Path

from newsplease import NewsPlease


def main() -> None:
    addresses = Path(sys.argv[1]).read_text().split()
    found = NewsPlease.from_urls(addresses, {"timeout": 120}, fetch_images=False)
    with Path(sys.argv[2]).open("w", encoding="utf-8") as out:
        for url, article in found.items():
            if article:
                text = {"url": url, "title": article.title, "date": str(article.date_publish), "text": article.maintext}
                out.write(json.dumps(text, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
