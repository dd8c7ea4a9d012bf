"""A command that is asked to end before its loop runs."""

from __future__ import annotations

import subprocess
import sys

import pytest

EARLY = """
import os, signal, sys
import scrapy.utils.reactor as reactor
from crawler.loop import run_in_loop

install = reactor.install_reactor

def install_and_interrupt(path):
    for name in sys.argv[1:]:
        os.kill(os.getpid(), signal.Signals[name])  # a moment at which an exception would be raised anywhere
    install(path)

reactor.install_reactor = install_and_interrupt

async def main(stop):
    print("stop is", stop.is_set())
    return 0

sys.exit(run_in_loop(main))
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_who_is_asked_to_end_before_the_loop_runs_ends_in_order(name: str) -> None:
    done = subprocess.run([sys.executable, "-c", EARLY, name], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "stop is True\n"), done.stderr


def test_a_second_interrupt_ends_at_once_while_it_starts_too() -> None:
    done = subprocess.run(
        [sys.executable, "-c", EARLY, "SIGINT", "SIGINT"], capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (130, b""), done.stderr
