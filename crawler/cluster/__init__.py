"""History on many machines: WARC files to Parquet parts by Dask, and back into a database (extra `cluster`)."""
