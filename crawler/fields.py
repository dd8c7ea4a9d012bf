"""The keys of one TOML table, each taken once and checked; what is left over at the end is an error."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from crawler import plain_toml
from pipelines.urls import host

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


_HOST: Final = re.compile(r"(?:(?![A-Z])[\w-])+(?:\.(?:(?![A-Z])[\w-])+)*(?::[0-9]{1,5})?")


class RegistryError(ValueError):
    """A source's file, or a name asked of the registry, that is wrong; the text says where and what was expected."""


class Fields:
    """A reader of one table. `at` is the table's name in messages (`endpoint[2]`), empty for the file's top."""

    def __init__(self, table: Mapping[str, Any], path: Path, at: str = "") -> None:
        self._table = table
        self._path = path
        self._at = at
        self._taken: set[str] = set()

    def wrong(self, key: str, expected: str, found: object) -> RegistryError:
        """The error to raise for a key."""
        where = f"{self._at}.{key}" if self._at else key
        return RegistryError(f"{self._path}: {where}: expected {expected}, found {_short(found)}")

    def finish(self) -> None:
        """Raise `RegistryError` for a key that nobody asked for."""
        for key in self._table:
            if key not in self._taken:
                near = get_close_matches(key, self._taken, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(self._taken))}"
                where = f"{self._at}.{key}" if self._at else key
                raise RegistryError(f"{self._path}: {where}: unknown key; {hint}")

    def _take(self, key: str) -> Any:
        self._taken.add(key)
        return self._table.get(key)

    def has(self, key: str) -> bool:
        """Whether a key is there; it need not be then, and is known from now on."""
        self._taken.add(key)
        return key in self._table

    def text(
        self, key: str, *, required: bool = False, pattern: re.Pattern[str] | None = None, expected: str = ""
    ) -> str:
        """A text, `""` where it is absent and not required."""
        value = self._take(key)
        if value is None:
            if required:
                raise self.wrong(key, "a text", "nothing")
            return ""
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "a text", value)
        if pattern is not None and not pattern.fullmatch(value):
            raise self.wrong(key, expected, value)
        return value

    def choice(self, key: str, choices: Sequence[str], *, default: str = "") -> str:
        """One of the choices."""
        value = self._take(key)
        if value is None and default:
            return default
        if value not in choices:
            raise self.wrong(
                key, " or ".join(repr(choice) for choice in choices), "nothing" if value is None else value
            )
        return str(value)

    def flag(self, key: str) -> bool:
        """A boolean, False where absent."""
        value = self._take(key)
        if not isinstance(value, bool | None):
            raise self.wrong(key, "true or false", value)
        return bool(value)

    def number(self, key: str, default: float, *, least: float, whole: bool = False) -> float:
        """A number not below `least`."""
        value = self._take(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or not least <= value < 1e9:
            raise self.wrong(key, f"a {'whole ' if whole else ''}number from {least} up", value)
        return value if whole else float(value)

    def numbers(self, key: str, default: Sequence[int]) -> Sequence[int]:
        """Rising whole numbers above 0; an empty list is one, too."""
        value = self._take(key)
        if value is None:
            return default
        good = isinstance(value, list) and all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in value)
        if not good or value != sorted(set(value)):
            raise self.wrong(key, "rising whole numbers above 0", value)
        return list(value)

    def texts(
        self, key: str, *, pattern: re.Pattern[str] | None = None, expected: str = "", required: bool = False
    ) -> list[str]:
        """A list of texts without repeats, empty where absent and not required."""
        value = self._take(key)
        if value is None and not required:
            return []
        if not isinstance(value, list) or (required and not value):
            raise self.wrong(key, f"a list of {expected or 'texts'}", "nothing" if value is None else value)
        for item in value:
            if not isinstance(item, str) or not item.strip() or (pattern and not pattern.fullmatch(item)):
                raise self.wrong(key, f"a list of {expected or 'texts'}", item)
            if value.count(item) > 1:
                raise self.wrong(key, "each text once", item)
        return list(value)

    def hosts(self, key: str) -> list[str]:
        """One or more host names, as requests and rows have them: an international one in its `xn--` form."""
        expected = "host names such as 'tass.com'"
        found = []
        for text in self.texts(key, pattern=_HOST, expected=expected, required=True):
            name, colon, port = text.partition(":")
            try:
                found.append((name if name.isascii() else host(f"http://{name}/")) + colon + port)
            except ValueError as error:
                raise self.wrong(key, f"{expected} ({error})", text) from error
        return list(dict.fromkeys(found))

    def patterns(self, key: str, *, groups: int | None = None) -> list[str]:
        """Regular expressions: a list, or a single one where `groups` says how many groups it has to have (or for
        `follow`)."""
        single = isinstance(self._table.get(key), str)
        found = [self.text(key)] if single else self.texts(key)
        for pattern in found:
            try:
                compiled = re.compile(pattern)
            except (re.error, OverflowError, RecursionError) as error:
                raise self.wrong(key, f"a regular expression ({error})", pattern) from error
            if groups is not None and compiled.groups < groups:
                raise self.wrong(key, "a regular expression whose group 1 is the id", pattern)
        if len(found) > 1 and key in ("agency_id", "follow"):
            raise self.wrong(key, "one regular expression", found)
        return found

    def selectors(self, key: str) -> list[str]:
        """CSS selectors."""
        from cssselect import SelectorError
        from cssselect.parser import parse

        found = self.texts(key)
        for selector in found:
            try:
                parse(selector)
            except SelectorError as error:
                raise self.wrong(key, f"a CSS selector ({error})", selector) from error
        return found

    def url(self, key: str) -> str:
        """An absolute http(s) address."""
        value = self.text(key, required=True)
        self.check_url(key, value)
        return value

    def check_url(self, key: str, value: str) -> None:
        """Raise `RegistryError` unless `value` is an absolute http(s) address."""
        try:
            parts = urlsplit(value)
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", value)
            good = good and parts.port != 0 and not parts.username
        except ValueError:
            good = False
        if not good:
            raise self.wrong(key, "an http or https address", value)

    def table(self, key: str) -> Fields:
        """A table of its own; an empty one where absent."""
        value = self._take(key)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(key, f"a table [{key}]", value)
        return Fields(value or {}, self._path, f"{self._at}.{key}" if self._at else key)

    def empty(self) -> bool:
        """Whether nothing stands in the table."""
        return not self._table

    def json_object(self, key: str) -> str | None:
        """A table of the file's own making, as JSON text with sorted keys; None where absent."""
        value = self._take(key)
        if value is None:
            return None
        try:
            if isinstance(value, dict):
                return json.dumps(value, sort_keys=True, ensure_ascii=False)
        except TypeError as error:  # TOML has dates and times, JSON has none
            raise self.wrong(key, f"what JSON can say ({error})", value) from error
        raise self.wrong(key, f"a table [{key}]", value)

    def tables(self, key: str, *, required: bool = True) -> list[Fields]:
        """One or more tables of one name; none where absent and not required."""
        value = self._take(key)
        if value is None and not required:
            return []
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            raise self.wrong(key, f"one or more tables [[{key}]]", "nothing" if value is None else value)
        return [Fields(item, self._path, f"{key}[{number}]") for number, item in enumerate(value, start=1)]


def _short(value: object) -> str:
    return "nothing" if value == "nothing" else plain_toml.shown(value)
