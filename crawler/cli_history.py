"""The commands for what is there already: files into a database or a dataset, a dataset into a database, its stories, databases
into one; thin, like those of `cli`."""

from __future__ import annotations

from pathlib import Path

import click

from crawler.options import AS_JSON, DATABASE, configuration, local_files, told_plainly


@click.command("import")
@click.argument("files", nargs=-1, type=click.Path(path_type=str))
@click.option("--all", "take_all", is_flag=True, help="Also sites in no registry file (source = the site's domain).")
@click.option(
    "--dask", "cluster", metavar="ADDRESS|local[:N]", help="By a Dask cluster, into --dataset: a part a file."
)
@click.option("--dataset", help="With --dask: folder or URL of the parts; see `dateline load`.")
@click.option(
    "--list",
    "listed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="With --dask: a list of more files, one a line (.gz too).",
)
@click.option("--prefix", default="", help="With --list: what stands before each of its lines, such as a URL.")
@DATABASE
@AS_JSON
@told_plainly
def import_(
    files: tuple[str, ...],
    take_all: bool,
    cluster: str | None,
    dataset: str | None,
    listed: Path | None,
    prefix: str,
    db: Path | None,
    as_json: bool,
) -> int:
    """Read WARC files through the same pipelines; called again, only what has no outcome yet.

    With --dask, FILES may also be folders, patterns and URLs that fsspec reads; each becomes one Parquet file of the dataset,
    by the rules learned in --db. A file that has one is done."""
    from crawler.arguments import ArgumentProblem

    config = configuration(db)
    if cluster is not None:
        if dataset is None:
            raise ArgumentProblem("--dask needs --dataset: the folder or URL that the parts are written to")
        from crawler.cluster.engine import check_installed

        check_installed()
        from crawler.cluster.run import Asked, import_by_dask
        from crawler.start_crawl import sources_of

        asked = Asked(files, listed, prefix, cluster, dataset, take_all)
        return import_by_dask(asked, sources_of(config).values(), config.database, as_json=as_json)
    if dataset is not None or listed is not None or prefix:
        raise ArgumentProblem("--dataset, --list and --prefix belong to --dask")
    from crawler.workers_first import workers_first

    paths = local_files(files)
    click.echo(f"database {config.database}", err=True)
    with workers_first(config, many=True) as pool:
        from crawler.read_late import registry_by_host
        from crawler.warc import import_files

        sources = registry_by_host(config)
        return import_files(config, sources, paths, take_all=take_all, as_json=as_json, pool=pool)


@click.command()
@click.argument("dataset")
@DATABASE
@AS_JSON
@told_plainly
def load(dataset: str, db: Path | None, as_json: bool) -> int:
    """Put the parts of a DATASET (of `import --dask`; a folder or a URL) into the database; called again, the rest."""
    from crawler.cluster.load import load as put
    from crawler.start_crawl import sources_of

    config = configuration(db)
    click.echo(f"database {config.database}", err=True)
    return put(config, sources_of(config), dataset, as_json=as_json)


@click.command()
@click.argument("dataset")
@click.option("--dask", "cluster", metavar="ADDRESS|local[:N]", help="By a Dask cluster; else in this process.")
@click.option(
    "--buckets", type=click.IntRange(1, 99_999), help="Part the keys into so many.  [default: as the parts ask for]"
)
@AS_JSON
@told_plainly
def stories(dataset: str, cluster: str | None, buckets: int | None, as_json: bool) -> int:
    """Find which articles of a DATASET (of `import --dask`; a folder or a URL) tell the same text, without a database, and
    write its folder `stories`. Called again after a break, only the rest."""
    from crawler.cluster.near_run import find_stories

    window = configuration(None).window_days
    return find_stories(dataset, cluster, window=window, buckets=buckets, as_json=as_json)


@click.command()
@click.argument("databases", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--db",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The database that they are taken into; made where there is none.",
)
@AS_JSON
@told_plainly
def merge(databases: tuple[Path, ...], db: Path, as_json: bool) -> int:
    """Take the databases of several shards into one, while they are crawled into. Called again, only what is new."""
    from crawler.merging import merge_databases

    return merge_databases(configuration(db), databases, as_json=as_json)


COMMANDS = (import_, load, stories, merge)
