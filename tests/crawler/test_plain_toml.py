"""What a person's TOML may be: anything but a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.config import ConfigError, parse, read
from crawler.plain_toml import LARGEST
from crawler.registry import RegistryError, parse_source

HUGE = {
    "deep lists": "a = " + "[" * 20_000 + "]" * 20_000,
    "deep tables": "a = " + "{a=" * 20_000,
    "a number without end": "workers = " + "9" * 5_000,
    "a long number in hexadecimal": "workers = 0x" + "f" * 50_000,
    "a key of many parts": "a" + ".a" * 20_000 + " = 1",
    "a table of many parts": "[" + ".".join("a" * 20_000) + "]\nb = 1",
    "NUL": "contact = '\x00'",
    "a long value": "contact = '" + "x" * 100_000 + "'",
    "a long key": "x" * 50_000 + " = 1",
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE.keys())
def test_what_nobody_can_read_is_one_short_error(text: str) -> None:
    with pytest.raises(ConfigError) as found:
        parse(text, Path("/srv/dateline.toml"))
    assert len(str(found.value)) < 900
    with pytest.raises(RegistryError) as wrong:
        parse_source(text, Path("/srv/tass-en.toml"))
    assert len(str(wrong.value)) < 900


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "dateline.toml"
    file.write_bytes(b"#" * (LARGEST + 1))
    with pytest.raises(ConfigError, match="more than 1,000,000 bytes"):
        read(file)
