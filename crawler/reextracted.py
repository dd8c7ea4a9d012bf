"""What `dateline reextract` says: a line for each text that could not be read or is refused, and a summary; with `--json`
an object a text that is not as it was (`event`: `text`), and one at the end (`summary`)."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from crawler import terminal

if TYPE_CHECKING:
    from storage.models import Difference, KeptText, Reading, Rewritten

EXAMPLES = 3
WIDTH = 60
SECONDS_BETWEEN_LINES = 10.0


@dataclass(slots=True)
class Told:
    """The counts so far: outcome -> texts, field -> texts in which it is another, reason -> texts refused for it; and a few
    examples of each field. `ahead`: texts that are due; `left`: source -> those whose profile is not here.
    However many texts there are, it stays small."""

    as_json: bool
    outcomes: Counter[str] = field(default_factory=Counter)
    fields: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    failed: int = 0
    ahead: int = 0
    left: Counter[str] = field(default_factory=Counter)
    _next: float = field(default_factory=lambda: time.monotonic() + SECONDS_BETWEEN_LINES)

    def text(self, reading: Reading, found: Rewritten) -> None:
        """One text that was read again."""
        text, names = reading.text, [each.field for each in found.differences]
        self.outcomes[found.outcome] += 1
        if found.outcome in ("refused", "unstorable"):
            reason = found.differences[0].read
            self.reasons[reason] += 1
            self._line(f"{found.outcome:8} {_named(text)}: {reason}; its words stay")
        elif found.outcome == "changed":
            self.fields.update(names)
            for difference in found.differences:
                shown = self.examples.setdefault(difference.field, [])
                if len(shown) < EXAMPLES:
                    shown.append(f"{_named(text)}: {in_a_line(difference)}")
        if self.as_json and found.outcome != "unchanged":
            why = found.differences[0].read if found.outcome in ("refused", "unstorable") else None
            self._event(text, found.outcome, fields=names if found.outcome == "changed" else [], reason=why)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + SECONDS_BETWEEN_LINES
            done = f"{self.outcomes.total()} of about {self.ahead} texts read again"
            click.echo(f"reextract: {done}, {self.outcomes['changed']} changed", err=True)

    def broken(self, text: KeptText, why: str) -> None:
        """One whose page could not be read: it stays as it is, and is tried again at the next call."""
        self.failed += 1
        self._line(f"failed   {_named(text)}: {why}")
        if self.as_json:
            self._event(text, "failed", fields=[], reason=why)

    def summary(self, *, dry_run: bool, stopped: bool) -> None:
        """The end."""
        counts = {name: self.outcomes[name] for name in ("unchanged", "changed", "refused", "unstorable", "moved")}
        counts["failed"] = self.failed
        texts = sum(counts.values())
        for source, number in self.left.items():
            click.echo(
                f"{source}: {number} texts were made with a profile that is not in the registry: left; "
                "put its TOML into the folder of your own sources (`dateline init --own-sources`), and call this again",
                err=True,
            )
        counts["left"] = self.left.total()
        if self.as_json:
            whole = {
                "event": "summary", "dry_run": dry_run, "stopped": stopped, "texts": texts, **counts,
                "fields": dict(self.fields.most_common()), "reasons": dict(self.reasons.most_common()),
                "examples": self.examples,
            }  # fmt: skip
            click.echo(terminal.dumps(whole))
            return
        note = " (dry run: nothing was written)" if dry_run else ""
        note += "; stopped before the end: call it again for the rest" if stopped else ""
        click.echo(f"{texts} texts read again{note}")
        for name, number in counts.items():
            if number:
                click.echo(f"  {name:10} {number:>7}{MEANINGS.get(name, '')}")
        for reason, number in self.reasons.most_common():
            click.echo(f"    {terminal.line(reason):16} {number:>7}")
        if self.fields:
            click.echo("changed")
        for name, number in self.fields.most_common():
            click.echo(f"  {name:14} {number:>7}")
            for example in self.examples[name]:
                click.echo(terminal.fitted(f"    {example}", terminal.columns()))

    def _line(self, text: str) -> None:
        if not self.as_json:
            click.echo(terminal.fitted(terminal.plain(text).replace("\n", " "), terminal.columns()))

    def _event(self, text: KeptText, outcome: str, *, fields: list[str], reason: str | None) -> None:
        what = {
            "event": "text", "outcome": outcome, "article_id": text.article_id, "revision": text.revision,
            "source": text.source, "url": text.url, "fields": fields, "reason": reason,
        }  # fmt: skip
        click.echo(terminal.dumps(what))


MEANINGS = {
    "refused": "  no article in the page any more; the stored words stay",
    "unstorable": "  no database takes what was read; the stored words stay",
    "left": "  made with a profile that is not here: see above",
    "moved": "  rewritten by another process meanwhile",
    "failed": "  extraction broke; tried again at the next call",
}


def in_a_line(difference: Difference) -> str:
    """What became of a field: of a body the paragraphs that only one of the two has, else both values, cut."""
    old, new = difference.stored, difference.read
    if difference.field != "body":
        return f"{_cut(old)} -> {_cut(new)}"
    before, after = old.split("\n\n"), new.split("\n\n")
    gone = [text for text in before if text not in set(after)]
    come = [text for text in after if text not in set(before)]
    if not gone and not come:
        return "the same paragraphs in another number or order"
    shown = [f"{sign}{_cut(those[0])}" for sign, those in (("-", gone), ("+", come)) if those]
    return f"-{len(gone)} +{len(come)} paragraphs: {' '.join(shown)}"


def _cut(value: str) -> str:
    line = terminal.line(value)
    return repr(line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…")


def _named(text: KeptText) -> str:
    return f"{text.article_id}.{text.revision} {terminal.line(text.url)}"
