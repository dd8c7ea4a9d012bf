"""The site served: one process, one port, until it is asked to end."""

from __future__ import annotations

import errno
import signal
import socket
import webbrowser
from typing import TYPE_CHECKING, Any

import click

from crawler import terminal
from crawler.arguments import ArgumentProblem
from crawler.hurried import hurried

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_STOPPING = (signal.SIGTERM, signal.SIGINT)
_EXTRA = frozenset({"datasette", "uvicorn", "jinja2", "markupsafe", "pluggy"})
_PATIENCE = 5
"""Seconds in which answers that are under way are finished when the site is asked to end."""


def serve(
    database: Path,
    titles: Mapping[str, str],
    *,
    host: str,
    port: int,
    names: tuple[str, ...] = (),
    immutable: bool = False,
    sql: bool | None = None,
    open_browser: bool = False,
) -> int:
    """Serve the database's site until SIGTERM or SIGINT; 0. `port` 0: one that is free. `sql` None: where only this machine
    can ask.

    Raises ArgumentProblem (the extra is not installed, the port cannot be had), StorageError."""
    early: list[int] = []
    # Until the server has its own: an interrupt within an import can be lost.
    before = {number: signal.signal(number, lambda told, _: early.append(told)) for number in _STOPPING}
    try:
        return _serve(database, titles, host, port, names, immutable, sql, open_browser, early)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _serve(
    database: Path,
    titles: Mapping[str, str],
    host: str,
    port: int,
    names: tuple[str, ...],
    immutable: bool,
    sql: bool | None,
    open_browser: bool,
    early: list[int],
) -> int:
    try:
        import uvicorn

        from storage.web.file import limit_memory
        from storage.web.site import Options, Site
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise ArgumentProblem("the site needs Datasette: pip install 'dateline[web]'") from None
    open_sql = host in LOOPBACK if sql is None else sql
    options = Options(immutable=immutable, sql=open_sql, names=frozenset((host, *names)), titles=titles)
    limit_memory()
    site = Site(database, options)
    try:
        with listening(host, port) as listener:
            address = _address(listener)
            click.echo(f"database {database}", err=True)
            click.echo(terminal.line(f"serving {address} until SIGTERM or Ctrl-C"), err=True)
            if open_browser and not early:
                webbrowser.open(address)
            server = _server(uvicorn, site.app())
            # uvicorn takes these away while it runs, and sends what it was sent once more when it has ended.
            for number in _STOPPING:
                signal.signal(number, lambda *_: setattr(server, "should_exit", True))
            if not early:
                server.run(sockets=[listener])
    finally:
        site.close()
    return 0


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises ArgumentProblem naming the address, the cause and what to do."""
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    try:
        family, _, _, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise ArgumentProblem(
            f"{host}: no address of this machine ({error.strerror}): name another with --host"
        ) from None
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise ArgumentProblem(
                f"{where}: another program listens there: choose another with --port (0: any)"
            ) from None
        raise ArgumentProblem(
            f"{where}: cannot listen there ({error.strerror}): choose another --host or --port"
        ) from None
    return listener


def _address(listener: socket.socket) -> str:
    host, port, *_ = listener.getsockname()
    name = "127.0.0.1" if host == "0.0.0.0" else "::1" if host == "::" else host  # noqa: S104 - what is listened on, not chosen
    return f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"


def _server(uvicorn: Any, app: Any) -> Any:
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=hurried(AutoHTTPProtocol),
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=_PATIENCE,
            limit_concurrency=200,
        )
    )
