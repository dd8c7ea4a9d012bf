"""A small news agency on loopback, and an outlet that copies it: what `dateline demo` and the tests crawl.

`stories` and `texts/*.toml` hold what they publish, `events` what happens to it, `site` answers requests (pure),
`server` puts that on 127.0.0.1 and keeps a log, `expected` says what a crawler should have concluded, `narrate`
compares and tells. Every name, place and event in the texts is invented.
"""
