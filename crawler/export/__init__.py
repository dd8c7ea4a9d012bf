"""Articles out of the database into files of other programs' formats: `dateline export`."""
