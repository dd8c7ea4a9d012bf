"""What Dateline keeps: one SQLite file. Knows nothing of Scrapy."""
