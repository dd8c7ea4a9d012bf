"""What a Dask worker does of `dateline stories`: a step, by the version that the command has."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from importlib.metadata import version
from typing import TYPE_CHECKING

from distributed import WorkerPlugin

from crawler.cluster import near
from crawler.cluster.extraction import Unfit

if TYPE_CHECKING:
    from distributed import Worker


class StoriesPlugin(WorkerPlugin):
    """Registered once a call: Dask gives it to every worker, also to those that come later."""

    idempotent = True

    def __init__(self) -> None:
        self.version = version("dateline")
        self.name = f"dateline-stories-{self.version}"

    def setup(self, worker: Worker) -> None:
        """Called by Dask where a worker gets it. Raises Unfit."""
        fit(self.version, worker.address)
        if multiprocessing.parent_process() is not None and threading.current_thread() is threading.main_thread():
            signal.signal(
                signal.SIGINT, signal.SIG_IGN
            )  # Ctrl-C is the client's, or the nanny's, which ends its worker


def done(step: near.Step, asked: str) -> dict[str, int]:
    """Do one step, see `near.done`. `asked`: the version of the command. Raises Unfit: Dask takes in a worker that came
    later whatever its plugin says."""
    fit(asked, "that got a step")
    return near.done(step)


def fit(asked: str, where: str) -> None:
    """Raises Unfit where this process would decide otherwise than asked."""
    if (here := version("dateline")) != asked:
        raise Unfit(f"Dask worker {where} has Dateline {here}, and this command is of {asked}: install the same")
