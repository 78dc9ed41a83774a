"""The processes of the distributed profile: the command of each, and what it is given."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from pipelines.deployment.ports import HOST
from pipelines.stack.downloads import Programs, Say, programs
from pipelines.stack.versions import ETC, stack

WORKERS = tuple(f"trino-worker-{number}" for number in range(1, stack()["trino"]["workers"] + 1))
NAMES = ("s3", "nessie", "trino", *WORKERS)
WITH_PORT = (*NAMES, "nessie-management")
KEY = "dagdeck"
ASK_SECONDS = 2.0


@dataclass(frozen=True)
class Lake:
    """S3, Nessie and Trino over the folder `root`, on these ports, with Nessie's rows in Postgres."""

    root: Path
    ports: Mapping[str, int]
    postgres_url: Callable[[], str]
    """Gives the URL of the Postgres that Nessie keeps its catalog in, once there is one."""

    @cached_property
    def programs(self) -> Programs:
        """What runs; downloaded by `create`, or before it."""
        return programs(lambda _words: None)

    @property
    def bucket(self) -> Path:
        """The folder that is the bucket of the S3 server."""
        return self.root / "s3" / str(stack()["lake"]["bucket"])

    @cached_property
    def secret(self) -> str:
        """The S3 server's secret, made once and readable by its owner only."""
        path = self.root / "s3-secret"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(32))
        return path.read_text()

    def url(self, name: str) -> str:
        return f"http://{HOST}:{self.ports[name]}"

    @property
    def fields(self) -> dict[str, Any]:
        """The deployment's settings that tell where the lake is."""
        return {
            "lakehouse": "stack",
            "nessie_url": self.url("nessie"),
            "s3_url": self.url("s3"),
            "s3_region": str(stack()["lake"]["region"]),
            "s3_key": KEY,
            "s3_secret": SecretStr(self.secret),
            "trino_url": self.url("trino"),
            "trino_catalog": str(stack()["lake"]["catalog"]),
        }

    @property
    def settings(self) -> dict[str, str]:
        """The same as environment variables."""
        texts = {f"DAGDECK_{name.upper()}": str(value) for name, value in self.fields.items()}
        return texts | {"DAGDECK_S3_SECRET": self.secret}

    def command(self, name: str) -> tuple[str, ...]:
        if name == "s3":
            address = f"{HOST}:{self.ports['s3']}"
            region = str(stack()["lake"]["region"])
            gateway = str(self.programs.versitygw)
            start = ("--port", address, "--region", region, "--health", "/health", "posix")
            return (gateway, *start, str(self.bucket.parent))
        if name == "nessie":
            heap = str(stack()["heap"]["nessie"])
            config = ETC / "nessie" / "application.properties"
            java = (str(self.programs.java), f"-Xmx{heap}", f"-Dquarkus.config.locations={config}")
            return (*java, "-jar", str(self.programs.nessie))
        role = "coordinator" if name == "trino" else "worker"
        places = ("--etc-dir", str(ETC / "trino" / role), "--data-dir", str(self.root / name))
        launcher = str(self.programs.trino / "bin" / "launcher")
        return (launcher, "run", *places, "-D", f"node.id={name}")

    def variables(self, name: str) -> dict[str, str]:
        """The variables that the part's configuration in `etc` names."""
        if name == "s3":
            return {"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": self.secret}
        lake = {
            "LAKE_CATALOG_URI": f"{self.url('nessie')}/iceberg/",
            "LAKE_S3_ENDPOINT": self.url("s3"),
            "LAKE_S3_REGION": str(stack()["lake"]["region"]),
            "LAKE_S3_KEY": KEY,
            "LAKE_S3_SECRET": self.secret,
        }
        return lake | (self._nessie() if name == "nessie" else self._trino(name))

    def _nessie(self) -> dict[str, str]:
        url = urlsplit(self.postgres_url())
        return {
            "NESSIE_JDBC_URL": f"jdbc:postgresql://{url.hostname}:{url.port or 5432}/nessie",
            "NESSIE_JDBC_USER": url.username or "",
            "NESSIE_JDBC_PASSWORD": url.password or "",
            "NESSIE_PORT": str(self.ports["nessie"]),
            "NESSIE_MANAGEMENT_PORT": str(self.ports["nessie-management"]),
            "QUARKUS_HTTP_HOST": HOST,
            "QUARKUS_MANAGEMENT_HOST": HOST,
        }

    def _trino(self, name: str) -> dict[str, str]:
        return {
            "TRINO_PORT": str(self.ports[name]),
            "TRINO_DISCOVERY_URI": self.url("trino"),
            "JAVA_HOME": str(self.programs.java.parent.parent),
            "PATH": f"{self.programs.java.parent}:/usr/local/bin:/usr/bin:/bin",
        }

    def is_ready(self, name: str) -> bool:
        """Whether the part answers that it is."""
        address = {
            "s3": f"{self.url('s3')}/health",
            "nessie": f"{self.url('nessie-management')}/q/health",
        }.get(name, f"{self.url(name)}/v1/info")
        with suppress(httpx.HTTPError, ValueError):
            answer = httpx.get(address, timeout=ASK_SECONDS)
            return answer.is_success and b'"starting":true' not in answer.content
        return False

    def create(self, say: Say) -> None:
        """Downloads what is missing, and makes the folders: a bucket of the S3 server is a folder."""
        programs(say)
        self.bucket.mkdir(parents=True, exist_ok=True)
        for name in ("trino", *WORKERS):
            (self.root / name).mkdir(parents=True, exist_ok=True)
