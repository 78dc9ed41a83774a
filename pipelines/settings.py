"""Every setting of the deployment, in one class, read from the environment and `.env`."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError
from platformdirs import user_state_path
from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parent.parent
DAYS_SERVED = 400
SECRETS = ("secret", "token", "postgres_url", "slack_webhook_url", "smtp_url")
"""Parts of the names of settings whose values are never shown."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(
            f"no time zone {name!r}; an IANA name such as 'UTC' or 'Europe/Berlin' is expected"
        ) from error
    return name


def _cron(expression: str) -> str:
    try:
        CronSim(expression, datetime.now(UTC))
    except CronSimError as error:
        raise ValueError(f"a cron expression such as '0 * * * *' is expected ({error})") from error
    return expression


def _web_url(url: str) -> str:
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise ValueError("a URL such as 'https://host/path' is expected")
    return url


def _secret_web_url(url: SecretStr) -> SecretStr:
    _web_url(url.get_secret_value())
    return url


def _smtp_url(url: SecretStr) -> SecretStr:
    split = urlsplit(url.get_secret_value())
    if split.scheme not in ("smtp", "smtps") or not split.hostname:
        raise ValueError("a URL such as 'smtp://user:password@host:587' is expected")
    return url


def _token(token: SecretStr) -> SecretStr:
    text = token.get_secret_value()
    if not text.isascii() or not text.isprintable() or not text or " " in text:
        raise ValueError("a token without spaces or line ends is expected")
    return token


Cron = Annotated[str, AfterValidator(_cron)]
WebUrl = Annotated[str, AfterValidator(_web_url)]


class WrongSettingsError(ValueError):
    """One sentence for each setting that is wrong; what is secret isn't quoted."""


class Settings(BaseSettings):
    """The deployment's settings; each is `DAGDECK_` and its name in capitals.

    Raises WrongSettingsError.
    """

    model_config = SettingsConfigDict(
        env_prefix="DAGDECK_", env_file=".env", extra="ignore", frozen=True
    )

    home: Path = Field(default_factory=lambda: user_state_path("dagdeck"))
    """The one folder that holds all state: databases, tables, logs, process ids."""
    lakehouse: Literal["embedded", "stack"] = "embedded"
    """Where the tables are: in files of the home under DuckDB, or in Nessie and S3 under Trino."""
    postgres_url: str | None = None
    """A `postgresql://` URL for Dagster's storage, the Iceberg catalog and the marts."""
    nightscout_url: WebUrl = "http://127.0.0.1:1337"
    """`user:password@` and `?token=` in it are sent to that server and shown nowhere."""
    nightscout_secret: SecretStr | None = None
    """Nightscout's API_SECRET, which is sent as its SHA-1."""
    nightscout_token: Annotated[SecretStr, AfterValidator(_token)] | None = None
    """An access token of a subject that may only read, such as `dagdeck-0123456789abcdef`."""
    nightscout_device: str | None = None
    """The device whose readings count where several tell of the same minutes; unset, the one with
    most readings of the day."""
    most_set_apart: float = Field(default=0.05, ge=0, le=1)
    """The share of a day's rows beyond which not a row is wrong but the day, and it is held back."""
    github_url: WebUrl = "http://127.0.0.1:1337"
    """GitHub's own is `https://api.github.com`; unset, `up` gives the stand-in's."""
    github_user: str = "demo"
    github_token: Annotated[SecretStr, AfterValidator(_token)] | None = None
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """The one time zone of partitions and of the windows asked of the APIs."""
    first_day: date = Field(
        default_factory=lambda: datetime.now(UTC).date() - timedelta(days=DAYS_SERVED)
    )
    """The first partition; `up` fixes it once, so that partitions never move."""
    days_per_run: int = Field(default=31, ge=1)
    """The greatest number of daily partitions in one run."""
    http_timeout_seconds: float = Field(default=10.0, gt=0)
    """The seconds that one request may take, from its first byte to the last of its answer."""
    http_attempts: int = Field(default=4, ge=1)
    http_backoff_seconds: float = Field(default=0.25, ge=0)
    """The wait before the second attempt; it doubles with each further one."""
    http_longest_wait_seconds: float = Field(default=30.0, ge=0)
    """The longest wait for a source that asks to be left alone; a longer one fails the step."""
    definitions_module: str = "pipelines.definitions"
    """The module that the code location loads."""
    webserver_port: int | None = Field(default=None, ge=1, le=65535)
    """Unset: 3000 or the next free one, chosen at the first start and then kept."""
    code_server_port: int | None = Field(default=None, ge=1, le=65535)
    nightscout_port: int | None = Field(default=None, ge=1, le=65535)
    postgres_port: int | None = Field(default=None, ge=1, le=65535)
    superset_port: int = Field(default=8088, ge=1, le=65535)
    first_backfill_days: int = Field(default=14, ge=0)
    """The number of days that the first `up` fills; 0 for none."""
    start_seconds: float = Field(default=120.0, gt=0)
    """The seconds that `up` waits for one part to answer."""
    automation: Literal["on", "off"] = "on"
    """Whether the hourly ingest, the daily schedules and the alerts run without being switched on."""
    ingest_cron: Cron = "0 * * * *"
    """The cron of the hourly ingest of today's partition, in `timezone`."""
    daily_cron: Cron = "0 6 * * *"
    """The cron that runs the two days before today again, in `timezone`."""
    maintenance_cron: Cron = "0 4 * * 0"
    """The cron of the upkeep of the Iceberg tables, in `timezone`."""
    snapshot_days: int = Field(default=30, ge=1)
    """The days that a snapshot of a table is kept; each branch keeps its newest."""
    orphan_days: int = Field(default=3, ge=1)
    """The age at which a file that no table names is taken for forgotten; no run is longer."""
    sensor_interval_seconds: int = Field(default=30, ge=1)
    """The least time between two looks of a sensor."""
    nessie_url: WebUrl = "http://127.0.0.1:19120"
    s3_url: WebUrl = "http://127.0.0.1:7070"
    """The S3 server of the lake; `s3_region`, `s3_key` and `s3_secret` are its own too."""
    s3_region: str = "us-east-1"
    s3_key: str = "dagdeck"
    s3_secret: SecretStr | None = None
    trino_url: WebUrl = "http://127.0.0.1:8080"
    trino_user: str = "dagdeck"
    trino_catalog: str = "lake"
    slack_webhook_url: Annotated[SecretStr, AfterValidator(_secret_web_url)] | None = None
    smtp_url: Annotated[SecretStr, AfterValidator(_smtp_url)] | None = None
    """`smtp://user:password@host:587` (STARTTLS where the server offers it), or `smtps://`."""
    alert_from: str = "dagdeck@localhost"
    alert_to: str | None = None
    """The addresses that alerts are mailed to, with commas between them."""
    alert_window_seconds: float = Field(default=3600.0, gt=0)
    """Failures of one cause are told once in so long a time."""
    alert_attempts: int = Field(default=2, ge=1)
    """The attempts to reach a receiver at one tick of the sensor; the next tick tries again."""
    dagster_url: WebUrl | None = None
    """The URL that links in alerts begin with; `up` sets it to its own webserver's where it is unset."""

    @model_validator(mode="after")
    def _mail_has_addresses(self) -> Self:
        if self.smtp_url is not None and not self.alert_addresses:
            raise ValueError(
                "DAGDECK_ALERT_TO is not set, and DAGDECK_SMTP_URL is; "
                "addresses such as 'me@example.org, you@example.org' are expected"
            )
        return self

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise WrongSettingsError(_sentences(error)) from None

    @property
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
        """The folder of the Iceberg tables' files."""
        return self.home / "lake"

    @property
    def dlt_path(self) -> Path:
        """The folder where loads keep what they have not merged yet, a folder in it for each process."""
        return self.home / "dlt"

    @property
    def duckdb_path(self) -> Path:
        """The database of bronze, silver and gold."""
        return self.home / "warehouse.duckdb"

    @property
    def dbt_target_path(self) -> Path:
        return self.home / "dbt"

    @property
    def alert_addresses(self) -> list[str]:
        """The addresses in `alert_to`."""
        return [address.strip() for address in (self.alert_to or "").split(",") if address.strip()]

    def as_variables(self) -> dict[str, str]:
        """The settings that were given, from wherever, as environment variables."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return {
            f"DAGDECK_{name.upper()}": _as_text(value)
            for name, value in given.items()
            if value is not None
        }


def _as_text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value.resolve() if isinstance(value, Path) else value)


def _sentences(error: ValidationError) -> str:
    return "\n".join(_sentence(dict(wrong)) for wrong in error.errors())


def _sentence(wrong: dict[str, Any]) -> str:
    words = wrong["msg"].removeprefix("Value error, ")
    if not wrong["loc"]:
        return f"{words}."
    return f"{_named(str(wrong['loc'][0]), wrong['input'])} is wrong: {words}."


def _named(field: str, given: object) -> str:
    """`DAGDECK_NAME='value'`, or the name alone where the value may hold a password."""
    name = f"DAGDECK_{field.upper()}"
    if any(word in field for word in SECRETS) or "@" in str(given) or "?" in str(given):
        return name
    return f"{name}={given!r}"
