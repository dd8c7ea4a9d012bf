"""The long tests of reliability: one part a promise of docs/reliability.md, each in seeded batches that can be resumed."""

from crawler.lean import load_sqlite_utils

load_sqlite_utils()  # its processes are started by thousands
