"""How Dateline gets pages: the only package that knows Scrapy's engine and the network."""
