"""`dagster-daemon run`, looking for backfills, and for its own end, more often.

Dagster has no settings for it, only constants of `dagster._daemon.controller`: 30 seconds,
read when the backfill loop starts, and 5 seconds. It waits for the code server, for a daemon that
finds none fails the backfills it was about to continue.

The pool's limit is written down before: Dagster does that when a run first needs the pool, and
lets all that are queued at that moment go at once.
"""

from __future__ import annotations

from dagster import DagsterInstance
from dagster._daemon import controller
from dagster._daemon.cli import cli

from pipelines.deployment.ports import await_code_server
from pipelines.pools import DUCKDB

BACKFILL_INTERVAL_SECONDS = 3
STOP_CHECK_SECONDS = 1


def limit_pools() -> None:
    """Gives the pool the default limit of dagster.yaml, unless somebody gave it another."""
    with DagsterInstance.get() as instance:
        storage = instance.event_log_storage
        if DUCKDB not in storage.get_concurrency_keys():
            storage.initialize_concurrency_limit_to_default(DUCKDB)


if __name__ == "__main__":
    controller.DEFAULT_DAEMON_INTERVAL_SECONDS = BACKFILL_INTERVAL_SECONDS
    controller.THREAD_CHECK_INTERVAL = STOP_CHECK_SECONDS
    await_code_server()
    limit_pools()
    cli(prog_name="dagster-daemon")
