"""Shell completion: the script that a shell reads, and sources' names by the names of their files, without reading one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import CompletionItem, get_completion_class

from crawler.config import Config, ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

SHELLS: Final = ("bash", "zsh", "fish")
VARIABLE: Final = "_DATELINE_COMPLETE"
"""What click's scripts ask by (click.palletsprojects.com, "Shell Completion")."""

PACKAGED: Final = Path(__file__).parent / "sources"


class SourceName(click.ParamType[str]):
    """Text that is completed to a source's name; any text is taken, the command says what it does not know."""

    name = "text"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The names that begin so."""
        del ctx, param
        return [CompletionItem(name) for name in names() if name.startswith(incomplete)]


def names() -> list[str]:
    """The packaged sources and those of the nearest dateline.toml's folder. Without that folder where it cannot be read: a
    shell that completes is no place for an error."""
    folders = [PACKAGED]
    try:
        own = Config.find(Path.cwd()).sources_dir
    except ConfigError:
        own = None
    if own is not None:
        folders.append(own)
    return sorted({file.stem for folder in folders if folder.is_dir() for file in folder.glob("*.toml")})


def teach(group: click.Group) -> None:
    """Have every argument `SOURCE` and every option `--source` completed, and the names that `dateline sources` takes."""
    registry = group.commands["sources"]
    of_registry = set(commands(registry)) if isinstance(registry, click.Group) else set()
    for command in commands(group):
        wanted = {"source", "sources"} | ({"name"} if command in of_registry else set())
        for param in command.params:
            named = param.name in wanted if isinstance(param, click.Argument) else "--source" in param.opts
            if named and param.type is click.STRING:
                param.type = SourceName()


def commands(group: click.Group) -> Iterator[click.Command]:
    """All commands below a group, groups first, by their names."""
    for _, command in sorted(group.commands.items()):
        yield command
        if isinstance(command, click.Group):
            yield from commands(command)


def script(group: click.Group, shell: str) -> str:
    """What the shell is to read."""
    kind = get_completion_class(shell)
    assert kind is not None, f"click knows {shell}"
    return kind(group, {}, "dateline", VARIABLE).source()
