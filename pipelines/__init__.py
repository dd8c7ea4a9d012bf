"""What Dateline makes of a page: pure functions, and four thin Scrapy pipelines over them."""
