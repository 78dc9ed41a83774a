"""The parts of a deployment: the command that starts each, and the URL where it answers."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from signal import SIGINT, SIGTERM, Signals
from urllib.parse import urlsplit

from pipelines.deployment import ports
from pipelines.deployment.dagster_home import LOCATION
from pipelines.deployment.home import Home
from pipelines.deployment.ports import HOST
from pipelines.deployment.postgres import DATABASE, USER, Cluster, system_uid
from pipelines.deployment.processes import MARK
from pipelines.settings import Settings
from pipelines.stack import parts as stack
from pipelines.stack.parts import Lake

NAMES = ("postgres", "nightscout", "code-server", "webserver", "daemon")
WITH_PORT = ("postgres", "nightscout", "code-server", "webserver")
NOT_INHERITED = ("DAGSTER_", "PYTHONDONTWRITEBYTECODE")
DAGSTER_VARIABLES = {
    # A backfill waits for a code location that can't be loaded just now, instead of failing.
    "DAGSTER_BACKFILL_RETRY_DEFINITION_CHANGED_ERROR": "1",
    "DAGSTER_GRPC_SHUTDOWN_GRACE_PERIOD": "2",
    "FRESHNESS_DAEMON_INTERVAL_SECONDS": "10",
}


@dataclass(frozen=True)
class Part:
    """A process of the deployment; `url` is None for one that listens nowhere."""

    name: str
    command: tuple[str, ...]
    port: int | None = None
    url: str | None = None
    user: int | None = None
    stop_signal: Signals = SIGTERM
    variables: Mapping[str, str] = field(default_factory=dict)
    """Its environment beyond that of all parts."""


@dataclass(frozen=True)
class Layout:
    """The settings, the folder and the chosen ports, which the parts are made from."""

    settings: Settings
    home: Home
    ports: Mapping[str, int]
    first_day: date

    @property
    def external(self) -> dict[str, str]:
        """The parts that run elsewhere, with their URLs less any password."""
        given = self.settings.model_fields_set
        urls: dict[str, str] = {}
        if self.settings.postgres_url:
            urls["postgres"] = without_password(self.settings.postgres_url)
        if {"nightscout_url", "github_url"} <= given:
            urls["nightscout"] = without_password(self.settings.nightscout_url)
        return urls

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.home.postgres, self.ports["postgres"])

    @property
    def postgres_url(self) -> str:
        return self.settings.postgres_url or self.cluster.url

    @property
    def lake_settings(self) -> Settings:
        """The settings as the deployment's own code reads them, with its folder and database."""
        own = {"home": self.home.root, "postgres_url": self.postgres_url}
        lake = self.lake.fields if self.lake else {}
        return self.settings.model_copy(update={**own, **lake})

    @cached_property
    def lake(self) -> Lake | None:
        """The servers of the distributed profile; None of the embedded one."""
        if self.settings.lakehouse != "stack":
            return None
        return Lake(self.home.root / "stack", self.ports, lambda: self.postgres_url)

    @property
    def names(self) -> tuple[str, ...]:
        """Every part, in the order they start."""
        return ("postgres", *(stack.NAMES if self.lake else ()), *NAMES[1:])

    @property
    def with_port(self) -> tuple[str, ...]:
        return (*WITH_PORT, *(stack.WITH_PORT if self.lake else ()))

    def url(self, name: str) -> str | None:
        """Where a part answers; None where it listens nowhere, or has no port yet."""
        if name not in self.ports:
            return None
        return self.lake.url(name) if self.lake and name in stack.NAMES else self.part(name).url

    @property
    def nightscout_url(self) -> str:
        return self._source_url("nightscout_url")

    @property
    def github_url(self) -> str:
        return self._source_url("github_url")

    def _source_url(self, setting: str) -> str:
        """The URL that was set, else that of the stand-in, which serves both sources."""
        if setting in self.settings.model_fields_set:
            return str(getattr(self.settings, setting))
        return f"http://{HOST}:{self.ports['nightscout']}"

    @property
    def webserver_url(self) -> str:
        return f"http://{HOST}:{self.ports['webserver']}"

    def own_names(self) -> list[str]:
        """The parts that this deployment runs itself, in the order they start."""
        return [name for name in self.names if name not in self.external]

    def part(self, name: str) -> Part:
        if self.lake and name in stack.NAMES:
            command, variables = self.lake.command(name), self.lake.variables(name)
            return Part(name, command, self.ports[name], self.lake.url(name), variables=variables)
        return {
            "postgres": self._postgres,
            "nightscout": self._nightscout,
            "code-server": self._code_server,
            "webserver": self._webserver,
            "daemon": self._daemon,
        }[name]()

    def _postgres(self) -> Part:
        port = self.ports["postgres"]
        return Part(
            "postgres",
            self.cluster.command,
            port,
            f"postgresql://{USER}@{HOST}:{port}/{DATABASE}",
            user=system_uid(),
            stop_signal=SIGINT,
        )

    def _nightscout(self) -> Part:
        port = self.ports["nightscout"]
        command = _module("pipelines.standin", "--host", HOST, "--port", str(port))
        return Part("nightscout", command, port, f"http://{HOST}:{port}")

    def _code_server(self) -> Part:
        port = self.ports["code-server"]
        where = ("--host", HOST, "--port", str(port), "--location-name", LOCATION)
        command = _module("pipelines.deployment.code_server", *where)
        return Part("code-server", command, port, f"grpc://{HOST}:{port}")

    def _webserver(self) -> Part:
        port = self.ports["webserver"]
        where = ("--host", HOST, "--port", str(port), "--workspace", str(self.home.workspace))
        command = _module("pipelines.deployment.webserver", *where)
        return Part("webserver", command, port, self.webserver_url)

    def _daemon(self) -> Part:
        workspace = ("run", "--workspace", str(self.home.workspace))
        return Part("daemon", _module("pipelines.deployment.daemon", *workspace))

    def environment(self) -> dict[str, str]:
        """The environment of every part, so that none depends on the folder `up` was called in."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(NOT_INHERITED)}
        return {
            **inherited,
            **self.settings.as_variables(),
            MARK: str(self.home.root),
            **(self.lake.settings if self.lake else {}),
            "DAGDECK_HOME": str(self.home.root),
            "DAGDECK_POSTGRES_URL": self.postgres_url,
            "DAGDECK_NIGHTSCOUT_URL": self.nightscout_url,
            "DAGDECK_GITHUB_URL": self.github_url,
            "DAGDECK_DAGSTER_URL": self.settings.dagster_url or self.webserver_url,
            "DAGDECK_FIRST_DAY": self.first_day.isoformat(),
            "DAGSTER_HOME": str(self.home.dagster),
            **{ports.setting_of(name): str(port) for name, port in self.ports.items()},
            **DAGSTER_VARIABLES,
            "PYTHONUNBUFFERED": "1",
        }


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name, *arguments)


def without_password(url: str) -> str:
    split = urlsplit(url)
    host = split.netloc.rpartition("@")[2]
    user = f"{split.username}@" if split.username else ""
    return split._replace(netloc=user + host, query="").geturl()
