"""An installation that crawls one shard of its sources: which of them are its own, for crawls and for what is told of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crawler import shards
from crawler.config import ConfigError
from crawler.terminal import number_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.config import Config
    from crawler.shards import Shard
    from crawler.source import Source


def shard_of(config: Config) -> Shard | None:
    """The shard of an installation; None where it crawls all that it has chosen."""
    return shards.parse(config.shard) if config.shard else None


def own(
    config: Config, registry: Mapping[str, Source], found: Mapping[str, Source], *, named: bool
) -> dict[str, Source]:
    """Those of `found` that are in the installation's shard. `named`: somebody named them, so each has to be.

    Raises ConfigError for a named source of another shard, with the command's way out, and where none is left."""
    shard = shard_of(config)
    if shard is None:
        return dict(found)
    places = shards.numbers(registry.values(), shard.of)
    kept = {name: source for name, source in found.items() if places[name] == shard.number}
    for name in found:
        if named and name not in kept:
            with_it = next(group for group in shards.groups(registry.values()) if name in group.sources)
            others = ", ".join(other for other in with_it.sources if other != name)
            beside = f" together with {others}, which share its hosts," if others else ""
            raise ConfigError(
                f"{name}{beside} belongs to shard {places[name]}/{shard.of}, and this is shard {shard}: "
                f"crawl it where `--shard {places[name]}/{shard.of}` is (`dateline sources list --shard {shard}` shows all)"
            )
    if not kept:
        raise ConfigError(
            f"none of the {number_of(len(found), 'chosen source')} is in shard {shard}: "
            "take fewer shards, or choose more sources"
        )
    return kept


def narrowed(config: Config, registry: Mapping[str, Source] | None = None) -> Config:
    """The configuration with those of its chosen sources that are in its shard, for what only tells of them. `registry` None:
    read it; a file that is wrong is left out, and is `dateline doctor`'s to tell.

    Raises `RegistryError` for a packaged file that is wrong, or for a folder that is none."""
    others = elsewhere(config, registry)
    return replace(config, sources=tuple(name for name in config.sources if name not in others))


def elsewhere(config: Config, registry: Mapping[str, Source] | None = None) -> frozenset[str]:
    """The sources of the registry (None: read it) that other shards crawl; none without shards. Raises as `narrowed`."""
    shard = shard_of(config)
    if shard is None:
        return frozenset()
    if registry is None:
        from crawler.registry import load_beside, packaged

        registry, _ = load_beside(packaged(), config.sources_dir)
    return frozenset(registry) - shards.owned(registry, shard)
