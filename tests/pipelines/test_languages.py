"""The language of a text."""

from __future__ import annotations

import errno
import tempfile
from typing import Any

import pytest
from py3langid import langid

from pipelines import languages

GERMAN = "Der Hafen ist nach der Reparatur wieder offen, sagte der Bürgermeister am Dienstag vor der Presse. " * 5


def test_a_full_folder_for_temporary_files_keeps_no_text_from_its_language(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for name in ("TemporaryFile", "NamedTemporaryFile", "mkstemp", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, full)
    monkeypatch.setattr(langid, "IDENTIFIER", None)  # as in a worker that has just started
    assert languages.of(GERMAN, None, ()) == ("de", "text")
    assert languages.of(GERMAN, "en", ("en",)) == ("de", "text")
