"""`python -m pipelines.operations.rezone`: the stored rows get the days of `DAGDECK_TIMEZONE`.

The deployment is down; its Postgres is started for it. Rows keep their moments and change their
day, each table in one commit; what is made of them, the DuckDB file, is removed, to be made again
by a backfill. Killed in between, it is run again: until then nothing else runs in the home.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from pipelines.deployment.check import database
from pipelines.deployment.command import exit_code
from pipelines.deployment.errors import REFUSED, DeploymentError
from pipelines.deployment.home import Home
from pipelines.deployment.state import read_state
from pipelines.deployment.usable import demand_down, demand_usable
from pipelines.deployment.version import demand_not_newer, read_version
from pipelines.deployment.waiting import Waiting
from pipelines.github.columns import GITHUB_USER_EVENTS
from pipelines.nightscout.columns import GLUCOSE_ENTRIES
from pipelines.raw.description import DAY
from pipelines.raw.iceberg import raw_table, stored_rows, write_branch
from pipelines.raw.zone import begin_move, end_move
from pipelines.resources.lake import load_catalog
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.raw.description import RawTable
    from pipelines.resources.lake import LakeCatalog

RUN = "rezone"


def main() -> int:
    """Rezones every raw table; the exit code is 0 done, 1 failed, 2 a wrong setting, 4 refused."""
    return exit_code(lambda: print("\n".join(rezone_home(Settings(), Waiting()))))  # noqa: T201 - what a command prints


def rezone_home(settings: Settings, say: Waiting) -> list[str]:
    """Gives the rows of a home that is down their days in the zone of the settings.

    A line for each thing done. Raises DeploymentError where there is no home, or it runs.
    """
    home = Home(settings.home.expanduser().resolve())
    if not home.state.exists():
        raise DeploymentError(f"There is no home in {home.root} whose days could be moved.")
    if read_state(home.state).lakehouse == "stack":
        raise DeploymentError(
            f"The tables of {home.root} are in Nessie, where days can't be moved: start over in "
            "another home with the new DAGDECK_TIMEZONE.",
            REFUSED,
        )
    waiting = partial(say, "Another dagdeck command is at work here; waiting for it.")
    with home.locked(waiting):
        demand_usable(home)
        demand_not_newer(read_version(home), f"The home {home.root}")
        demand_down(home, "a run would write days of the other zone")
        with database(settings, home, say) as layout:
            return rezone(layout.lake_settings)


def rezone(settings: Settings) -> list[str]:
    """Gives all rows their days in the zone of the settings; returns a line for each thing done."""
    catalog = load_catalog(settings)
    begin_move(settings)
    lines = [
        f"{described.identifier}: {_rezone(catalog, described, settings)} rows are of another day"
        for described in (GLUCOSE_ENTRIES, GITHUB_USER_EVENTS)
    ]
    for path in (settings.duckdb_path, settings.duckdb_path.with_name("warehouse.duckdb.wal")):
        path.unlink(missing_ok=True)
    end_move(settings)
    words = f"The days are those of {settings.timezone}; run all of them again"
    return [*lines, f"{words}{_range_of_days(catalog)}."]


def _range_of_days(catalog: LakeCatalog) -> str:
    """The first and the last day that has rows, in words; empty where none has."""
    days = {
        row[DAY]
        for described in (GLUCOSE_ENTRIES, GITHUB_USER_EVENTS)
        for row in stored_rows(raw_table(catalog, described), (), (DAY,))
    }
    return f", {min(days)} to {max(days)}" if days else ""


def _rezone(catalog: LakeCatalog, described: RawTable, settings: Settings) -> int:
    """Writes anew the days that rows leave or come to; returns the number of rows that changed their day."""
    from pipelines.raw import branches

    table = raw_table(catalog, described)
    rows = stored_rows(table, ())
    moved = [{**row, DAY: described.day_of(row, settings.zone)} for row in rows]
    pairs = [(before, after) for before, after in zip(rows, moved, strict=True) if before != after]
    if not pairs:
        return 0
    days = {row[DAY] for pair in pairs for row in pair}
    base = table.metadata.current_snapshot_id
    assert base is not None
    stored = sorted(days & {row[DAY] for row in rows})
    write_branch(table, RUN, [row for row in moved if row[DAY] in days], stored, RUN)
    branches.fast_forward(table, base, RUN, {RUN, *branches.failed_days(table).values()})
    return len(pairs)


if __name__ == "__main__":
    sys.exit(main())
