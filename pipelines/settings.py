"""Every setting of the deployment, in one class, read from the environment and `.env`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platformdirs import user_state_path
from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parent.parent
DAYS_SERVED = 400


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(
            f"no time zone {name!r}; an IANA name such as 'UTC' or 'Europe/Berlin' is expected"
        ) from error
    return name


class Settings(BaseSettings):
    """The deployment's settings; each is `DAGDECK_` and its name in capitals."""

    model_config = SettingsConfigDict(
        env_prefix="DAGDECK_", env_file=".env", extra="ignore", frozen=True
    )

    home: Path = Field(default_factory=lambda: user_state_path("dagdeck"))
    """The one folder that holds all state: databases, tables, logs, process ids."""
    postgres_url: str | None = None
    """A `postgresql://` URL for Dagster's storage, the Iceberg catalog and the marts."""
    nightscout_url: str = "http://127.0.0.1:1337"
    nightscout_secret: str | None = None
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """The one time zone of partitions and of the windows asked of the APIs."""
    first_day: date = Field(
        default_factory=lambda: datetime.now(UTC).date() - timedelta(days=DAYS_SERVED)
    )
    """The first partition; `up` fixes it once, so that partitions never move."""
    days_per_run: int = Field(default=7, ge=1)
    """How many daily partitions one run takes at most."""
    http_timeout_seconds: float = Field(default=10.0, gt=0)
    http_attempts: int = Field(default=4, ge=1)
    http_backoff_seconds: float = Field(default=0.25, ge=0)
    """The wait before the second attempt; it doubles with each further one."""
    definitions_module: str = "pipelines.definitions"
    """The module that the code location loads."""
    webserver_port: int | None = Field(default=None, ge=1, le=65535)
    """Unset: 3000 or the next free one, chosen at the first start and then kept."""
    code_server_port: int | None = Field(default=None, ge=1, le=65535)
    nightscout_port: int | None = Field(default=None, ge=1, le=65535)
    postgres_port: int | None = Field(default=None, ge=1, le=65535)
    first_backfill_days: int = Field(default=14, ge=0)
    """How many of the last days the first `up` fills; 0 for none."""
    start_seconds: float = Field(default=120.0, gt=0)
    """How long `up` waits for one part to answer."""

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def database_url(self) -> str:
        """The `postgresql://` URL; raises ValueError where none is set."""
        if self.postgres_url is None:
            raise ValueError(
                "DAGDECK_POSTGRES_URL is not set; a URL such as "
                "'postgresql://user:password@127.0.0.1:5432/dagdeck' is expected"
            )
        return self.postgres_url

    @property
    def warehouse_path(self) -> Path:
        """Where the Iceberg tables' files are."""
        return self.home / "lake"

    @property
    def duckdb_path(self) -> Path:
        """The database of bronze, silver and gold."""
        return self.home / "warehouse.duckdb"

    @property
    def dbt_target_path(self) -> Path:
        return self.home / "dbt"
