"""The site of the documents is built without a warning, asks nothing of other hosts, and what is generated is true."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from crawler.reference_doc import ninjs_doc, settings_doc
from tests.docs.documents import DOCS, ROOT

NEEDED = ("sphinx", "myst_parser", "furo", "sphinx_click")
_FETCHED = re.compile(
    r"""<(?:link|script|img|iframe|source|video|audio|object|embed|form|base|use)\b[^>]*?"""
    r"""\b(?:href|src|srcset|data|action)\s*=\s*["']?\s*((?:https?:)?//[^"'\s>]+)""",
    re.I,
)
_BY_CSS = re.compile(r"""(?:@import\s+|url\(\s*)["']?\s*((?:https?:)?//[^"')\s]+)""", re.I)
_ALLOWED = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)}: not installed; pip install -e '.[docs]'")
    target = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-W",
            "--keep-going",
            "-q",
            "-d",
            str(target / "seen"),
            "docs",
            str(target / "html"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")
    return target / "html"


def test_the_site_has_a_page_for_every_document_and_all_commands(site: Path) -> None:
    from crawler.cli import main

    for document in DOCS.rglob("*.md"):
        assert (site / document.relative_to(DOCS)).with_suffix(".html").is_file(), document
    commands = (site / "commands.html").read_text(encoding="utf-8")
    for name in main.commands:
        assert f'id="dateline-{name}"' in commands, name


def test_the_site_asks_nothing_of_other_hosts(site: Path) -> None:
    asked = set()
    for file in site.rglob("*"):
        if file.suffix in {".html", ".css", ".js", ".svg"}:
            text = file.read_text(encoding="utf-8")
            asked |= {(file.name, address) for address in _BY_CSS.findall(text)}
            if file.suffix == ".html":
                asked |= {(file.name, address) for address in _FETCHED.findall(text)}
    assert {(name, address) for name, address in asked if address not in _ALLOWED} == set()


def test_what_would_be_asked_of_other_hosts_is_found() -> None:
    assert _FETCHED.findall('<link rel="preload" href="//fonts.test/a.css"><script async src=https://x.test/a.js>') == [
        "//fonts.test/a.css",
        "https://x.test/a.js",
    ]
    assert _BY_CSS.findall('@import "https://a.test/x.css"; src: url(//b.test/f.woff)') == [
        "https://a.test/x.css",
        "//b.test/f.woff",
    ]


@pytest.mark.parametrize(
    ("name", "text"), [("settings.md", settings_doc), ("ninjs.md", ninjs_doc)], ids=["settings", "ninjs"]
)
def test_the_generated_reference_is_what_the_program_goes_by(name: str, text: object) -> None:
    assert callable(text)
    assert (DOCS / name).read_text(encoding="utf-8") == text(), "make it anew: python -m crawler.reference_doc docs"
