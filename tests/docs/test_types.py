"""The examples in Python are as strictly typed as their readers may want to be."""

from __future__ import annotations

import doctest
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.docs.documents import DOCUMENTS, ROOT, Block, blocks


def source(block: Block) -> str:
    """What is typed in a block, without what is printed."""
    if ">>> " not in block.text:
        return block.text
    examples = doctest.DocTestParser().get_examples(block.text.replace("…", "..."))
    return "".join(example.source for example in examples)


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")
def test_examples_in_python_pass_the_strict_type_checker(tmp_path: Path) -> None:
    files = []
    for number, document in enumerate(DOCUMENTS):
        code = "".join(source(block) for block in blocks(document) if block.language == "python")
        if code:
            files.append(tmp_path / f"example_{number}_{document.stem}.py")
            files[-1].write_text(code, encoding="utf-8")
    assert files
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout
