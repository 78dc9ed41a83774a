"""`down`: stops everything, in the order that lets each part finish its writing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from signal import SIGINT, SIGTERM, Signals

import psutil

from pipelines.deployment.errors import DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.postgres import Cluster
from pipelines.deployment.processes import descendants, find, marked, stop
from pipelines.deployment.state import State, read_state, write_atomically
from pipelines.stack.parts import NAMES as LAKE

SERVERS = ("webserver", "code-server", "nightscout")
DAEMON_SECONDS = 10.0
RUN_SECONDS = 15.0
SERVER_SECONDS = 10.0
POSTGRES_SECONDS = 30.0
Say = Callable[[str], None]


@dataclass(frozen=True)
class Stage:
    """Processes that stop together, and how long they may take before they are killed."""

    words: str
    processes: list[psutil.Process]
    gently: Signals
    seconds: float


def down(home: Home, say: Say) -> None:
    """Stops every process of the deployment; raises DeploymentError if one survives."""
    if not home.root.is_dir():
        say("Nothing is running.")
        return
    with home.locked(lambda: say("Another dagdeck command is at work here; waiting for it.")):
        if not stop_everything(home, read_state(home.state), say):
            say("Nothing was running.")


def stop_everything(home: Home, state: State, say: Say) -> bool:
    """Stops what the state knows and what else carries our mark; whether there was anything."""
    stopped = []
    for stage_of in (_daemon, _workers, _servers, _lake, _postgres):
        stage = stage_of(home, state)
        if stage.processes:
            _stop(stage)
            stopped.append(stage.words)
    state.processes = {}
    write_atomically(home.state, state.model_dump_json(indent=2))
    if stopped:
        say(f"Stopped {', '.join(stopped)}.")
    return bool(stopped)


def _stop(stage: Stage) -> None:
    try:
        stop(stage.processes, stage.gently, stage.seconds)
    except TimeoutError as error:
        raise DeploymentError(f"Could not stop {stage.words} (pid {error}).") from error


def _daemon(_: Home, state: State) -> Stage:
    """The daemon first, so that nothing new begins."""
    daemon = find(state.processes.get("daemon"))
    return Stage("daemon", [daemon] if daemon else [], SIGTERM, DAEMON_SECONDS)


def _workers(home: Home, state: State) -> Stage:
    """Run workers next, while the database still takes their last events."""
    server_pids = {p.pid for name in (*SERVERS, *LAKE) if (p := find(state.processes.get(name)))}
    workers = [p for p in marked(home.root) if p.pid not in server_pids and not _ends_by_itself(p)]
    pids = {process.pid for process in workers}
    runs = sum(_is_run(process, pids) for process in workers)
    words = f"{runs} run{'s' if runs != 1 else ''} in progress" if runs else "helpers"
    return Stage(words, workers, SIGTERM, RUN_SECONDS)


def _is_run(process: psutil.Process, workers: set[int]) -> bool:
    """A fork of the process that all runs are forked from, which is a worker too."""
    with suppress(psutil.Error):
        forked = "multiprocessing.forkserver" in " ".join(process.cmdline())
        return forked and process.ppid() in workers
    return False


def _ends_by_itself(process: psutil.Process) -> bool:
    """Python's resource tracker heeds no signal and ends with the process that it serves."""
    with suppress(psutil.Error):
        return "multiprocessing.resource_tracker" in " ".join(process.cmdline())
    return True


def _servers(_: Home, state: State) -> Stage:
    return _family(SERVERS, state)


def _lake(_: Home, state: State) -> Stage:
    """Trino before Nessie, and Nessie before S3, which each writes to."""
    return _family(tuple(reversed(LAKE)), state)


def _family(names: Sequence[str], state: State) -> Stage:
    processes = {name: find(state.processes.get(name)) for name in names}
    running = {name: process for name, process in processes.items() if process}
    family = [p for parent in running.values() for p in (parent, *descendants(parent))]
    return Stage(", ".join(running), family, SIGTERM, SERVER_SECONDS)


def _postgres(home: Home, state: State) -> Stage:
    server = find(state.processes.get("postgres")) or find(Cluster(home.postgres, 0).running())
    return Stage("postgres", [server] if server else [], SIGINT, POSTGRES_SECONDS)
