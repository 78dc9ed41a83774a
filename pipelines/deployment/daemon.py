"""`dagster-daemon run`, looking for backfills more often than Dagster's fixed 30 seconds.

Dagster has no setting for it: `execute_backfill_iteration_loop` reads the constant of
`dagster._daemon.controller` each time it starts.
"""

from __future__ import annotations

import sys

from dagster._daemon import controller
from dagster._daemon.cli import main

BACKFILL_INTERVAL_SECONDS = 3

if __name__ == "__main__":
    controller.DEFAULT_DAEMON_INTERVAL_SECONDS = BACKFILL_INTERVAL_SECONDS
    sys.argv[0] = "dagster-daemon"
    main()
