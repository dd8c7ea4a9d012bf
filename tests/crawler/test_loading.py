"""What the event loop would stand still for is loaded before it is asked for."""

import ast
import inspect
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from scrapy.exceptions import ScrapyDeprecationWarning
from scrapy.utils import deprecate
from scrapy.utils.python import get_func_args_dict

from crawler.lean import quick_deprecations
from crawler.loading import PHRASES, _asked_once, load_components
from crawler.politeness.gate import Gate
from crawler.runner import runner_of
from crawler.settings import for_crawls
from pipelines import furniture, labels, margins, phrases
from tests.conftest import LEAN


def test_every_phrase_that_a_decision_may_ask_for_is_compiled_beforehand() -> None:
    asked = {
        node.attr
        for module in (furniture, labels, margins)
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "phrases"
    }
    assert asked == set(PHRASES)


def test_every_phrase_of_the_data_is_a_regular_expression() -> None:
    for name, entry in phrases._ENTRIES.items():
        assert phrases.compiled(name.lower(), entry).pattern, name


def test_what_a_component_takes_is_kept_and_stays_what_it_is() -> None:
    before = inspect.signature(Gate.process_request)
    load_components(runner_of(for_crawls("agent")).settings)
    assert inspect.signature(Gate.process_request) == before
    assert list(inspect.signature(Gate({}, None).process_request).parameters) == ["request"]
    assert "__signature__" in vars(Gate.process_request)


class Component:
    """What Scrapy asks of what it calls: which names it takes, and whether it needs them."""

    def process_request(self, request: object, spider: object = None) -> None:
        raise NotImplementedError

    @staticmethod
    def process_item(item: object) -> None:
        raise NotImplementedError

    process_response = partial(print, 1)

    def open_spider(self, spider: object) -> None:
        raise NotImplementedError

    def own(self, number: int) -> None:
        raise NotImplementedError


class Narrower(Component):
    def process_request(self, request: object) -> None:  # type: ignore[override]
        raise NotImplementedError


def test_scrapy_is_told_the_same_of_a_component_that_was_asked_once() -> None:
    def told(component: object) -> list[object]:
        names = ("process_request", "process_item", "process_response", "open_spider", "own")
        return [get_func_args_dict(getattr(component, name)) for name in names]

    before = told(Component()), told(Narrower())
    _asked_once(Component)
    _asked_once(Narrower)
    assert (told(Component()), told(Narrower())) == before
    kept = [name for name, value in vars(Component).items() if "__signature__" in getattr(value, "__dict__", ())]
    assert kept == ["process_request", "open_spider"], "the methods that Scrapy asks of, and no other"
    assert "__signature__" in vars(Narrower.process_request)


def test_a_deprecated_class_made_quickly_names_its_module_and_warns() -> None:
    with quick_deprecations():
        old: Any = deprecate.create_deprecated_class("Old", Component)
    assert old.__module__ == __name__
    assert vars(deprecate)["inspect"] is inspect
    with pytest.warns(ScrapyDeprecationWarning, match=rf"deprecated class {__name__}\.Old"):
        type("Heir", (old,), {})


def test_what_decides_of_articles_is_not_loaded_before_the_first_request() -> None:
    code = """import sys
import crawler.registry, pipelines.extract, pipelines.judge, pipelines.deduplicate, pipelines.save
assert not {"pipelines.identity", "pipelines.decision", "pipelines.dateline", "pipelines.days"} & set(sys.modules)"""
    subprocess.run([sys.executable, "-c", LEAN + code], check=True, cwd=Path(__file__).parents[2])
