"""Superset in an environment of its own, with its state under the deployment's folder."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg

from pipelines.deployment.errors import UNREACHABLE, DeploymentError
from pipelines.deployment.ports import HOST
from pipelines.settings import REPOSITORY
from pipelines.superset.reader import READER, ensure_reader, reader_url

USER = "admin"
PYTHON = REPOSITORY / ".venv-superset" / "bin" / "python"
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Superset:
    """Superset on `port`, over the marts in the Postgres at `database_url`; `folder` is its own."""

    folder: Path
    database_url: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def password_file(self) -> Path:
        return self.folder / "password"

    @cached_property
    def password(self) -> str:
        """The password of its one user."""
        return _kept_secret(self.password_file)

    @property
    def command(self) -> list[str]:
        """The command that serves it: one process with a few threads, enough for a person."""
        gunicorn = str(PYTHON.with_name("gunicorn"))
        options = ["--workers=1", "--threads=8", "--worker-class=gthread", "--timeout=120"]
        return [gunicorn, f"--bind={HOST}:{self.port}", *options, "superset.app:create_app()"]

    @property
    def environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            "SUPERSET_CONFIG_PATH": str(FOLDER / "superset_config.py"),
            "DAGDECK_SUPERSET_HOME": str(self.folder),
        }

    def prepare(self) -> None:
        """Makes the reader of the marts, and Superset's database, user, charts and dashboard.

        Raises DeploymentError with what went wrong.
        """
        if not PYTHON.exists():
            raise DeploymentError(f"Superset is not installed ({PYTHON} is missing): make superset")
        self.folder.mkdir(parents=True, exist_ok=True)
        _kept_secret(self.folder / "secret-key")
        reader_password = _kept_secret(self.folder / "reader-password")
        try:
            ensure_reader(self.database_url, reader_password)
        except psycopg.Error as error:
            why = str(error).strip().splitlines()[0]
            raise DeploymentError(
                f"Postgres can't be made ready for {READER}: {why}", UNREACHABLE
            ) from error
        self._define(reader_password)

    def _define(self, reader_password: str) -> None:
        order = {
            "user": USER,
            "password": self.password,
            "uri": reader_url(self.database_url, "XXXXXXXXXX", "postgresql+psycopg2"),
            "reader_password": reader_password,
        }
        log = self.folder / "prepare.log"
        with log.open("w") as output:
            done = subprocess.run(
                [str(PYTHON), str(FOLDER / "prepare.py")],
                input=json.dumps(order),
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        if done.returncode:
            last = (log.read_text().strip().splitlines() or ["no message"])[-1]
            raise DeploymentError(f"Superset could not be set up: {last} (log: {log})")


def _kept_secret(path: Path) -> str:
    """32 random bytes, made once and readable by their owner only."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text()
