"""Accepts a day though much of it is set apart, by a job or a command; the reason is kept with the day.

`python -m pipelines.operations.accepting DAY --why WORDS [--asset ASSET]`
"""

import argparse
import getpass
import sys
from collections.abc import Sequence
from datetime import date

import dagster as dg

from pipelines.partitions import DAILY
from pipelines.resources.connections import Lake
from pipelines.settings import Settings

TABLES = {
    "dlt_glucose_entries": "glucose_entries",
    "dlt_github_user_events": "github_user_events",
}


class Accepted(dg.Config):
    """The asset and day (YYYY-MM-DD) to accept, and why; the reason is kept with the day."""

    asset: str = "dlt_glucose_entries"
    day: str
    why: str

    def table(self) -> str:
        """The raw table; raises dagster.Failure where one of the three is not what it must be."""
        if self.asset not in TABLES:
            raise _failure(f"no ingested asset {self.asset!r}; {' or '.join(TABLES)} is expected")
        if not DAILY.has_partition_key(self.day):
            first = Settings().first_day
            raise _failure(f"no day {self.day!r}; a day from {first} to today is expected")
        if not self.why.strip():
            raise _failure("no reason is given; `why` is kept with the day, and one is expected")
        return TABLES[self.asset]


def _failure(words: str) -> dg.Failure:
    return dg.Failure(words, allow_retries=False)


@dg.op
def accept(context: dg.OpExecutionContext, config: Accepted, lake: Lake) -> None:
    """Keeps the acceptance; the next run of the day publishes it, whatever share is set apart."""
    from pipelines.raw import accepted

    table, day = config.table(), date.fromisoformat(config.day)
    accepted.accept(lake.settings(), table, day, config.why, context.run_id)
    context.log.info(f"{config.day} of raw.{table} is accepted: {config.why}")


@dg.job(description="Accepts a day though much of it is set apart; run the day again afterwards.")
def accept_day() -> None:
    """Accepts one day of one source."""
    accept()


def main(arguments: Sequence[str] | None = None) -> int:
    """Accepts the day given on the command line; 0 done, 1 failed, 2 usage, 3 no Postgres."""
    from pipelines.deployment.command import exit_code

    parser = argparse.ArgumentParser("python -m pipelines.operations.accepting")
    parser.add_argument("day", help="YYYY-MM-DD")
    parser.add_argument("--why", required=True, help="is kept with the day")
    parser.add_argument("--asset", default="dlt_glucose_entries", help=" or ".join(TABLES))
    asked = parser.parse_args(arguments)
    return exit_code(
        lambda: _accept_typed(Accepted(asset=asked.asset, day=asked.day, why=asked.why))
    )


def _accept_typed(config: Accepted) -> None:
    from pipelines.deployment.errors import USAGE, DeploymentError
    from pipelines.operations.by_hand import connected
    from pipelines.raw import accepted

    try:
        table, day = config.table(), date.fromisoformat(config.day)
    except dg.Failure as failure:
        raise DeploymentError(failure.description or "a wrong day", USAGE) from failure
    accepted.accept(connected(Settings()), table, day, config.why, f"by {getpass.getuser()}")
    print(f"{day} of raw.{table} is accepted; run the day again")  # noqa: T201 - it is a command


if __name__ == "__main__":
    sys.exit(main())
