"""`python -m tests.integration.held STAGE FIRST LAST`: runs the chain and stops for ever in the middle.

STAGE is `ingest` (the files are written, the commit is not), `audit` (the branch is there, `main`
not moved), `dbt` (some models are made, others not) or `publish` (half of a mart's rows are
copied). Says `held` when it is there.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from threading import Event
from typing import TYPE_CHECKING, Any

from pipelines.marts import publish
from pipelines.settings import Settings
from tests.integration.lakehouse import Lakehouse

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL = "fct_daily_glucose_metrics"


def stop_here() -> None:
    print("held", flush=True)
    Event().wait()


def hold_ingest() -> None:
    from pyiceberg.catalog.sql import SqlCatalog

    catalog: Any = SqlCatalog
    catalog.commit_table = lambda *_, **__: stop_here()


def hold_audit() -> None:
    from pipelines.raw import publish

    module: Any = publish
    module._audit = lambda *_: stop_here()


def hold_dbt() -> None:
    """Stops dbt's own thread in the transaction of a model, its rows deleted and not yet made."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    manager: Any = DuckDBConnectionManager
    execute = manager.execute

    def held(self: Any, sql: str, *arguments: Any, **named: Any) -> Any:
        done = execute(self, sql, *arguments, **named)
        if MODEL in sql and "delete from" in sql.lower():
            stop_here()
        return done

    manager.execute = held


def hold_publish() -> None:
    copy = publish._copy

    def half(connection: Any, table: Any, mart: publish.MartTable) -> None:
        copy(connection, table, replace(mart, rows=mart.rows[: len(mart.rows) // 2]))
        stop_here()

    publish._copy = half


HOLDS: dict[str, Callable[[], None]] = {
    "ingest": hold_ingest,
    "audit": hold_audit,
    "dbt": hold_dbt,
    "publish": hold_publish,
}


def main() -> None:
    stage, first, last = sys.argv[1:]
    HOLDS[stage]()
    Lakehouse(Settings()).run(date.fromisoformat(first), date.fromisoformat(last))


if __name__ == "__main__":
    main()
