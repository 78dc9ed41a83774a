"""`python -m tests.stack.run JOB FIRST LAST`: one run of a chain, of its `ingest` or its `build`, for a range of days, in this process.

Prints why it failed, and exits with 1 then. Settings come from the environment.
"""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from datetime import date

from pipelines.settings import Settings
from tests.integration.lakehouse import DBT, INGEST, Lakehouse

ASSETS = {"ingest": INGEST, "build": DBT}


def main() -> int:
    """0 where the run succeeded."""
    job, first, last = sys.argv[1], date.fromisoformat(sys.argv[2]), date.fromisoformat(sys.argv[3])
    lakehouse = Lakehouse(Settings())
    run = lakehouse.run_github if job == "github" else lakehouse.run
    # dbt writes what it does to standard output.
    with redirect_stdout(sys.stderr):
        outcome = run(first, last, ASSETS.get(job))
    if not outcome.success:
        print(outcome.why())
    return not outcome.success


if __name__ == "__main__":
    sys.exit(main())
