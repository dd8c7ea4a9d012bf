"""What a spider's own settings may not change, secrets in addresses, ports and pickles."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import subprocess
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest
from scrapy import Spider
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from crawler import settings as project
from crawler.commands import fetch, shell
from crawler.loader import harmless
from crawler.log_lines import one_line
from crawler.politeness.addresses import without_user
from crawler.politeness.protected import reads_pickles, weakened
from crawler.registry import RegistryError
from crawler.source import Endpoint
from tests.conftest import BIN
from tests.crawler.small_site import HOST, SmallSite, article, crawls


def weak(**settings: Any) -> list[str]:
    base = Settings({name: value for name, value in vars(project).items() if name.isupper()}, priority="project")
    return weakened(type("Own", (Spider,), {"name": "own", "custom_settings": settings}), base)


@pytest.mark.parametrize(
    "settings",
    [
        {"DOWNLOADER_MIDDLEWARES": {"own.Middleware": 543}},
        {"DOWNLOADER_MIDDLEWARES": project.DOWNLOADER_MIDDLEWARES | {"crawler.politeness.gate.Gate": None}},
        {"DOWNLOAD_HANDLERS": {"https": "scrapy.core.downloader.handlers._httpx.HttpxDownloadHandler"}},
        {"DOWNLOAD_HANDLERS": {"file": "scrapy.core.downloader.handlers.file.FileDownloadHandler"}},
        {"EXTENSIONS": {}},
        {"DOWNLOAD_VERIFY_CERTIFICATES": False},
        {"HTTPPROXY_ENABLED": True},
        {"JOBDIR": "job"},
        {"HTTPCACHE_ENABLED": True},
        {"ROBOTSTXT_OBEY": False},
        {"REDIRECT_ENABLED": True},
        {"TELNETCONSOLE_ENABLED": True},
        {"TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver"},
        {"COOKIES_ENABLED": True},
        {"RETRY_ENABLED": True},
        {"DOWNLOAD_MAXSIZE": 0},
        {"DOWNLOAD_TIMEOUT": 10**6},
        {"DOWNLOAD_FAIL_ON_DATALOSS": False},
        {"ADDRESS_EXCEPTIONS": {"evil.test": "127.0.0.1:22"}},
    ],
)
def test_a_spiders_settings_do_not_switch_off_what_guards_a_crawl(settings: dict[str, Any]) -> None:
    (told,) = weak(**settings)
    assert told.startswith(next(iter(settings)))
    spider = type("Own", (Spider,), {"name": "own", "custom_settings": settings, "__module__": "own"})
    base = Settings({name: value for name, value in vars(project).items() if name.isupper()}, priority="project")
    with pytest.raises(RegistryError, match=r"own: the settings of own\.Own may not change"):
        harmless(spider, base)


def test_a_spider_may_set_what_does_no_harm() -> None:
    more = project.DOWNLOADER_MIDDLEWARES | {"own.Middleware": 543}
    assert weak(DOWNLOAD_DELAY=5, LOG_LEVEL="DEBUG", DOWNLOADER_MIDDLEWARES=more) == []


def test_what_reads_pickles_is_refused_to_the_operator_too() -> None:
    assert "JOBDIR" in (reads_pickles(Settings({"JOBDIR": "job"})) or "")
    assert reads_pickles(Settings({"HTTPCACHE_ENABLED": "0"})) is None


@pytest.mark.parametrize("command", [fetch.Command, shell.Command])
@pytest.mark.parametrize("given", ["HTTPCACHE_ENABLED=1", "JOBDIR=job"])
def test_scrapys_own_commands_read_no_pickles_either(command: Any, given: str) -> None:
    own = command()
    own.settings = Settings()
    options = Namespace(set=[given], logfile=None, loglevel=None, nolog=None, pidfile=None, pdb=None)
    with pytest.raises(UsageError, match=r"pickles"):
        own.process_options(["http://wire.test/"], options)
    options.set = ["HTTPCACHE_ENABLED=0"]
    own.settings = Settings()
    own.process_options(["http://wire.test/"], options)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("http://u:p@host/a", "http://host/a"),
        ("https://u:p@ss@host:8/a?b=c@d", "https://host:8/a?b=c@d"),
        ("see //u@host and http:\\\\u:p@host.", "see //host and http:\\\\host."),
        ("http://host/a@b mail a@b.test", "http://host/a@b mail a@b.test"),
    ],
)
def test_user_names_leave_addresses(text: str, bare: str) -> None:
    assert without_user(text) == bare


async def test_no_secret_of_an_address_is_stored_or_logged(
    tmp_path: Path, reactor: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """And on the way: cookies are not sent back, no port but the server's own listens."""
    secret = "k4n4r13nv0g3l"
    page = article("Harbour closed", "2026-11-20T08:00:00Z").replace(
        "<head>",
        f'<head><link rel="canonical" href="http://u:{secret}@{HOST}/page"><meta property="og:image" '
        f'content="http://u:{secret}@{HOST}/i.png"><link rel="amphtml" href="http://u:{secret}@{HOST}/amp">',
    )
    site = SmallSite({"/robots.txt": "", "/page": (200, {"Set-Cookie": f"id={secret}"}, page)})
    site.answers["/away"] = (302, {"Location": f"http://u:{secret}@{HOST}/page"}, "")
    links = [f"http://user:{secret}@{HOST}" + "{}/page", f"//u:{secret}@{HOST}" + "{}/else", "/away"]
    ports: set[str] = set()

    def feed(method: str, body: bytes) -> str:
        ports.update(listening())
        given = [link.format(f":{wire.server.port}") for link in links]
        items = "".join(f"<item><title>t</title><link>{link}</link></item>" for link in given)
        return f'<rss version="2.0"><channel>{items}</channel></rss>'

    site.answers["/feed"] = feed
    before = listening()
    caplog.set_level(logging.DEBUG)
    async with crawls(
        tmp_path, site, Endpoint("/feed", "feed"), recheck=(60,), settings={"LOG_LEVEL": "DEBUG"}
    ) as wire:
        await wire.live()
        wire.ahead = 7200.0
        await wire.live()
        assert "/page" in wire.targets()
        assert not any("Cookie" in headers or "Authorization" in headers for *_, headers in wire.server.asked)
        assert ports - before == {f"{wire.server.port:04X}"}
    assert any(record.levelno == logging.DEBUG for record in caplog.records)
    assert secret not in "".join(one_line(record.getMessage()) for record in caplog.records)
    assert secret not in "".join(record.getMessage() for record in caplog.records if record.levelno >= logging.INFO)
    assert secret.encode() not in b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def listening() -> set[str]:
    """Ports, in hexadecimal, on which this process listens."""
    own = set()
    for place in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):  # the listing's own
            own.add(str(place.readlink()))
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in own:
                found.add(fields[1].rpartition(":")[2])
    return found


def test_no_module_reads_a_pickle_but_the_one_that_reads_plain_ones() -> None:
    root = Path(project.__file__).parents[1]
    words = ("pickle", "shelve", "marshal", "dill", "joblib")
    guilty = {
        str(file.relative_to(root))
        for package in ("crawler", "pipelines", "storage")
        for file in (root / package).rglob("*.py")
        for line in file.read_text("utf-8").splitlines()
        if line.split()[:1] in (["import"], ["from"]) and line.split()[1].split(".")[0] in words
    }
    assert guilty == {"pipelines/plain.py"}


def test_json_is_what_is_read_where_a_whole_pass_runs_without_pickles(project_of: Any, tmp_path: Path) -> None:
    """`dateline run` of the demo in a process in which no pickle can be read but by `pipelines.plain`."""
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(
        "import os, pathlib, pickle, sys\n"
        "names = ('load', 'loads', '_load', '_loads')\n"
        "known = {name: getattr(pickle, name) for name in names}\n"
        "def refused(*a, **n): raise SystemExit('a pickle was read')\n"
        "if sys.argv[:1] != ['-c']: vars(pickle).update(dict.fromkeys(names, refused))\n"
        "def reads():\n"  # workers read what the command writes
        "    vars(pickle).update(known)\n"
        "    sys.modules['multiprocessing.reduction'].ForkingPickler.loads = pickle.loads\n"
        "os.register_at_fork(after_in_child=reads)\n"
        f"pathlib.Path({str(hook / 'was-here')!r}).touch()\n"
    )
    with project_of() as made:
        command = made.command("run", "demo-outlet")  # the smallest of its sources
        path = os.pathsep.join((str(hook), *filter(None, [os.environ.get("PYTHONPATH")])))
        environment = {**os.environ, "PYTHONPATH": path}
        done = subprocess.run(
            command, cwd=made.folder, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert (done.returncode, "a pickle was read" in done.stderr + done.stdout) == (0, False), done.stderr[-500:]
        assert made.rows("SELECT count(*) AS n FROM articles")[0]["n"] > 0
        assert (hook / "was-here").exists()


def test_scrapy_fetch_goes_by_the_guard_of_every_crawl(tmp_path: Path) -> None:
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = crawler.settings\n")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        done = subprocess.run(
            [str(BIN / "scrapy"), "fetch", f"http://127.1:{listener.getsockname()[1]}/"],
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        with pytest.raises(TimeoutError):
            listener.accept()
    assert "127.1 stands for 127.0.0.1, which is not a public address" in done.stderr
    assert "Traceback" not in done.stderr
