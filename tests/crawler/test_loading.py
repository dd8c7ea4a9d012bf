"""What the event loop would stand still for is loaded before it is asked for."""

import ast
import inspect
from functools import partial
from pathlib import Path

from scrapy.utils.python import get_func_args_dict

from crawler.loading import PHRASES, _asked_once, load_components
from crawler.politeness.gate import Gate
from crawler.runner import runner_of
from crawler.settings import for_crawls
from pipelines import furniture, labels, margins, phrases


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
