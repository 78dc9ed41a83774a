"""`dagster-daemon run`, looking for backfills more often than Dagster's fixed 30 seconds.

Dagster has no setting for it: `execute_backfill_iteration_loop` reads the constant of
`dagster._daemon.controller` when it starts. It waits for the code server, for a daemon that
finds none fails the backfills it was about to continue.
"""

from __future__ import annotations

from dagster._daemon import controller
from dagster._daemon.cli import cli

from pipelines.deployment.ports import await_code_server

BACKFILL_INTERVAL_SECONDS = 3

if __name__ == "__main__":
    controller.DEFAULT_DAEMON_INTERVAL_SECONDS = BACKFILL_INTERVAL_SECONDS
    await_code_server()
    cli(prog_name="dagster-daemon")
