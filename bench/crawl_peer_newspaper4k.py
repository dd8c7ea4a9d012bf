"""newspaper4k over a list of addresses, for `bench/crawl.py`: each downloaded and parsed in a pool of threads.

    python bench/crawl_peer_newspaper4k.py ADDRESSES OUT.jsonl

This is what its `newspaper.mthreading.fetch_news` does, which cannot be used: the first page that it cannot parse ends it."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import newspaper

THREADS = 8


def main() -> None:
    config = newspaper.Config()
    config.fetch_images = False
    config.memorize_articles = False
    config.disable_category_cache = True
    config.request_timeout = 120

    def found(url: str) -> dict[str, str | None] | None:
        article = newspaper.Article(url, config=config)
        try:
            article.download()
            article.parse()
        except Exception as error:  # noqa: BLE001 - a page on which it breaks has no text
            print(f"{url}: {type(error).__name__}: {error}", file=sys.stderr)
            return None
        when = article.publish_date
        return {"url": url, "title": article.title, "date": str(when) if when else None, "text": article.text}

    addresses = Path(sys.argv[1]).read_text().split()
    with ThreadPoolExecutor(THREADS) as threads, Path(sys.argv[2]).open("w", encoding="utf-8") as out:
        for article in threads.map(found, addresses):
            if article is not None:
                out.write(json.dumps(article, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
