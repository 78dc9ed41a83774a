"""A narrow pool is named in the unit that the deployment counts it in."""

import pytest

from console.domain.assets.graph import AssetGraph
from console.planner.request import Snapshot
from console.store.planning.launch import pool_note


@pytest.mark.parametrize(
    ("holds_runs", "limit", "words"),
    [
        (True, 1, "pool duckdb lets 1 run in at once"),
        (True, 2, "pool duckdb lets 2 runs in at once"),
        (False, 1, "pool duckdb lets 1 step in at once"),
    ],
)
def test_a_pool_that_holds_runs_is_not_said_to_hold_steps(
    holds_runs: bool, limit: int, words: str
) -> None:
    snapshot = Snapshot(AssetGraph({}), {}, {}, pools_hold_runs=holds_runs)
    assert pool_note("duckdb", limit, snapshot) == words
