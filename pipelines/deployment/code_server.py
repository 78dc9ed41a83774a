"""One gRPC server for the code location, shared by webserver, daemon and runs.

A run is forked from a process that has the definitions imported already, where Dagster would
start Python anew and import everything again: seconds of work for each run.
"""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing import forkserver
from threading import Thread
from types import SimpleNamespace

from dagster._cli import cli
from dagster._grpc import server

from pipelines.deployment.ports import await_code_server
from pipelines.settings import Settings

PRELOAD = "pipelines.deployment.preload"


def fork_runs() -> None:
    """Makes the server's runs forks; Dagster's own choice is the "spawn" context."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOAD])
    vars(server)["multiprocessing"] = SimpleNamespace(get_context=lambda _: context)


def start_forking_when_loaded() -> None:
    """Leaves the processors to what is needed first: this server, webserver and daemon."""
    await_code_server()
    forkserver.ensure_running()


if __name__ == "__main__":
    fork_runs()
    Thread(target=start_forking_when_loaded, daemon=True).start()
    module = Settings().definitions_module
    cli(["api", "grpc", "--lazy-load-user-code", "-m", module, *sys.argv[1:]], prog_name="dagster")
