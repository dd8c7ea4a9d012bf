"""Command lines of the documents: whether the commands and options that they name are there, without running them."""

from __future__ import annotations

import re
import shlex

import click

from crawler.cli import main
from tests.docs.documents import ROOT

OTHERS = {
    ".", "cat", "cd", "chmod", "chown", "cp", "crontab", "curl", "dask", "docker", "export", "git", "grep", "head", "install",
    "journalctl", "jq", "ls", "pip", "pipx", "podman", "python", "python3", "scrapy", "sqlite-utils", "sqlite3", "sudo",
    "systemctl", "tail", "unset", "useradd", "usermod", "wc", "man", "mkdir", "source", "eval", "pytest", "mv",
}  # fmt: skip
"""What belongs to others, or to the shell."""

_TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
_END = {"|", "||", "&&", ";", "&", "\n"}


def parts(line: str) -> list[list[str]]:
    """The simple commands of a line: words, without redirections and settings of variables. Raises ValueError."""
    read = shlex.shlex(line.replace("\\\n", " "), posix=True, punctuation_chars="|&;<>")
    read.commenters = "#"
    read.whitespace_split = True
    found: list[list[str]] = [[]]
    skip = False
    for word in read:
        if skip:
            skip = False
        elif word in _END:
            found.append([])
        elif set(word) <= {"<", ">", "&"}:
            skip = True
        elif found[-1] or not re.match(r"[A-Z_]+=", word):
            found[-1].append(word)
    return [words for words in found if words]


def wrong(line: str) -> str | None:
    """What is wrong with a command line; None if nothing is."""
    try:
        commands = parts(line)
    except ValueError as error:
        return f"{line}: {error}"
    for words in commands:
        said = _wrong(words)
        if said:
            return f"{line}: {said}"
    return None


def _wrong(words: list[str]) -> str | None:
    name = words[0].rsplit("/", 1)[-1]
    if name == "sudo":
        rest = words[3:] if words[1] == "-u" else words[1:]
        return _wrong(rest)
    if name == "make":
        targets = [word for word in words[1:] if "=" not in word and not word.startswith("-")]
        unknown = [word for word in targets if word not in _TARGETS and "-C" not in words]
        return f"make has no {unknown[0]}" if unknown else None
    if name in {"python", "pytest", "python3"} and len(words) > 1 and words[1].startswith(("bench/", "tests/")):
        file = words[1].partition("::")[0]
        return None if (ROOT / file).exists() else f"there is no {file}"
    if name == "dateline":
        return unparsable(words[1:])
    return None if name in OTHERS else f"{name} is no command of ours, nor one that documents name"


def unparsable(arguments: list[str]) -> str | None:
    """What click would say to `dateline ARGUMENTS`, values of options and files aside."""
    command: click.Command = main
    rest, path = list(arguments), ["dateline"]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(click.Context(command), rest[0])
        if found is None:
            return f"{' '.join(path)} has no command {rest[0]!r}"
        command, rest = found, rest[1:]
        path.append(found.name or "")
    context = click.Context(command, help_option_names=["-h", "--help"], ignore_unknown_options=False)
    try:
        command.make_parser(context).parse_args(rest)
    except click.UsageError as error:
        return f"{' '.join(path)}: {error.format_message()}"
    return None
