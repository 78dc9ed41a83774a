"""Processes: identified by pid and start time, started detached, stopped gently and then hard."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
from pydantic import BaseModel

MARK = "DAGDECK_DEPLOYMENT"
"""The variable that every process of a deployment carries; its value is the home folder."""

CLOCK_TOLERANCE_SECONDS = 2.0
HARD_STOP_SECONDS = 5.0


class Identity(BaseModel):
    """A process; `created` (seconds since the epoch) sets it apart from a later one with the same pid."""

    pid: int
    created: float


def identity(process: psutil.Process) -> Identity:
    return Identity(pid=process.pid, created=process.create_time())


def find(wanted: Identity | None) -> psutil.Process | None:
    """The running process of that identity; None when it ended or another process has its pid."""
    if wanted is None:
        return None
    with suppress(psutil.Error):
        process = psutil.Process(wanted.pid)
        same = abs(process.create_time() - wanted.created) < CLOCK_TOLERANCE_SECONDS
        if same and is_alive(process):
            return process
    return None


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def start_detached(
    command: Sequence[str],
    environment: Mapping[str, str],
    folder: Path,
    log: Path,
    user: int | None = None,
) -> Identity:
    """Starts `command` in a session of its own, its output appended to `log`.

    `user` is the uid (and gid) to run as, for a caller that is root.
    """
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    return identity(psutil.Process(child.pid))


def marked(home: Path) -> Iterator[psutil.Process]:
    """Every process but this one that carries the mark of the deployment in `home`."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != os.getpid() and process.environ().get(MARK) == str(home):
                yield process


def descendants(process: psutil.Process) -> list[psutil.Process]:
    with suppress(psutil.Error):
        return process.children(recursive=True)
    return []


def stop(processes: Iterable[psutil.Process], gently: signal.Signals, seconds: float) -> None:
    """Signals all, waits up to `seconds` for them to end, then kills what is left.

    Raises TimeoutError, naming the pids, when something survives even that.
    """
    waiting = list(processes)
    for process in waiting:
        with suppress(psutil.Error):
            process.send_signal(gently)
    left = _wait(waiting, seconds)
    for process in left:
        with suppress(psutil.Error):
            process.kill()
    left = _wait(left, HARD_STOP_SECONDS)
    if left:
        raise TimeoutError(", ".join(str(process.pid) for process in left))


def _wait(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """The processes still alive after at most `seconds`."""
    deadline = time.monotonic() + seconds
    left = [process for process in processes if is_alive(process)]
    while left and time.monotonic() < deadline:
        time.sleep(0.02)
        left = [process for process in left if is_alive(process)]
    return left
