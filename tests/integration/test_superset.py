"""A real Superset, set up from the definitions, shows what the marts hold.

Superset has an environment of its own, which `make superset-environment` makes.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest
import yaml

from pipelines.superset.reader import reader_url
from pipelines.superset.server import FOLDER, USER, Superset
from tests.deployments import until
from tests.integration.lakehouse import GITHUB_MARTS, MARTS, RECENT, Lakehouse, settled_days
from tests.integration.processes import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.superset

DAYS = settled_days(8)
CHARTS = {
    "Glucose": (
        "mrt_glucose_overview",
        ["reading_date", "min_glucose_mg_dl", "avg_glucose_mg_dl", "max_glucose_mg_dl"],
    ),
    "Time in range": (
        "mrt_glucose_overview",
        ["reading_date", "time_below_range_pct", "time_in_range_pct", "time_above_range_pct"],
    ),
    "GMI": ("mrt_glucose_overview", ["reading_date", "gmi_pct", "gmi_7_day_avg_pct"]),
    "Glucose by weekday and hour": (
        "mrt_glucose_hourly_patterns",
        ["hour_of_day", "day_of_week", "median_glucose_mg_dl"],
    ),
    "GitHub events": (
        "mrt_github_activity_overview",
        [
            "event_date",
            "code_event_count",
            "review_event_count",
            "discussion_event_count",
            "publication_event_count",
            "community_event_count",
            "other_event_count",
        ],
    ),
}
"""The mart and columns that each chart shows: of a day or hour a mart has one row."""


@dataclass(frozen=True)
class Shown:
    """A running Superset, asked as its user is, and the lakehouse under it."""

    superset: Superset
    http: httpx.Client
    lakehouse: Lakehouse

    def get(self, path: str) -> Any:
        answer = self.http.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def dataset(self, mart: str) -> dict[str, Any]:
        (found,) = [each for each in self.get("dataset/") if each["table_name"] == mart]
        dataset: dict[str, Any] = self.get(f"dataset/{found['id']}")
        return dataset

    def rows(self, mart: str) -> list[tuple[Any, ...]]:
        """All that the dataset has, in the order of its columns."""
        dataset = self.dataset(mart)
        columns = [column["column_name"] for column in dataset["columns"]]
        query = {"columns": columns, "metrics": [], "row_limit": 10_000}
        asked = {"datasource": {"id": dataset["id"], "type": "table"}, "queries": [query]}
        answer = self.http.post("/api/v1/chart/data", json=asked)
        assert answer.status_code == 200, answer.text
        return in_order(answer.json()["result"][0]["data"], columns)

    def published(self, mart: str, columns: list[str] | None = None) -> list[tuple[Any, ...]]:
        found = self.lakehouse.postgres(f"select * from marts.{mart}")
        return in_order(found, columns or list(found[0]))


def in_order(rows: list[dict[str, Any]], columns: list[str]) -> list[tuple[Any, ...]]:
    """The rows as tuples, sorted; Superset gives a date as the milliseconds of its midnight."""
    return sorted(
        tuple(as_date(row[name]) if name.endswith("_date") else row[name] for name in columns)
        for row in rows
    )


def as_date(value: Any) -> date:
    return (
        datetime.fromtimestamp(value / 1000, UTC).date() if not isinstance(value, date) else value
    )


@pytest.fixture(scope="module")
def shown(
    session_lakehouse: Lakehouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shown]:
    session_lakehouse.forget()
    assert session_lakehouse.run(DAYS[0], DAYS[-1]).success
    assert session_lakehouse.run_github(DAYS[0], RECENT).success
    folder = tmp_path_factory.mktemp("superset")
    superset = Superset(folder, session_lakehouse.settings.database_url, free_port())
    superset.prepare()
    log = (folder / "superset.log").open("w")
    with subprocess.Popen(
        superset.command, env=superset.environment, stdout=log, stderr=subprocess.STDOUT
    ) as process:
        try:
            yield Shown(superset, logged_in(superset, process, Path(log.name)), session_lakehouse)
        finally:
            process.terminate()


def logged_in(superset: Superset, process: subprocess.Popen[bytes], log: Path) -> httpx.Client:
    client = httpx.Client(base_url=superset.url, timeout=60)

    def healthy() -> bool:
        assert process.poll() is None, log.read_text()[-3000:]
        try:
            return client.get("/health").text == "OK"
        except httpx.HTTPError:
            return False

    until(healthy, 90, "Superset answers")
    user = {"username": USER, "password": superset.password, "provider": "db"}
    token = client.post("/api/v1/security/login", json=user).raise_for_status().json()
    client.headers["authorization"] = f"Bearer {token['access_token']}"
    return client


@pytest.mark.parametrize("mart", [*MARTS, *GITHUB_MARTS])
def test_each_dataset_gives_the_rows_that_postgres_holds(shown: Shown, mart: str) -> None:
    published = shown.published(mart)
    assert len(published) >= len(DAYS)
    assert shown.rows(mart) == published


def test_each_chart_of_the_dashboard_gives_the_figures_of_its_mart(shown: Shown) -> None:
    charts = {each["slice_name"]: each["id"] for each in shown.get("dashboard/lakehouse/charts")}
    assert charts.keys() == CHARTS.keys()
    for name, (mart, columns) in CHARTS.items():
        (result,) = shown.get(f"chart/{charts[name]}/data/")
        data = [dict(zip(columns, row.values(), strict=True)) for row in result["data"]]
        assert in_order(data, columns) == pytest.approx(shown.published(mart, columns)), name


def test_a_republished_mart_is_shown_at_once(shown: Shown) -> None:
    reading = shown.lakehouse.readings(DAYS[3])[40]
    before = shown.rows("mrt_glucose_overview")
    with shown.lakehouse.wrong(reading, 390):
        assert shown.lakehouse.run(DAYS[3]).success
        changed = shown.rows("mrt_glucose_overview")
        assert changed == shown.published("mrt_glucose_overview") != before
    assert shown.lakehouse.run(DAYS[3]).success
    assert shown.rows("mrt_glucose_overview") == before


def test_setting_up_again_keeps_the_user_and_doubles_nothing(shown: Shown) -> None:
    shown.superset.prepare()
    assert len(shown.get("chart/")) == len(CHARTS)
    assert len(shown.get("dataset/")) == len([*MARTS, *GITHUB_MARTS])


def test_the_reader_reads_the_marts_and_nothing_else(shown: Shown) -> None:
    password = (shown.superset.folder / "reader-password").read_text()
    url = reader_url(shown.lakehouse.settings.database_url, password)
    refused = psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction
    with psycopg.connect(url, autocommit=True) as reader:
        assert reader.execute("select current_user").fetchone() == ("dagdeck_reader",)
        assert reader.execute("select 1 from marts.mrt_glucose_overview").fetchone() == (1,)
        for forbidden in (
            "delete from marts.mrt_glucose_overview",
            "create table marts.own (id integer)",
            "select * from public.iceberg_tables",
            "select * from ingestion.github_answers",
        ):
            with pytest.raises(refused):
                reader.execute(forbidden)
        reader.execute("set default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("delete from marts.mrt_glucose_overview")


def test_the_definitions_name_the_columns_that_are_published(shown: Shown) -> None:
    for path in sorted((FOLDER / "definitions" / "datasets").glob("*.yaml")):
        dataset = yaml.safe_load(path.read_text())
        defined = {column["column_name"]: column["type"].lower() for column in dataset["columns"]}
        found = shown.lakehouse.postgres(
            "select column_name, data_type from information_schema.columns "
            f"where table_schema = 'marts' and table_name = '{dataset['table_name']}' "
            "order by ordinal_position"
        )
        assert list(defined.items()) == [(c["column_name"], c["data_type"]) for c in found]
