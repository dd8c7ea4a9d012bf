"""The sdist and the wheel that is made from it: what is in them and what is not."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("crawler", "pipelines", "storage")
NOT_COPIED = (".*", "__pycache__", "*.egg-info", "build", "dist", "*.db*")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both, from a copy: a build leaves its own files where it runs."""
    pytest.importorskip("build", reason="build is not installed (extra dev)")
    folder = tmp_path_factory.mktemp("project")
    copy = folder / "copy"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=True)
    shutil.copytree(ROOT / ".ci", copy / ".ci")
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist"), str(copy)],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "dist"


def test_the_wheel_holds_the_packages_with_their_data_and_nothing_else(made: Path) -> None:
    (wheel,) = made.glob("*.whl")
    with zipfile.ZipFile(wheel) as whole:
        names = {name for name in whole.namelist() if not name.endswith("/")}
        metadata = HeaderParser().parsestr(
            whole.read(next(name for name in names if name.endswith("/METADATA"))).decode()
        )
        entries = whole.read(next(name for name in names if name.endswith("/entry_points.txt"))).decode()
    expected = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if ".dist-info/" not in name} == expected
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {f"{package}/py.typed" for package in PACKAGES} <= names
    assert entries.splitlines() == ["[console_scripts]", "dateline = crawler.cli:main"]
    assert metadata["Requires-Python"] == ">=3.11"
    assert set(metadata.get_all("Provides-Extra") or ()) >= {"web", "parquet", "docs", "dev"}
    versions = {line.rpartition(" ")[2] for line in metadata.get_all("Classifier") or () if "Python :: 3." in line}
    assert versions == {"3.11", "3.12", "3.13", "3.14"}


def test_the_installed_wheel_answers_away_from_any_checkout(made: Path, tmp_path: Path) -> None:
    """What it depends on is seen where the tests have it; the package itself is the wheel's."""
    (wheel,) = made.glob("*.whl")
    here = tmp_path / "venv"
    python = here / "bin" / "python"

    def run(*words: str) -> str:
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(sys.executable, "-m", "venv", "--without-pip", str(here))
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python), "install", "--quiet")
    run(*pip, "--no-deps", "--no-index", "--no-compile", str(wheel))
    (own,) = here.glob("lib/python3*/site-packages")
    (own / "seen.pth").write_text(sysconfig.get_path("purelib") + "\n")
    assert run(str(python), "-c", "import crawler; print(crawler.__file__)").startswith(str(own))
    dateline = str(here / "bin" / "dateline")
    assert run(dateline, "--version").split()[-1] == wheel.name.split("-")[1]
    assert "--port" in run(dateline, "serve", "--help")


def test_the_sdist_holds_what_its_own_tests_need(made: Path) -> None:
    (sdist,) = made.glob("*.tar.gz")
    with tarfile.open(sdist) as whole:
        names = {name.partition("/")[2] for name in whole.getnames()}
    assert {
        "Makefile",
        "requirements.lock",
        "requirements-dev.lock",
        "scrapy.cfg",
        ".ci/run",
        "CHANGELOG.md",
        "deploy/Containerfile",
        "docs/schema.md",
        "tests/conftest.py",
        "tests/deploy/test_distributions.py",
        "bench/torture/__init__.py",
    } <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".db"))]
