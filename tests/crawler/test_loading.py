"""What the event loop would stand still for is loaded before it is asked for."""

import ast
import inspect
from pathlib import Path

from crawler.loading import PHRASES, load_components
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
