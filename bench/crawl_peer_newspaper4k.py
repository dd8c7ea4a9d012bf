"""newspaper4k over a list of addresses, for `bench/crawl.py`: its threads download, as its documentation has it, then all
articles are parsed.

    python bench/crawl_peer_newspaper4k.py ADDRESSES OUT.jsonl"""

import json
import sys
from pathlib import Path

import newspaper
from newspaper.mthreading import fetch_news

THREADS = 8


def main() -> None:
    config = newspaper.Config()
    config.fetch_images = False
    config.memorize_articles = False
    config.disable_category_cache = True
    config.request_timeout = 60
    articles = [newspaper.Article(url, config=config) for url in Path(sys.argv[1]).read_text().split()]
    with Path(sys.argv[2]).open("w", encoding="utf-8") as out:
        for article in fetch_news(articles, threads=THREADS):
            try:
                article.parse()
            except Exception as error:  # noqa: BLE001 - a page on which it breaks has no text
                print(f"{article.url}: {type(error).__name__}: {error}", file=sys.stderr)
                continue
            when = article.publish_date
            found = {
                "url": article.url,
                "title": article.title,
                "date": str(when) if when else None,
                "text": article.text,
            }
            out.write(json.dumps(found, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
