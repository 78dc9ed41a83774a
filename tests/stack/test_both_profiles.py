"""30 days through both profiles are the same rows."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.resources.nessie import MAIN
from tests.integration.lakehouse import GITHUB_MARTS, GITHUB_TABLES, MARTS, TABLES
from tests.integration.processes import postgres
from tests.stack.stack import Rows, Stack, ended, marts, start_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.stack

LAST = datetime.now(UTC).date() - timedelta(days=3)
FIRST = LAST - timedelta(days=29)
GITHUB_FIRST = LAST - timedelta(days=19)
JOBS = (("glucose", FIRST, LAST), ("github", GITHUB_FIRST, LAST))


@pytest.fixture(scope="module")
def embedded(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The DuckDB file and the Postgres of an embedded lakehouse that ran the same days."""
    home = tmp_path_factory.mktemp("embedded")
    with postgres(home / "postgres") as url:
        own = {"DAGDECK_HOME": str(home), "DAGDECK_POSTGRES_URL": url}
        sources = {
            name: value
            for name, value in stack.environment.items()
            if name.endswith(("NIGHTSCOUT_URL", "GITHUB_URL", "FIRST_DAY"))
        }
        plain = {k: v for k, v in os.environ.items() if not k.startswith("DAGDECK_")}
        for job in JOBS:
            assert ended(start_run(plain | sources | own, *job)) == (0, "")
        yield home / "warehouse.duckdb", url


@pytest.fixture(scope="module")
def branches_before(stack: Stack) -> set[str]:
    return branches(stack)


@pytest.fixture(scope="module")
def distributed(stack: Stack, branches_before: set[str]) -> Stack:
    assert MAIN in branches_before
    for job in JOBS:
        assert ended(stack.start_run(*job)) == (0, "")
    return stack


def branches(stack: Stack) -> set[str]:
    return {branch.name for branch in stack.catalog.nessie.branches()}


def rows(file: Path, table: str, columns: str) -> Rows:
    with duckdb.connect(file, read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        return connection.execute(f"select {columns} from {table} order by all").fetchall()


@pytest.mark.parametrize(
    ("table", "columns"), list((TABLES | GITHUB_TABLES).items()), ids=list(TABLES | GITHUB_TABLES)
)
def test_a_table_has_the_same_rows_on_both(
    embedded: tuple[Path, str], distributed: Stack, table: str, columns: str
) -> None:
    here = rows(embedded[0], table, columns)
    assert distributed.table(table, columns) == here
    assert here or table.endswith(("_rejected", "_duplicates"))


@pytest.mark.parametrize("mart", MARTS + GITHUB_MARTS)
def test_a_mart_has_the_same_rows_on_both(
    embedded: tuple[Path, str], distributed: Stack, mart: str
) -> None:
    here = marts(embedded[1], (mart,))
    assert here[mart]
    assert marts(distributed.layout.postgres_url, (mart,)) == here


def test_no_branch_is_left_of_runs_that_passed(
    distributed: Stack, branches_before: set[str]
) -> None:
    assert branches(distributed) <= branches_before
