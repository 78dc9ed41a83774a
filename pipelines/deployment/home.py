"""The folder that holds everything of a deployment, and the lock that guards it."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.deployment.errors import REFUSED, DeploymentError

LOCK_SECONDS = 180.0


@dataclass(frozen=True)
class Home:
    """The paths in the state folder `root`."""

    root: Path

    @property
    def state(self) -> Path:
        return self.root / "state.json"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def dagster(self) -> Path:
        """Dagster's own home, DAGSTER_HOME."""
        return self.root / "dagster"

    @property
    def workspace(self) -> Path:
        return self.dagster / "workspace.yaml"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def url(self) -> Path:
        """One line: the webserver's URL, which the console reads."""
        return self.root / "url"

    @property
    def first_backfill(self) -> Path:
        """Holds the id of the first backfill once there is one."""
        return self.root / "first-backfill"

    @property
    def version(self) -> Path:
        """The file that names the release which brought the home up to date last."""
        return self.root / "version.json"

    @property
    def before_upgrade(self) -> Path:
        """The folder of what the last upgrade replaced, kept until a later start has succeeded."""
        return self.root / "before-upgrade"

    @property
    def restoring(self) -> Path:
        """The file that exists while a backup is being restored, so that the home isn't whole."""
        return self.root / "restoring"

    @property
    def going_back(self) -> Path:
        """The file that exists while an upgrade is being undone."""
        return self.root / "going-back"

    def log(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    def create(self) -> None:
        """Makes the folders; raises DeploymentError when one can't be made or written."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            for folder in (self.logs, self.dagster):
                folder.mkdir(exist_ok=True)
            probe = self.root / f".writable-{os.getpid()}"
            probe.write_text("x")
            probe.unlink()
        except OSError as error:
            raise DeploymentError(
                f"The state folder {self.root} can't be written ({error.strerror}); "
                "set DAGDECK_HOME to a folder that can."
            ) from error

    @contextmanager
    def locked(self, when_waiting: Callable[[], None]) -> Iterator[None]:
        """Holds the folder's lock; calls `when_waiting` once if another command has it.

        Raises DeploymentError after LOCK_SECONDS.
        """
        with (self.root / "lock").open("a") as file:
            if not _try_lock(file.fileno()):
                when_waiting()
                deadline = time.monotonic() + LOCK_SECONDS
                while not _try_lock(file.fileno()):
                    if time.monotonic() > deadline:
                        raise DeploymentError(
                            f"Another command has held {self.root / 'lock'} for "
                            f"{LOCK_SECONDS:.0f} s; try again when it is done.",
                            REFUSED,
                        )
                    time.sleep(0.1)
            yield

    @contextmanager
    def free(self) -> Iterator[None]:
        """Holds the folder's lock; raises DeploymentError at once if a command has it."""
        with (self.root / "lock").open("a") as file:
            if not _try_lock(file.fileno()):
                raise DeploymentError(
                    f"another dagdeck command is at work in {self.root}; try again when it is done",
                    REFUSED,
                )
            yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
