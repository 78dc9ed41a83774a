"""The job that keeps the tables small, its schedule, and the command for a person.

`python -m pipelines.maintenance.jobs [--dry-run]`
"""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.failures import root_named
from pipelines.operations.automation import SCHEDULES_RUN
from pipelines.resources.connections import Lake
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.maintenance.tables import Upkeep


class Maintenance(dg.Config):
    """Whether to say what is to be done, and do nothing."""

    dry_run: bool = False


@dg.op
def keep_tables_small(context: dg.OpExecutionContext, config: Maintenance, lake: Lake) -> None:
    """Compacts, expires and removes, table by table; a dry run only counts."""
    from pipelines.maintenance.tables import look, maintain

    with root_named(context, "the lake's tables"):
        if config.dry_run:
            tables = look(lake.settings())
            for table in tables:
                context.log.info(f"to do in {table.words()}")
        else:
            tables = maintain(lake.settings(), context.run_id, context.log.info)
    context.add_output_metadata(metadata(tables, dry_run=config.dry_run))


def metadata(tables: "Sequence[Upkeep]", *, dry_run: bool) -> dict[str, dg.MetadataValue]:
    """The sums over all tables, which Dagster shows with the run."""
    return {
        "dry_run": dg.MetadataValue.bool(dry_run),
        "partitions_compacted": dg.MetadataValue.int(sum(each.scattered for each in tables)),
        "manifests_merged": dg.MetadataValue.int(sum(each.manifests for each in tables)),
        "snapshots_expired": dg.MetadataValue.int(sum(each.snapshots for each in tables)),
        "orphans_removed": dg.MetadataValue.int(sum(each.orphans for each in tables)),
        "bytes_removed": dg.MetadataValue.int(sum(each.orphan_bytes for each in tables)),
    }


@dg.job(
    description="Compacts small files, expires old snapshots, removes files that nothing names."
)
def maintain_tables() -> None:
    """Keeps the Iceberg tables small."""
    keep_tables_small()


weekly_maintenance = dg.ScheduleDefinition(
    name="weekly_maintenance",
    job=maintain_tables,
    cron_schedule=Settings().maintenance_cron,
    execution_timezone=Settings().timezone,
    default_status=SCHEDULES_RUN,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Does it from the command line; 0 done, 1 failed, 3 no Postgres."""
    from pipelines.deployment.command import exit_code

    parser = argparse.ArgumentParser("python -m pipelines.maintenance.jobs")
    parser.add_argument("--dry-run", action="store_true", help="say what is to be done")
    asked = parser.parse_args(arguments)
    return exit_code(lambda: _by_hand(dry_run=asked.dry_run))


def _by_hand(*, dry_run: bool) -> None:
    from pipelines.deployment.errors import DeploymentError
    from pipelines.maintenance.tables import BusyError, look, maintain
    from pipelines.operations.by_hand import connected

    settings = connected(Settings())
    if dry_run:
        for table in look(settings):
            print(table.words())  # noqa: T201 - it is a command
        return
    try:
        maintain(settings, "by hand", print)
    except BusyError as error:
        raise DeploymentError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
