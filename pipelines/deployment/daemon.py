"""`dagster-daemon run`, looking for backfills, and for its own end, more often.

Dagster has no settings for it, only constants of `dagster._daemon.controller`: 30 seconds,
read when the backfill loop starts, and 5 seconds. It waits for the code server, for a daemon that
finds none fails the backfills it was about to continue.
"""

from __future__ import annotations

from dagster._daemon import controller
from dagster._daemon.cli import cli

from pipelines.deployment.ports import await_code_server

BACKFILL_INTERVAL_SECONDS = 3
STOP_CHECK_SECONDS = 1

if __name__ == "__main__":
    controller.DEFAULT_DAEMON_INTERVAL_SECONDS = BACKFILL_INTERVAL_SECONDS
    controller.THREAD_CHECK_INTERVAL = STOP_CHECK_SECONDS
    await_code_server()
    cli(prog_name="dagster-daemon")
