"""The long tests of reliability: one part a promise of docs/reliability.md, each in seeded batches that can be resumed."""
