"""The language of a text."""

from __future__ import annotations

import errno
import tempfile
from typing import Any

import pytest
from py3langid import langid

from pipelines import language_model, languages

GERMAN = "Der Hafen ist nach der Reparatur wieder offen, sagte der Bürgermeister am Dienstag vor der Presse. " * 5
ENGLISH = (
    "The harbour was open again after the repairs, and the mayor said that ships are on their way to the town. " * 4
)


def test_a_full_folder_for_temporary_files_keeps_no_text_from_its_language(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for name in ("TemporaryFile", "NamedTemporaryFile", "mkstemp", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, full)
    language_model.identifier.cache_clear()  # as in a worker that has just started
    assert languages.of(GERMAN, None, ()) == ("de", "text")
    assert languages.of(GERMAN, "en", ("en",)) == ("de", "text")


def test_the_model_that_is_read_in_less_memory_ranks_as_py3langid_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(langid, "IDENTIFIER", None)
    for text in (GERMAN, ENGLISH, "本日、東京で会議が開かれました。", "Сегодня в порту открыли причал.", ""):
        assert language_model.identifier().rank(text) == langid.rank(text)


def test_small_words_that_bulgarian_shares_do_not_prove_russian() -> None:
    bulgarian = (
        "Кметът на града обяви, че от утре мостът на реката ще бъде затворен за ремонт, а по думите на инженерите от службата "
        "работата ще продължи до края на пролетта. На срещата с жителите от квартала той каза, че от общината са осигурени "
        "автобуси за училищата и болницата, и че на никого няма да се наложи да чака повече от десет минути на спирките."
    )
    assert len(bulgarian) >= languages.ENOUGH
    assert languages.of(bulgarian, "ru", ()) == ("bg", "text")
