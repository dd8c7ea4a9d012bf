"""Who may import whom (docs/design.md): storage nobody, pipelines only storage.models, crawler all. No circles."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("storage", "pipelines", "crawler")
PIPELINE_FILES = {"extract.py", "judge.py", "deduplicate.py", "save.py"}
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
LONG = 300
REASONS: dict[str, str] = {
    "storage/models.py": "the contract between the packages: one record after another, read as a whole",
    "pipelines/workers.py": "a pool and its processes: what a worker is told stands beside what it is asked",
    "storage/records.py": "the rows of the views, one after another: as long as the views have columns",
}


_OF_STATEMENTS = (ast.stmt, ast.excepthandler, ast.match_case)
"""What an import can stand in; expressions, nine nodes of ten, hold none."""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported(path: Path, *, at_runtime: bool = False) -> frozenset[str]:
    """Full names of the modules that a file imports; with `at_runtime`, without those under `if TYPE_CHECKING`."""
    names: set[str] = set()

    def walk(node: ast.AST) -> None:
        if at_runtime and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for statement in node.orelse:
                walk(statement)
            return
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names.add(node.module or "")
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, _OF_STATEMENTS):
                walk(child)

    walk(tree(path))
    return frozenset(names)


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


def test_a_package_imports_only_what_its_place_allows() -> None:
    wrong = {path: found for path in FILES if (found := _out_of_place(path))}
    assert not wrong


def _out_of_place(path: Path) -> set[str]:
    package = path.relative_to(ROOT).parts[0]
    if package == "storage":
        return tops(path) & {"pipelines", "crawler", "scrapy", "twisted"}
    if package == "pipelines":
        ours = {name for name in imported(path) if name.split(".")[0] == "storage"}
        beside = {name for name in ours - {"storage", "storage.models"} if not name.startswith("storage.models.")}
        scrapys = set() if path.name in PIPELINE_FILES else {"scrapy", "twisted"}
        return beside | tops(path) & {"crawler", *scrapys}
    return set()


def test_only_one_file_imports_trafilatura_and_the_network_stays_in_the_crawler() -> None:
    network = {"socket", "urllib.request", "requests", "urllib3", "aiohttp", "httpx"}
    assert [path for path in FILES if "trafilatura" in tops(path)] == [ROOT / "pipelines" / "body.py"]
    assert not {
        path: found
        for path in FILES
        if path.relative_to(ROOT).parts[0] != "crawler" and (found := (tops(path) | imported(path)) & network)
    }


def test_a_long_file_has_a_reason() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert not {path: count for path, count in lines.items() if count > LONG and path not in REASONS}


def test_no_two_modules_import_one_another_at_run_time() -> None:
    names = {
        str(path.relative_to(ROOT).with_suffix("")).replace("/", ".").removesuffix(".__init__"): path for path in FILES
    }
    edges = {
        name: {other for other in imported(path, at_runtime=True) if other in names and other != name}
        for name, path in names.items()
    }
    state: dict[str, int] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert state.get(name) != 1, " -> ".join((*trail, name))
        if state.get(name) == 2:
            return
        state[name] = 1
        for other in sorted(edges[name]):
            visit(other, (*trail, name))
        state[name] = 2

    for name in sorted(names):
        visit(name, ())


def test_no_room_without_a_purpose() -> None:
    assert not [path for path in FILES if path.name in {"util.py", "utils.py", "helpers.py", "common.py", "misc.py"}]


def test_the_crawling_process_does_not_load_the_extractor() -> None:
    parts = "crawler.passes, crawler.ledger, crawler.loading, crawler.spiders.agency, pipelines.judge"
    script = f"import sys, {parts}; sys.exit('trafilatura' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_an_import_of_files_does_not_load_scrapy() -> None:
    script = (
        "import sys, crawler.warc, crawler.start_crawl; sys.exit('scrapy' in sys.modules or 'twisted' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
